package search

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// A formula is the ranking of the package comment, worked out from an index's
// own files. It shares nothing with the referee but the analyzer, which tells
// terms that are named differently in two shards apart.
type formula struct {
	x         *Index
	terms     map[string][]posting
	positions map[string][][fields][]int // beside the postings
	lengths   []int                      // of the bodies
}

func newFormula(t *testing.T, x *Index) *formula {
	t.Helper()
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	m := &formula{x: x, terms: map[string][]posting{}, positions: map[string][][fields][]int{}}
	for n := range x.manifest.Shards {
		s, err := x.shard(n)
		check(err)
		for _, term := range s.terms {
			name, ok := x.pipeline.term(term.name)
			if !ok {
				t.Fatalf("%q names a stop word", term.name)
			}
			list, err := x.postings(term)
			check(err)
			if known := m.terms[name]; known != nil && !slices.Equal(known, list) {
				t.Fatalf("%q has other postings in shard %d", term.name, n)
			}
			m.terms[name] = list
			if term.placed {
				m.positions[name], err = x.positions(n, term, list)
				check(err)
			}
		}
	}
	data, err := x.file("n")
	check(err)
	m.lengths, err = decodeLengths(data, x.manifest.Docs)
	check(err)
	return m
}

func (m *formula) posting(form string, doc int) (string, *posting) {
	term, _ := m.x.pipeline.term(form)
	list := m.terms[term]
	i, ok := slices.BinarySearchFunc(list, doc, func(p posting, doc int) int { return p.doc - doc })
	if !ok {
		return term, nil
	}
	return term, &list[i]
}

// length is how many terms a field has in which a posting's term is.
func (m *formula) length(p *posting, f int) int {
	if f == body {
		return m.lengths[p.doc]
	}
	return p.lengths[f]
}

// field is the score of a term in one field of a document.
func (m *formula) field(form string, doc, f int) float64 {
	term, p := m.posting(form, doc)
	if p == nil || p.freqs[f] == 0 {
		return 0
	}
	df := 0.0
	for _, p := range m.terms[term] {
		if p.freqs[f] > 0 || f == summary {
			df++
		}
	}
	n := float64(m.x.manifest.Docs)
	idf := math.Log(1 + (n-df+.5)/(df+.5))
	average := math.Ceil(float64(m.x.manifest.Totals[f]) / n)
	norm := float64(norm32(m.length(p, f)))
	tf := math.Sqrt(float64(p.freqs[f]))
	return Boosts[f] * idf * idf * 1.2 * tf / (tf + 1.2*(1-.75+.75/(norm*norm)/average))
}

func (m *formula) alternative(a Alternative, doc int) (sum float64, ok bool) {
	for _, form := range a.Forms {
		if _, p := m.posting(form, doc); p == nil {
			return 0, false
		}
		for f := range fields {
			sum += a.Weight * m.field(form, doc, f)
		}
	}
	return sum, true
}

func (m *formula) group(g Group, doc int) (sum float64, ok bool) {
	for _, a := range g.Alternatives {
		s, matches := m.alternative(a, doc)
		sum, ok = sum+s, ok || matches
	}
	return sum, ok
}

func (m *formula) phrase(forms []string, doc int) (sum float64, ok bool) {
	for f := range fields {
		if !m.stands(forms, doc, f) {
			continue
		}
		ok = true
		for _, form := range forms {
			if form != "" {
				sum += m.field(form, doc, f)
			}
		}
	}
	return sum, ok
}

func (m *formula) stands(forms []string, doc, f int) bool {
	var starts []int
	for offset, form := range forms {
		if form == "" {
			continue
		}
		term, p := m.posting(form, doc)
		if p == nil {
			return false
		}
		i, _ := slices.BinarySearchFunc(m.terms[term], doc, func(p posting, doc int) int { return p.doc - doc })
		var here []int
		for _, position := range m.positions[term][i][f] {
			if offset == 0 || slices.Contains(starts, position-offset) {
				here = append(here, position-offset)
			}
		}
		starts = here
	}
	return len(starts) > 0
}

// rank answers a plan: hits of both tiers in order.
func (m *formula) rank(docs []Document, p Plan, filters map[string][]string) Result {
	if p.isLost() {
		return Result{}
	}
	var tiers [3][]Hit
	for doc := range docs {
		if !m.allowed(&docs[doc], doc, p, filters) {
			continue
		}
		sum, phrases, all := 0.0, 0.0, true
		for _, forms := range p.Phrases {
			s, ok := m.phrase(forms, doc)
			phrases, all = phrases+s, all && ok
		}
		matched := 0
		for _, g := range p.Groups {
			if s, ok := m.group(g, doc); ok {
				sum, matched = sum+s, matched+1
			}
		}
		switch share := float64(matched) / float64(len(p.Groups)); {
		case !all:
		case matched == len(p.Groups):
			tiers[1] = append(tiers[1], Hit{Doc: doc, Score: sum + phrases})
		case matched > 0:
			tiers[2] = append(tiers[2], Hit{Doc: doc, Score: sum*share + phrases, Tier: 1})
		}
	}
	r := Result{Total: len(tiers[1]), More: len(tiers[2])}
	for n, tier := range tiers {
		slices.SortStableFunc(tier, func(a, b Hit) int { return cmp.Compare(b.Score, a.Score) })
		for i := range tier {
			tier[i].Tier = n
		}
		r.Hits = append(r.Hits, tier...)
	}
	return r
}

