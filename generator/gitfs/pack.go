package gitfs

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
)

// pack is a pack file and its index (gitformat-pack(5), index version 2).
type pack struct {
	path  string
	index []byte
	count int

	once sync.Once
	file *os.File // opened when first needed, closed when collected
	err  error
}

// place is an object's offset in a pack.
type place struct {
	pack *pack
	at   int64
}

const (
	hashLen   = len(plumbing.ZeroHash)
	fanoutAt  = 8
	namesAt   = fanoutAt + 256*4
	trailer   = 2 * hashLen
	entryLen  = hashLen + 4 + 4 // name, checksum, offset
	largeFlag = 1 << 31         // the offset is one of the 8-byte offsets that follow
)

func openPack(path string) (*pack, error) {
	index, err := os.ReadFile(strings.TrimSuffix(path, ".pack") + ".idx")
	if err != nil {
		return nil, err
	}
	p := &pack{path: path, index: index}
	if len(index) < namesAt+trailer || !bytes.HasPrefix(index, []byte("\xfftOc\x00\x00\x00\x02")) {
		return nil, fmt.Errorf("index of pack %q: not version 2", path)
	}
	for b := range 256 {
		next := int(p.uint32(fanoutAt + 4*b))
		if next < p.count {
			return nil, fmt.Errorf("index of pack %q: %w", path, errMalformed)
		}
		p.count = next
	}
	if len(index) < namesAt+p.count*entryLen+trailer {
		return nil, fmt.Errorf("index of pack %q: %w", path, errMalformed)
	}
	return p, nil
}

func (p *pack) uint32(at int) uint32 { return binary.BigEndian.Uint32(p.index[at:]) }

func (p *pack) name(i int) []byte { return p.index[namesAt+i*hashLen:][:hashLen] }

// bucket returns the range of the names that begin with b.
func (p *pack) bucket(b byte) (from, to int) {
	if b > 0 {
		from = int(p.uint32(fanoutAt + 4*(int(b)-1)))
	}
	return from, int(p.uint32(fanoutAt + 4*int(b)))
}

// find returns the offset of an object.
func (p *pack) find(h plumbing.Hash) (int64, bool) {
	from, to := p.bucket(h[0])
	for from < to {
		mid := (from + to) / 2
		switch c := bytes.Compare(p.name(mid), h[:]); {
		case c == 0:
			return p.offset(mid)
		case c < 0:
			from = mid + 1
		default:
			to = mid
		}
	}
	return 0, false
}

func (p *pack) offset(i int) (int64, bool) {
	small := p.uint32(namesAt + p.count*(hashLen+4) + 4*i)
	if small&largeFlag == 0 {
		return int64(small), true
	}
	at := namesAt + p.count*entryLen + 8*int(small&^largeFlag)
	if at+8 > len(p.index)-trailer {
		return 0, false
	}
	return int64(binary.BigEndian.Uint64(p.index[at:])), true
}

func (p *pack) open() (*os.File, error) {
	p.once.Do(func() { p.file, p.err = os.Open(p.path) })
	return p.file, p.err
}

// entry is the header of a packed object.
type entry struct {
	kind plumbing.ObjectType
	size int64
	base int64 // of a delta: the offset of its base in the same pack
}

// seek moves to a packed object and reads its header; the compressed data
// follow.
func (in *inflater) seek(at place) (entry, error) {
	file, err := at.pack.open()
	if err != nil {
		return entry{}, err
	}
	in.window.seek(file, at.at)
	b, err := in.window.ReadByte()
	if err != nil {
		return entry{}, err
	}
	e := entry{kind: plumbing.ObjectType(b >> 4 & 7), size: int64(b & 15)}
	for shift := 4; b&0x80 != 0; shift += 7 {
		if b, err = in.window.ReadByte(); err != nil || shift > 56 {
			return e, errMalformed
		}
		e.size |= int64(b&0x7f) << shift
	}
	if e.size < 0 || e.size > maxObject {
		return e, errTooLarge
	}
	e.base, err = in.base(at, e.kind)
	return e, err
}

// base reads the offset of a delta's base.
func (in *inflater) base(at place, kind plumbing.ObjectType) (int64, error) {
	switch kind {
	case plumbing.OFSDeltaObject:
		back := int64(-1)
		for b := byte(0x80); b&0x80 != 0; {
			var err error
			if b, err = in.window.ReadByte(); err != nil || back > at.at {
				return 0, errMalformed
			}
			back = (back+1)<<7 | int64(b&0x7f)
		}
		if back <= 0 || back >= at.at {
			return 0, errMalformed
		}
		return at.at - back, nil
	case plumbing.REFDeltaObject:
		var h plumbing.Hash
		for i := range h {
			var err error
			if h[i], err = in.window.ReadByte(); err != nil {
				return 0, errMalformed
			}
		}
		if base, ok := at.pack.find(h); ok {
			return base, nil
		}
		return 0, errMissing
	case plumbing.CommitObject, plumbing.TreeObject, plumbing.BlobObject, plumbing.TagObject:
		return 0, nil
	}
	return 0, errMalformed
}

