package search

import (
	"fmt"
	"sort"
	"strings"
	"sync"
)

// manifest is what a browser reads first.
type manifest struct {
	Format int             `json:"format"`
	Lang   string          `json:"lang"`
	Hash   string          `json:"hash"`
	Docs   int             `json:"docs"`
	CJK    bool            `json:"cjk"`
	Totals [fields]int     `json:"totals"`
	Boosts [fields]float64 `json:"boosts"`
	Shards []string        `json:"shards"`
	Ends   []string        `json:"ends"`
	Least  int             `json:"least"`
	Group  int             `json:"group"`
	Facets []string        `json:"facets"`
	Rest   []Rest          `json:"rest"`
	Ranges string          `json:"ranges,omitempty"`
}

// An Index is the search index of one language. It is safe for concurrent use.
type Index struct {
	dir      string
	manifest manifest
	parts    []part
	pipeline *pipeline
	lexicon  lexicon
}

// A part is a file before it is text: a name, compressed data, and the hash of
// what was compressed where somebody asks for that.
type part struct {
	name   string
	data   []byte
	source string
}

// A lexicon keeps what was read of an index's own files.
type lexicon struct {
	mu         sync.Mutex
	shards     map[int]*shard
	vocabulary map[int][]candidate
}

// file returns the data of one of the index's files.
func (x *Index) file(name string) ([]byte, error) {
	for _, p := range x.parts {
		if p.name == name {
			return inflate(p.data)
		}
	}
	return nil, fmt.Errorf("search: no file %q", name)
}

// shardOf returns the number of the shard that has a key if any has, -1 when
// there is no shard.
func (x *Index) shardOf(key string) int { return fileOf(key, x.manifest.Shards) }

// fileOf returns the number of the file that has a key, of files that begin at
// such keys.
func fileOf(key string, firsts []string) int {
	n := sort.Search(len(firsts), func(i int) bool { return compareKeys(firsts[i], key) > 0 })
	return max(n-1, min(0, len(firsts)-1))
}

// shard returns a shard, which the caller must not change.
func (x *Index) shard(n int) (*shard, error) {
	l := &x.lexicon
	l.mu.Lock()
	defer l.mu.Unlock()
	if s := l.shards[n]; s != nil {
		return s, nil
	}
	data, err := x.file(fmt.Sprint("d", n))
	if err != nil {
		return nil, err
	}
	s, err := decodeShard(data)
	if err != nil {
		return nil, err
	}
	if l.shards == nil {
		l.shards = map[int]*shard{}
	}
	l.shards[n] = s
	return s, nil
}

// filesOf returns the numbers of the files that may have keys with a beginning,
// of files that begin at such keys.
func filesOf(begin string, firsts []string) []int {
	var list []int
	for n := fileOf(begin, firsts); n >= 0 && n < len(firsts); n++ {
		if len(list) > 0 && !strings.HasPrefix(firsts[n], begin) {
			break
		}
		list = append(list, n)
	}
	return list
}

// vocabulary returns a file of the vocabulary, which the caller must not change.
func (x *Index) vocabulary(n int) ([]candidate, error) {
	l := &x.lexicon
	l.mu.Lock()
	defer l.mu.Unlock()
	if list, ok := l.vocabulary[n]; ok {
		return list, nil
	}
	data, err := x.file(fmt.Sprint("v", n))
	if err != nil {
		return nil, err
	}
	list, err := decodeVocabulary(data)
	if err != nil {
		return nil, err
	}
	if l.vocabulary == nil {
		l.vocabulary = map[int][]candidate{}
	}
	l.vocabulary[n] = list
	return list, nil
}

// postings returns the postings of a shard's term.
func (x *Index) postings(t term) ([]posting, error) {
	list := t.postings
	if t.pack >= 0 {
		data, err := x.file(fmt.Sprint("k", t.pack))
		if err != nil {
			return nil, err
		}
		all, err := decodePack(data)
		if err != nil {
			return nil, err
		}
		if t.offset+t.df > len(all) {
			return nil, errFile
		}
		list = numbered(all[t.offset : t.offset+t.df])
	}
	if len(list) == 0 || list[len(list)-1].doc >= x.manifest.Docs {
		return nil, errFile
	}
	return list, nil
}

// positions returns where the term of shard n with these postings stands.
func (x *Index) positions(n int, t term, list []posting) ([][fields][]int, error) {
	s, err := x.shard(n)
	if err != nil {
		return nil, err
	}
	file, at := s.standing.place(t.number)
	data, err := x.file(fmt.Sprint("p", file))
	if err != nil {
		return nil, err
	}
	return decodePositions(data, at, list)
}
