package search

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"
	"strings"
	"time"
	"unicode"
)

// A tongue is what made-up words of a language are made of.
type tongue struct {
	onsets, vowels, endings, stops []string
	prefixes                       []string // in front of some words
	joint                          string   // between words
	stop                           string   // after a sentence
}

var tongues = map[string]tongue{
	"es": {
		onsets:   split("b c ch d f g gu h j l ll m n ñ p pr qu r s t tr v y z br cl gr"),
		vowels:   split("a e i o u a e o á é ía ie ue io"),
		endings:  split("o a os as ción ciones mente ar ado ada ados ando ará ería idad ista ía imiento és esa"),
		stops:    split("de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha me si sin sobre este ya entre cuando todo esta ser son dos también fue había era muy años hasta desde está mi porque qué sólo han yo hay vez puede todos así nos ni parte tiene él uno donde bien tiempo mismo ese ahora cada vida otro después te otros aunque esa eso hace otra gobierno tan durante siempre día tanto ella tres sí"),
		prefixes: []string{"", "", "", "", "", "", "re", "des", "in"}, joint: " ", stop: ".",
	},
	"en": {
		onsets:   split("b c d f g h j k l m n p r s t v w th sh st tr pl br gr"),
		vowels:   split("a e i o u ea ou ai oo ee"),
		endings:  split("e s es ed ing er ers tion tions ly ness ment ments al able ity ies y 's ’s"),
		stops:    split("the of and to a in is that it for on was with as be by at this have from or an are not but which all they their has been would when who will more if no out so said what up its about than into them can only other some could time these two may then do first any my now such like our over even most"),
		prefixes: []string{"", "", "", "", "", "un", "re"}, joint: " ", stop: ".",
	},
	"fr": {
		onsets:   split("b c d f g h j l m n p qu r s t v tr pr pl ch gn"),
		vowels:   split("a e i o u é è ai au eu ou œu ê î"),
		endings:  split("e es er é ée és ées ant tion tions ement ements eur euse eux aux al ales ité ique iques"),
		stops:    split("de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec ou son aux cette mais ont ces comme être nous sa fait ses tout leur été peut si bien deux même ils elle très sans encore entre aussi"),
		prefixes: []string{"", "", "", "", "", "l'", "d’", "qu'", "re", "aujourd'"}, joint: " ", stop: ".",
	},
	"pt": {
		onsets:   split("b c ç d f g h j l lh m n nh p qu r s t v x z tr br"),
		vowels:   split("a e i o u ã õ á é ê ão ei ou"),
		endings:  split("o a os as ção ções mente ar ado ada ando ões ão eiro idade ista ável áveis"),
		stops:    split("de a o que e do da em um para com não uma os no se na por mais as dos como mas ao ele das à seu sua ou quando muito nos já eu também só pelo pela até isso ela entre depois sem mesmo aos seus quem nas me esse eles você essa num nem suas meu às minha numa"),
		prefixes: []string{"", "", "", "", "", "re", "des"}, joint: " ", stop: ".",
	},
	"ar": {
		onsets:   split("ب ت ث ج ح خ د ذ ر ز س ش ص ض ط ظ ع غ ف ق ك ل م ن ه و ي"),
		vowels:   append(split("ا و ي أ ى ة ا َ ِ ُ ّ ـ"), "", "", ""),
		endings:  append(split("ة ات ون ين ها هم ية يين"), "", "", ""),
		stops:    split("من في على إلى عن مع هذا هذه التي الذي كان أن لا ما هو هي بعد قبل كل ثم أو لم قد بين"),
		prefixes: []string{"", "", "ال", "وال", "بال", "لل", "و"}, joint: " ", stop: "۔",
	},
	"ja": {
		onsets:   split("人 身 取 引 対 策 支 援 国 際 協 力 法 律 保 護 被 害 者 東 京 大 学 生 活 労 働 省 子 供 女 性 安 全 ア カ サ タ ナ ガ ン ー ｶ ﾞ"),
		vowels:   append(split("か き く け こ さ し す せ そ な に の は ひ を が で"), "", "", "", ""),
		endings:  append(split("する した して ます 的 化 者"), "", "", ""),
		stops:    split("の に は を た が で て と し れ さ ある いる も する から な こと として"),
		prefixes: []string{"", "", "", "第", "Ｔｏ ", "NPO "}, joint: "", stop: "。",
	},
}

func split(s string) []string { return strings.Fields(s) }

