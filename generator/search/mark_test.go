package search

import (
	"strings"
	"testing"
)

// TestClientMarksSynonyms wants the word marked that a synonym leads to, though
// its own shard is not loaded.
func TestClientMarksSynonyms(t *testing.T) {
	docs := append(corpus("es", 400, 100, 5), Document{Title: "Un refugio"})
	o := sample("es")
	o.Synonyms = []Synonym{{"albergue", "refugio"}}
	x := buildIndex(t, docs, o)
	if x.shardOf("albergue") == x.shardOf("refugio") {
		t.Fatal("both words are in one shard")
	}
	c := newClient(t, compileEngine(t), x)
	var got string
	c.run(t, &got, `var index = engine.open("es"); index.resolve("albergue", false).then((plan) => index.mark(plan, "Un Refugio, de dos").map(({ text, hit }) => (hit ? "[" + text + "]" : text)).join(""))`)
	if want := "Un [Refugio], de dos"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

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