func (m *formula) allowed(d *Document, doc int, p Plan, filters map[string][]string) bool {
	for _, g := range p.Exclude {
		if _, ok := m.group(g, doc); ok {
			return false
		}
	}
	for id, codes := range filters {
		if !slices.ContainsFunc(d.Facets[id], func(code string) bool { return slices.Contains(codes, code) }) {
			return false
		}
	}
	return true
}

// sameRanking wants the same totals, the same scores but for one factor a
// tier, and the same order but for scores that do not differ.
func sameRanking(t *testing.T, query string, got, want Result) {
	t.Helper()
	if got.Total != want.Total || got.More != want.More || len(got.Hits) != len(want.Hits) {
		t.Fatalf("%s: %d and %d documents, want %d and %d", query, got.Total, got.More, want.Total, want.More)
	}
	var factor [3]float64
	for i, g := range got.Hits {
		w := want.Hits[i]
		if factor[g.Tier] == 0 && w.Score > 0 {
			factor[g.Tier] = g.Score / w.Score
		}
		scaled := w.Score * factor[g.Tier]
		if w.Score > 0 && math.Abs(g.Score-scaled) > 1e-9*scaled || g.Tier != w.Tier {
			t.Fatalf("%s: place %d: document %d with %v in tier %d, want %d with %v in tier %d",
				query, i, g.Doc, g.Score, g.Tier, w.Doc, scaled, w.Tier)
		}
		if g.Doc == w.Doc {
			continue
		}
		j := slices.IndexFunc(want.Hits, func(h Hit) bool { return h.Doc == g.Doc })
		if j < 0 || math.Abs(want.Hits[j].Score-w.Score) > 1e-9*w.Score {
			t.Fatalf("%s: place %d: document %d, want %d", query, i, g.Doc, w.Doc)
		}
	}
}

// rankWords are words of each language for random texts, the frequent ones
// first.
var rankWords = map[string]string{
	"es": "de la trata personas víctimas en refugio niñas protección los línea ayuda prevención público publicó campaña campana explotación sexual laboral adolescentes niños fiscalía policía red atención migración migrantes migrante denuncia denunciar escuela maestras año años sobrevivientes albergue equipo coordinación institución instituciones derechos frontera té mujeres",
	"en": "the of trafficking victims persons in shelter children protection line help prevention public campaign exploitation sexual labour survivors survivor's police network care migrants migrant migration report reporting school teachers year years team coordination institution institutions rights border women can't résumé resume",
	"fr": "de la traite personnes victimes l'accueil refuge d'accueil enfants protection ligne aide prévention public publié campagne exploitation sexuelle travail élèves l'école police réseau soins migrants migrante migration dénoncer dénonce mesure mesuré année années équipe coordination institution institutions droits frontière où l’hébergement femmes",
	"pt": "de a tráfico pessoas vítimas em abrigo crianças proteção linha ajuda prevenção público publicou campanha exploração sexual trabalho adolescentes polícia rede atenção migração migrantes migrante denúncia denunciar escola professoras ano anos sobreviventes equipe coordenação instituição instituições direitos fronteira avó avô mulheres",
	"ar": "في من الاتجار بالأشخاص ضحايا الضحايا مأوى المأوى الأطفال حماية خط المساعدة المُساعَدة الوقاية حملة استغلال الاستغلال جنسي عمل الشرطة شبكة رعاية مهاجرين المهاجرين هجرة إبلاغ مدرسة المدرسة سنة سنوات فريق تنسيق مؤسسة مؤسسات حقوق حدود النساء نساء قانون القانون",
	"ja": "人身取引 の 被害者 を 保護 する 相談 窓口 電話 子ども 支援 警察 学校 教育 女性 移民 労働 搾取 性的 予防 国境 権利 法律 NGO シェルター ケア 2021 年 報告 連携 機関 情報 安全 生活 ＩＯＭ ｹｱ 家族 医療 裁判 通訳",
}

