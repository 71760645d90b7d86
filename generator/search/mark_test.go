package search

import (
	"strings"
	"testing"
)

// TestClientMarks looks at what is marked in texts: terms that belong together
// only where all of them are.
func TestClientMarks(t *testing.T) {
	docs := []Document{{Title: "Una línea de ayuda", Body: "La línea recibe cada denuncia y da ayuda."}, {Title: "Denuncia anónima", Body: "Nada más."}}
	o := sample("es")
	o.Synonyms = []Synonym{{"línea de ayuda", "línea de denuncia"}}
	for i := range docs {
		docs[i].Facets = map[string][]string{"country": {"GT"}}
	}
	c := newClient(t, compileEngine(t), buildIndex(t, docs, o))
	c.run(t, new(any), "var index = engine.open(a[0]); null", o.Dir)
	for _, k := range []struct{ query, text, want string }{
		{"línea de ayuda", "La línea da ayuda, no denuncia", "La [línea] da [ayuda], no [denuncia]"},
		{"línea de ayuda", "Una denuncia", "Una denuncia"},
		{"línea de ayuda", "Una denuncia por línea", "Una [denuncia] por [línea]"},
		{"ayuda", "AYUDA y denuncia", "[AYUDA] y denuncia"},
		{"\"denuncia anónima\"", "Denuncia anónima; denuncia", "[Denuncia] [anónima]; [denuncia]"},
		{"\"denuncia anónima\"", "La denuncia", "La denuncia"},
	} {
		var pieces []struct {
			Text string
			Hit  bool
		}
		c.run(t, &pieces, "index.resolve(a[0], false).then((plan) => index.mark(plan, a[1]))", k.query, k.text)
		var got strings.Builder
		for _, piece := range pieces {
			if piece.Hit {
				piece.Text = "[" + piece.Text + "]"
			}
			got.WriteString(piece.Text)
		}
		if got.String() != k.want {
			t.Errorf("%s: got %s, want %s", k.query, got.String(), k.want)
		}
	}
}
