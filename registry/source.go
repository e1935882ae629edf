package registry

import (
	"bytes"
	"fmt"
)

// source is where an entry stands. A place is looked for only when it is asked
// for, by reading the text again: a hundred thousand identities carry none.
type source struct {
	file string
	read func(file string) ([]byte, error)
	path []string // of the entry in its file: "identities", its id
}

// Source is the file in which the entry stands.
func (s source) Source() string { return s.file }

// Text is the whole text of that file, as it stands now.
func (s source) Text() ([]byte, error) {
	if s.read == nil {
		return nil, fmt.Errorf("read %q: the entry was not read from a file", s.file)
	}
	return s.read(s.file)
}

// Pos is where a field of the entry stands: a dotted path like
// "blastRadius.data" or "steps[0].effect", "" for the entry itself. For a
// field that is absent it is the nearest thing around it, in the end the entry.
func (s source) Pos(field string) Pos { return s.PosIn(&Reading{}, field) }

// A Reading is a file that was read for a place in it. Of the places that are
// looked for with the same one, those in one file of one snapshot cost one
// reading of it where they follow each other.
type Reading struct {
	file string
	text []byte
	root *node
}

// PosIn is [Identity.Pos] and its like, with what was read for others.
func (s source) PosIn(r *Reading, field string) Pos {
	if r.root == nil || r.file != s.file {
		r.file = s.file
		r.text, r.root = s.parse()
	}
	text, root := r.text, r.root
	if root == nil {
		return Pos{File: s.file}
	}
	path := s.in(field)
	for n := len(path); n > 0; n-- {
		if offset, ok := root.label(path[:n]); ok {
			return place(s.file, text, offset)
		}
	}
	return place(s.file, text, 0)
}

// Span is the bytes of a field's value: from start to end, end excluded. It is
// not ok where the field is absent, or its file's language does not tell.
func (s source) Span(field string) (start, end int, ok bool) {
	_, root := s.parse()
	n := root.at(s.in(field))
	if n == nil || n.end == 0 {
		return 0, 0, false
	}
	return n.start, n.end, true
}

func (s source) in(field string) []string {
	return append(append([]string(nil), s.path...), splitPath(field)...)
}

// parse reads the entry's file again. The node is nil where that does not
// work any more, or where the entry was made by hand.
func (s source) parse() ([]byte, *node) {
	if s.read == nil {
		return nil, nil
	}
	text, err := s.read(s.file)
	if err != nil {
		return nil, nil
	}
	r := &reader{file: s.file, text: text, limit: large, loose: true}
	return text, r.root()
}

// place is the place of a byte of a file.
func place(file string, text []byte, offset int) Pos {
	offset = min(max(offset, 0), len(text))
	before := text[:offset]
	return Pos{
		File:   file,
		Line:   1 + bytes.Count(before, []byte{'\n'}),
		Column: offset - bytes.LastIndexByte(before, '\n'),
		Offset: offset,
	}
}