// rankCorpus makes documents of random words.
func rankCorpus(lang string, n int) ([]Document, Options) {
	random := rand.New(rand.NewPCG(7, uint64(len(rankWords[lang]))))
	words := strings.Fields(rankWords[lang])
	space := " "
	if lang == "ja" {
		space = ""
	}
	text := func(n int) string {
		var b strings.Builder
		for i := range n {
			if i > 0 {
				b.WriteString(space)
			}
			b.WriteString(words[int(float64(len(words))*math.Pow(random.Float64(), 2))])
			if random.IntN(7) == 0 {
				b.WriteString("。")
			}
		}
		return b.String()
	}
	docs := make([]Document, n)
	for i := range docs {
		d := Document{Title: text(1 + random.IntN(6)), Summary: text(random.IntN(15)), Body: text(5 + random.IntN(90))}
		if random.IntN(2) == 0 {
			d.Headings = text(1 + random.IntN(8))
		}
		d.Facets = map[string][]string{"kind": {[]string{"practice", "lesson", "page"}[random.IntN(3)]}}
		for _, country := range []string{"HN", "SV", "GT"} {
			if random.IntN(3) == 0 {
				d.Facets["country"] = append(d.Facets["country"], country)
			}
		}
		docs[i] = d
	}
	o := Options{Dir: lang, Lang: lang, Facets: []Facet{
		{ID: "kind", Values: []Value{{"practice", "Practices"}, {"lesson", "Lessons"}, {"page", "Pages"}}},
		{ID: "country", Values: []Value{{"HN", "Honduras"}, {"SV", "El Salvador"}, {"GT", "Guatemala"}}},
	}}
	for i := 10; i+3 < len(words); i += 6 {
		o.Synonyms = append(o.Synonyms, Synonym{fmt.Sprint("zz", i), words[i]}, Synonym{words[i], words[i+1] + " " + words[i+2]},
			Synonym{words[i+1] + " " + words[i+3], words[i+2]})
	}
	return docs, o
}

// rankQuery makes a random query of words of the corpus, mistyped and
// otherwise.
func rankQuery(random *rand.Rand, lang string, docs []Document, o Options) (query string, typing bool, filters map[string][]string) {
	words := strings.Fields(rankWords[lang])
	var parts []string
	for range 1 + random.IntN(4) {
		w := words[random.IntN(len(words))]
		runes := []rune(w)
		switch random.IntN(9) {
		case 0:
			w = key(form(w))
		case 1:
			if at := random.IntN(len(runes)); len(runes) > 4 {
				w = string(slices.Delete(runes, at, at+1))
			}
		case 2:
			w = o.Synonyms[random.IntN(len(o.Synonyms))].From
		case 3:
			body := strings.Fields(docs[random.IntN(len(docs))].Body)
			at := random.IntN(len(body))
			w = `"` + strings.Join(body[at:min(len(body), at+2+random.IntN(2))], " ") + `"`
		case 4:
			if random.IntN(2) == 0 {
				w = "-" + w
			}
		}
		parts = append(parts, w)
	}
	query = strings.Join(parts, " ")
	if typing = random.IntN(5) == 0; typing {
		runes := []rune(query)
		query = string(runes[:max(3, len(runes)-2)])
	}
	filters = map[string][]string{}
	for _, f := range o.Facets {
		if random.IntN(4) == 0 {
			for _, v := range f.Values[:1+random.IntN(2)] {
				filters[f.ID] = append(filters[f.ID], v.Code)
			}
		}
	}
	return query, typing, filters
}

// TestRanking holds bleve to the formula: totals, order and scores of random
// queries in both tiers.
func TestRanking(t *testing.T) {
	const documents, queries = 150, 100
	for lang := range rankWords {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			docs, o := rankCorpus(lang, documents)
			x, err := Build(t.Context(), docs, o)
			if err != nil {
				t.Fatal(err)
			}
			r, err := NewReferee(docs, o, "")
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			m := newFormula(t, x)
			random := rand.New(rand.NewPCG(1, 2))
			seen := map[string]int{}
			for range queries {
				query, typing, filters := rankQuery(random, lang, docs, o)
				p, err := x.Resolve(query, typing)
				if err != nil {
					t.Fatal(err)
				}
				got, err := r.Search(p, filters, documents)
				if err != nil {
					t.Fatal(err)
				}
				sameRanking(t, fmt.Sprintf("%s %v %s", query, filters, compact(p)), got, m.rank(docs, p, filters))
				count(seen, p, got)
			}
			for _, kind := range []string{"first", "second", "phrase", "exclusion", "correction", "several"} {
				if seen[kind] < queries/30 && (lang != "ja" || kind != "correction") { // pairs are too short to be corrected
					t.Errorf("%d queries with %s", seen[kind], kind)
				}
			}
		})
	}
}

// count notes what a query tries, so that the test tries everything.
func count(seen map[string]int, p Plan, r Result) {
	for kind, has := range map[string]bool{
		"first": r.Total > 0, "second": r.More > 0, "phrase": len(p.Phrases) > 0 && r.Total+r.More > 0, "exclusion": len(p.Exclude) > 0,
		"correction": len(p.Corrected) > 0, "several": slices.ContainsFunc(p.Groups, func(g Group) bool { return len(g.Alternatives) > 1 }),
	} {
		if has {
			seen[kind]++
		}
	}
}