// maxChain is git's own limit of the deltas on one base.
const maxChain = 4095

// unpack decodes a packed object: it goes down the chain of deltas to a whole
// or a recently read object, then applies the deltas on the way back.
func (s *store) unpack(at place) (object, error) {
	in := s.inflater()
	defer s.inflaters.Put(in)
	in.deltas, in.chain = in.deltas[:0], in.chain[:0]
	o, ok := s.recent.get(at)
	for !ok {
		e, err := in.seek(at)
		if err != nil {
			return o, err
		}
		if e.base == 0 {
			o = object{e.kind, make([]byte, e.size)}
			if err := in.read(o.data); err != nil {
				return o, err
			}
			s.recent.put(at, o)
			break
		}
		if err := in.push(at, e.size); err != nil {
			return o, err
		}
		at = place{at.pack, e.base}
		o, ok = s.recent.get(at)
	}
	return s.rebuild(in, o)
}

// push reads a delta onto the chain.
func (in *inflater) push(at place, size int64) error {
	if len(in.chain) == maxChain || int64(len(in.deltas))+size > maxObject {
		return errTooLarge
	}
	start := len(in.deltas)
	in.deltas = append(in.deltas, make([]byte, size)...)
	in.chain = append(in.chain, link{at, start})
	return in.read(in.deltas[start:])
}

// link is a delta of a chain: the place of what it makes, and its start among
// the chain's deltas.
type link struct {
	at    place
	start int
}

func (s *store) rebuild(in *inflater, o object) (object, error) {
	for len(in.chain) > 0 {
		last := in.chain[len(in.chain)-1]
		data, err := patch(o.data, in.deltas[last.start:])
		if err != nil {
			return o, err
		}
		o.data = data
		s.recent.put(last.at, o)
		in.chain, in.deltas = in.chain[:len(in.chain)-1], in.deltas[:last.start]
	}
	return o, nil
}

// packedSize returns the size of a packed object; of a delta, the size that
// it promises.
func (s *store) packedSize(at place) (int64, error) {
	in := s.inflater()
	defer s.inflaters.Put(in)
	e, err := in.seek(at)
	if err != nil || e.base == 0 {
		return e.size, err
	}
	head := make([]byte, min(e.size, 2*binary.MaxVarintLen64))
	if err := in.begin(head); err != nil {
		return 0, err
	}
	_, head, _ = varint(head)
	size, _, err := varint(head)
	return size, err
}

// varint reads a size at the start of a delta.
func varint(delta []byte) (int64, []byte, error) {
	n, used := binary.Uvarint(delta)
	if used <= 0 || n > maxObject {
		return 0, nil, errMalformed
	}
	return int64(n), delta[used:], nil
}

// patch applies a delta.
func patch(base, delta []byte) ([]byte, error) {
	from, delta, err := varint(delta)
	if err != nil || from != int64(len(base)) {
		return nil, errMalformed
	}
	size, delta, err := varint(delta)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, size)
	for len(delta) > 0 {
		var piece []byte
		op := delta[0]
		if delta = delta[1:]; op&0x80 != 0 {
			piece, delta, err = copied(base, op, delta)
		} else {
			piece, delta, err = inserted(int(op), delta)
		}
		if err != nil || len(out)+len(piece) > int(size) {
			return nil, errMalformed
		}
		out = append(out, piece...)
	}
	if len(out) != int(size) {
		return nil, errMalformed
	}
	return out, nil
}

func inserted(n int, delta []byte) (piece, rest []byte, err error) {
	if n == 0 || n > len(delta) {
		return nil, nil, errMalformed
	}
	return delta[:n], delta[n:], nil
}

// copied returns the piece of base that a copy instruction names: its bits say
// which bytes of a 4-byte offset and of a 3-byte length follow.
func copied(base []byte, op byte, delta []byte) (piece, rest []byte, err error) {
	var number uint64
	for i := range 7 {
		if op>>i&1 == 0 {
			continue
		}
		if len(delta) == 0 {
			return nil, nil, errMalformed
		}
		number |= uint64(delta[0]) << (8 * i)
		delta = delta[1:]
	}
	offset, n := int(number&0xffffffff), int(number>>32)
	if n == 0 {
		n = 0x10000
	}
	if offset > len(base) || n > len(base)-offset {
		return nil, nil, errMalformed
	}
	return base[offset : offset+n], delta, nil
}
