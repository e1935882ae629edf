package registry

import "hash/maphash"

// scratch is what a worker keeps from one file to the next: room for nodes,
// and the texts that it saw lately, for many identities name the same owners,
// systems and scopes. Its texts are copies, so that no identity keeps its
// whole file in memory. The zero scratch is ready for use.
type scratch struct {
	nodes   []node
	pending []field // of the structs that are being read
	items   []*node // of the lists that are being read
	kept    []field // what the structs that were read have
	keptIn  []*node // the same of lists
	seed    maphash.Seed
	seen    *[seenTexts]string
	top     string // the file's own field that is being read
}

const (
	seenTexts = 1 << 12 // texts that are remembered
	seenBytes = 64      // and how long each may be
	slab      = 256     // nodes or fields that are made at once
)

// reset lets the next file use the room of the last, none of whose nodes may
// be used any more.
func (s *scratch) reset() {
	s.nodes, s.kept, s.keptIn = s.nodes[:0], s.kept[:0], s.keptIn[:0]
	s.again()
}

// renew leaves the last file the room that it has.
func (s *scratch) renew() {
	s.nodes, s.kept, s.keptIn = nil, nil, nil
	s.again()
}

func (s *scratch) again() { s.pending, s.items, s.top = s.pending[:0], s.items[:0], "" }

// node is a new node. Those made before stay where they are.
func (s *scratch) node(kind nodeKind, start int) *node {
	if len(s.nodes) == cap(s.nodes) {
		s.nodes = make([]node, 0, max(slab, cap(s.nodes)))
	}
	s.nodes = append(s.nodes, node{kind: kind, start: start})
	return &s.nodes[len(s.nodes)-1]
}

// keepFields moves the pending fields from base on to where they stay.
func (s *scratch) keepFields(base int) []field {
	s.kept = roomFor(s.kept, len(s.pending)-base)
	from := len(s.kept)
	s.kept = append(s.kept, s.pending[base:]...)
	s.pending = s.pending[:base]
	return s.kept[from:len(s.kept):len(s.kept)]
}

func (s *scratch) keepItems(base int) []*node {
	s.keptIn = roomFor(s.keptIn, len(s.items)-base)
	from := len(s.keptIn)
	s.keptIn = append(s.keptIn, s.items[base:]...)
	s.items = s.items[:base]
	return s.keptIn[from:len(s.keptIn):len(s.keptIn)]
}

// roomFor is a slice that n more fit into without a move of what is there.
func roomFor[T any](s []T, n int) []T {
	if cap(s)-len(s) >= n {
		return s
	}
	return make([]T, 0, max(slab, n))
}

// intern is the text as a string of its own, the same one as lately if it was
// seen lately.
func (s *scratch) intern(text []byte) string {
	if len(text) > seenBytes || len(text) == 0 {
		return string(text)
	}
	if s.seen == nil {
		s.seen, s.seed = new([seenTexts]string), maphash.MakeSeed()
	}
	slot := &s.seen[maphash.Bytes(s.seed, text)%seenTexts]
	if *slot != string(text) {
		*slot = string(text)
	}
	return *slot
}
