package site

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// taken takes the main part of a page apart.
func taken(t *testing.T, page string) []token {
	t.Helper()
	document, err := html.Parse(strings.NewReader("<main>" + page + "</main>"))
	if err != nil {
		t.Fatal(err)
	}
	k := &tokenizer{plan: &Plan{plan: &plan{root: "/"}}}
	for n := range document.Descendants() {
		if n.Type == html.ElementNode && n.Data == "main" {
			k.node(n)
			break
		}
	}
	return k.tokens
}

func TestMarks(t *testing.T) {
	for _, test := range []struct{ name, before, now, want string }{
		{"word", "<p>one two three</p>", "<p>one 2 three</p>", "<p>one <del>two</del> <ins>2</ins> three</p>"},
		{"words in a row", "<p>a b c d</p>", "<p>a x y d</p>", "<p>a <del>b c</del> <ins>x y</ins> d</p>"},
		{"what ends a word", "<p>a, b c. d</p>", "<p>a b, c: d e</p>", "<p>a<del>,</del> b<ins>,</ins> c<del>.</del><ins>:</ins> d <ins>e</ins></p>"},
		{"new paragraph", "<p>a</p>", "<p>a</p><p>b <em>c</em></p>", "<p>a</p><p><ins>b</ins> <em><ins>c</ins></em></p>"},
		{"paragraph that went", "<p>a</p><p>b</p><p>c</p>", "<p>a</p><p>c</p>", "<p>a</p><p><del>b</del> c</p>"},
		{"where a link leads", `<p><a href="https://a.example/">x</a></p>`, `<p><a href="https://b.example/">x</a></p>`,
			"<p><a>x</a> <del>(https://a.example/)</del> <ins>(https://b.example/)</ins></p>"},
		{"script", "<p>a</p>", `<p onclick="x()">a <script>alert(1)</script><b style="x" id="y">b</b></p>`, "<p>a <b><ins>b</ins></b></p>"},
		{"markup in words", "<p>a</p>", "<p>a &lt;script&gt; &amp;</p>", "<p>a <ins>&lt;script&gt; &amp;</ins></p>"},
		{"markup in an attribute", "<p>a</p>", `<p lang="&quot;&gt;&lt;script&gt;">b</p>`, `<del>a</del><p lang="&#34;&gt;&lt;script&gt;"><ins>b</ins></p>`},
		{"what is hidden", "<p>a</p>", `<p>a</p><section class="colophon">x</section><p hidden>x</p><form>x</form><svg><text>x</text></svg><x-y>b</x-y>`, "<p>a</p> <ins>b</ins>"},
	} {
		got, found := marks(taken(t, test.before), taken(t, test.now))
		if squeezed(got) != squeezed("<main>"+test.want+"</main>") || found != differs {
			t.Errorf("%s: %s, %d, want %s", test.name, got, found, test.want)
		}
	}
	same := taken(t, "<p>a b</p>")
	if got, found := marks(same, same); got != "<main><p>a b</p></main>" || found != alike {
		t.Errorf("%s, %d", got, found)
	}
	long := strings.Repeat("<p>a b c</p>", comparedWords)
	if _, found := marks(taken(t, long), taken(t, strings.ReplaceAll(long, "a b c", "x y z"))); found != unlike {
		t.Errorf("%d, want %d", found, unlike)
	}
}

// squeezed leaves no space between words and tags that a browser would not
// show.
func squeezed(s string) string {
	return strings.NewReplacer(" <", "<", "> ", ">").Replace(strings.Join(strings.Fields(s), " "))
}

func FuzzMarked(f *testing.F) {
	f.Add("<p>a</p>", `<p onload="x" class="&quot;&gt;">a<script>b</script>&lt;script&gt;</p>`)
	f.Add("<img src=x onerror=y>", `<a href="javascript:x">y</a><base href="//x"><math><mi xlink:href="x">`)
	f.Fuzz(func(t *testing.T, before, now string) {
		marked, _ := marks(taken(t, before), taken(t, now))
		document, err := html.Parse(strings.NewReader(marked))
		if err != nil {
			t.Fatal(err)
		}
		for n := range document.Descendants() {
			if n.Type != html.ElementNode || n.Data == "html" || n.Data == "head" || n.Data == "body" || n.Data == "ins" || n.Data == "del" {
				continue
			}
			if !shownElements[n.Data] {
				t.Errorf("%q shows the element %s", marked, n.Data)
			}
			for _, a := range n.Attr {
				if !shownAttributes[a.Key] && a.Key != "open" {
					t.Errorf("%q has the attribute %s", marked, a.Key)
				}
			}
		}
	})
}
