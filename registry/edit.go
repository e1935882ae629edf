package registry

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue/parser"
)

// Replace is the edit that gives a field another value, a literal as CUE
// writes it: "\"privileged\"", "[]", "{on: \"2026-10-01\"}". In YAML and JSON
// files it is written in their way. It is nil where the field is absent, where
// its bytes are not known, or where the edit would not come out as meant.
func (s source) Replace(field, newLiteral string) *Edit {
	start, end, ok := s.Span(field)
	want := parseLiteral(newLiteral)
	if !ok || want == nil {
		return nil
	}
	return s.proven(field, want, &Edit{File: s.file, Start: start, End: end, New: s.write(newLiteral, want)})
}

// Insert is the edit that adds a field, behind the one that the schema names
// before it or else behind the last. Structs around it that are absent are
// added with it. It is nil where the field is there already or where the edit
// would not come out as meant.
func (s source) Insert(field, literal string) *Edit {
	text, root := s.parse()
	want := parseLiteral(literal)
	path := s.in(field)
	if root == nil || want == nil || field == "" || root.at(path) != nil {
		return nil
	}
	parent, depth := root.nearest(path[:len(path)-1])
	if parent.kind != structNode || depth < len(s.path) {
		return nil
	}
	w := writer{format: format(s.file), text: text}
	added := w.fields(path[depth:], s.write(literal, want))
	at := w.insert(parent, w.before(parent, s.orderAt(root, path[len(s.path):depth]), path[depth]), added)
	at.File = s.file
	return s.proven(field, want, &at)
}

// orderAt are the names of the fields at a path of the entry, in the schema's
// order.
func (s source) orderAt(root *node, path []string) []string {
	section, ok := sectionOf(s.path[0])
	if !ok {
		return nil
	}
	e := entry{section: section, node: root.at(s.path), root: root}
	def, _ := e.definition()
	if of := shapes()[def].at(path); of != nil {
		return of.names
	}
	return nil
}

// proven is the edit, if the file reads after it as before but for the field,
// which has the wanted value; else nil.
func (s source) proven(field string, want *node, e *Edit) *Edit {
	text, err := s.read(s.file)
	if err != nil {
		return nil
	}
	home, _, _ := homeOf(s.file)
	before := reader{file: s.file, text: text, limit: large, loose: home.loose}
	before.root()
	if text, err = Apply(text, []Edit{*e}); err != nil {
		return nil
	}
	after := reader{file: s.file, text: text, limit: large, loose: home.loose}
	root := after.root()
	if root == nil || len(after.problems) > len(before.problems) || !same(root.at(s.in(field)), want) {
		return nil
	}
	return e
}

// same tells whether two nodes are the same data.
func same(a, b *node) bool {
	if a == nil || b == nil || a.kind != b.kind || a.text != b.text {
		return false
	}
	return slices.EqualFunc(a.items, b.items, same) && slices.EqualFunc(a.fields, b.fields, func(f, g field) bool {
		return f.name == g.name && same(f.value, g.value)
	})
}

// parseLiteral reads a value as CUE writes it; nil where it is no plain data.
func parseLiteral(literal string) *node {
	e, err := parser.ParseExpr("literal", literal)
	if err != nil {
		return nil
	}
	r := reader{text: []byte(literal), limit: large}
	n := r.cueValue(e)
	if len(r.problems) > 0 {
		return nil
	}
	return n
}

// write writes a value in the language of the file.
func (s source) write(literal string, n *node) string {
	if format(s.file) == "cue" {
		return literal
	}
	return n.json()
}

// json is the node as JSON on one line, which is YAML as well.
func (n *node) json() string {
	var parts []string
	switch n.kind {
	case structNode:
		for _, f := range n.fields {
			parts = append(parts, quoteJSON(f.name)+": "+f.value.json())
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case listNode:
		for _, item := range n.items {
			parts = append(parts, item.json())
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case textNode:
		return quoteJSON(n.text)
	}
	return n.text
}

func quoteJSON(s string) string {
	b := new(strings.Builder)
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return `""` // cannot be: every text has a JSON form
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// Apply makes edits of one file's text. They may stand in any order; edits
// that overlap, or lie outside the text, are refused and nothing is changed.
// Of several insertions at one place, the first stands first.
func Apply(text []byte, edits []Edit) ([]byte, error) {
	sorted := slices.Clone(edits)
	slices.SortStableFunc(sorted, func(a, b Edit) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
	var out []byte
	last := 0
	for i, e := range sorted {
		switch {
		case e.Start < 0 || e.End < e.Start || e.End > len(text):
			return nil, fmt.Errorf("edit %s: bytes %d to %d are not in the text of %d bytes", e.File, e.Start, e.End, len(text))
		case e.File != sorted[0].File:
			return nil, fmt.Errorf("edit %s: another edit is of file %s", e.File, sorted[0].File)
		case i > 0 && e.Start < last:
			return nil, fmt.Errorf("edit %s: bytes %d to %d overlap another edit", e.File, e.Start, e.End)
		}
		out = append(append(out, text[last:e.Start]...), e.New...)
		last = e.End
	}
	return append(out, text[last:]...), nil
}