// A teller makes texts: few words often, many seldom, some only where a
// document's subject is.
type teller struct {
	tongue
	r       *rand.Rand
	stems   []string
	weights []float64 // sums
}

func newTeller(lang string, stems int, seed uint64) *teller {
	t := &teller{tongue: tongues[lang], r: rand.New(rand.NewPCG(seed, 7))}
	known := map[string]bool{}
	sum := 0.0
	for len(t.stems) < stems {
		var b strings.Builder
		for range 1 + t.r.IntN(3) + len(t.stems)/(stems/2+1) {
			b.WriteString(t.pick(t.onsets))
			b.WriteString(t.pick(t.vowels))
		}
		b.WriteString(t.pick(t.onsets))
		if s := b.String(); !known[s] {
			known[s] = true
			t.stems = append(t.stems, s)
			sum += 1 / math.Pow(float64(len(t.stems))+2, 1.25)
			t.weights = append(t.weights, sum)
		}
	}
	return t
}

func (t *teller) pick(list []string) string { return list[t.r.IntN(len(list))] }

// skewed picks a number under n, small ones more often.
func (t *teller) skewed(n int) int { return int(float64(n) * math.Pow(t.r.Float64(), 3)) }

func (t *teller) word(subject int) string {
	n := t.r.IntN(100)
	switch {
	case n < 42:
		return t.stops[t.skewed(len(t.stops))]
	case n == 99:
		return fmt.Sprint(t.r.IntN(3000))
	case n == 98 && t.r.IntN(3) == 0: // a name, a slip: a word that is seen once
		return t.pick(t.stems) + t.pick(t.onsets) + t.pick(t.vowels) + t.pick(t.endings)
	}
	stem := sort.SearchFloat64s(t.weights, t.r.Float64()*t.weights[len(t.weights)-1])
	if n < 78 {
		stem = (subject*31 + t.skewed(45)) % len(t.stems)
	}
	stem = min(stem, len(t.stems)-1)
	prefix := t.prefixes[stem*13%len(t.prefixes)]
	if n%20 == 0 {
		prefix = t.pick(t.prefixes)
	}
	return prefix + t.stems[stem] + t.endings[(stem*7+t.skewed(1+stem%5))%len(t.endings)]
}

func (t *teller) text(words, subject int) string {
	return t.sentences(words, func() string { return t.word(subject) })
}

// sentences makes a text of words.
func (t *teller) sentences(words int, word func() string) string {
	var b strings.Builder
	first := true
	for i := range words {
		w := word()
		if first {
			r := []rune(w)
			w = string(unicode.ToUpper(r[0])) + string(r[1:])
		}
		b.WriteString(w)
		if first = i%13 == 12; first {
			b.WriteString(t.stop)
		} else if i%7 == 6 {
			b.WriteString(t.pick([]string{",", ";", " –", "-", " («x»)"}))
		}
		b.WriteString(t.joint)
	}
	return b.String()
}

// corpus makes documents of so many words each, the same ones for a seed.
func corpus(lang string, docs, words int, seed uint64) []Document {
	t := newTeller(lang, min(15000, 1200+docs/2), seed)
	list := make([]Document, docs)
	for i := range list {
		subject := t.r.IntN(docs/5 + 1)
		d := &list[i]
		d.Title = t.text(5+t.r.IntN(5), subject)
		d.Summary = t.text(20+t.r.IntN(10), subject)
		d.Headings = t.text(15+t.r.IntN(10), subject)
		d.Body = t.text(words/2+t.r.IntN(words), subject)
		d.Facets = map[string][]string{"theme": {t.pick([]string{"a", "b"})}, "country": {"GT"}}
		if i%3 == 0 {
			d.Facets["country"] = []string{"MX", "GT"}
			d.Date = time.Date(2000+i%20, 1, 1+i%28, 0, 0, 0, 0, time.UTC)
		}
		d.Record = Record{Title: d.Title, Address: fmt.Sprintf("%s/practices/%s-%d/", lang, t.pick(t.stems), i),
			Summary: d.Summary, Lang: lang, Countries: d.Facets["country"]}
	}
	return list
}

// sample are the options of a corpus.
func sample(lang string) Options {
	return Options{Dir: lang, Lang: lang, Facets: []Facet{
		{ID: "theme", Label: "Theme", Values: []Value{{"a", "A"}, {"b", "B <&>"}}},
		{ID: "country", Label: "Country", Values: []Value{{"GT", "Guatemala"}, {"MX", "México"}}},
	}}
}
