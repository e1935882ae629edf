package registry

import (
	"bytes"
	"unicode/utf8"
)

// A scanner reads the files that most people write most of the time: plain
// fields, one a line, without escapes or oddities. It builds no syntax tree
// and makes the same nodes as CUE's parser, five times as fast. Whatever it
// does not know for certain it gives up, and the file goes to the parser: it
// has no word for a mistake.
type scanner struct {
	*scratch
	text  []byte
	i     int // the next byte
	depth int
	limit limits
}

// scan is the whole file as nodes, or nil where it is not plain enough.
func (r *reader) scan() *node {
	if r.scratch == nil {
		r.scratch = &scratch{}
	}
	s := scanner{scratch: r.scratch, text: r.text, limit: r.limit}
	if !s.sound() || !s.clause() {
		return nil
	}
	root := s.node(structNode, 0)
	if !s.fields(root, 0) || s.i != len(s.text) {
		return nil
	}
	root.start, root.end = 0, 0 // as the parser's
	return root
}

// sound tells whether every byte is one that means the same everywhere.
func (s *scanner) sound() bool {
	plain := true
	for _, c := range s.text {
		switch {
		case c >= utf8.RuneSelf:
			plain = false
		case c < ' ' && c != '\n' && c != '\t', c == '\\', c == 0x7f:
			return false
		}
	}
	return plain || utf8.Valid(s.text) && !bytes.Contains(s.text, []byte("\uFEFF"))
}

// clause reads "package registry" and the comments above it.
func (s *scanner) clause() bool {
	s.space(true)
	const clause = "package registry\n"
	if !bytes.HasPrefix(s.text[s.i:], []byte(clause)) {
		return false
	}
	s.i += len(clause)
	return true
}

// space skips blanks and, if lines are, whole lines and comments.
func (s *scanner) space(lines bool) {
	for s.i < len(s.text) {
		switch c := s.text[s.i]; {
		case c == ' ' || c == '\t' || c == '\n' && lines:
			s.i++
		case c == '/' && lines && s.i+1 < len(s.text) && s.text[s.i+1] == '/':
			end := bytes.IndexByte(s.text[s.i:], '\n')
			if end < 0 {
				s.i = len(s.text)
				return
			}
			s.i += end
		default:
			return
		}
	}
}

// peek is the next byte, or 0 at the end.
func (s *scanner) peek() byte {
	if s.i < len(s.text) {
		return s.text[s.i]
	}
	return 0
}

// fields reads the fields of a struct up to its closing brace or the end of
// the file, which is left to the caller.
func (s *scanner) fields(n *node, level int) bool {
	base := len(s.pending)
	for {
		s.space(true)
		if c := s.peek(); c == '}' || c == 0 {
			n.fields = s.keepFields(base)
			return len(n.fields) <= s.limit.fields && distinct(n.fields)
		}
		f, ok := s.field(level)
		if !ok || !s.ended() {
			return false
		}
		s.pending = append(s.pending, f)
	}
}

// ended passes the end of a field: a comma, a line's end, or what closes the
// struct.
func (s *scanner) ended() bool {
	s.space(false)
	switch s.peek() {
	case ',':
		s.i++
		return true
	case '\n', '}', 0:
		return true
	case '/':
		return s.i+1 < len(s.text) && s.text[s.i+1] == '/'
	}
	return false
}

// field reads name: value. The level is how many names are above it: an entry
// stands at 1 or, where there is one of it, at 0.
func (s *scanner) field(level int) (field, bool) {
	f := field{start: s.i}
	name, ok := s.label()
	if !ok || s.peek() != ':' {
		return f, false
	}
	f.name = s.intern(name)
	if level == 0 {
		s.top = f.name
	}
	s.i++
	s.space(false)
	f.value, ok = s.value(level)
	return f, ok
}

// label reads a name, with or without quotes.
func (s *scanner) label() ([]byte, bool) {
	if s.peek() == '"' {
		return s.quoted()
	}
	start := s.i
	for s.i < len(s.text) && nameByte[s.text[s.i]] {
		s.i++
	}
	name := s.text[start:s.i]
	return name, len(name) > 0 && (name[0] < '0' || name[0] > '9') && name[0] != '_' && !keywords[string(name)]
}

// keywords may not stand as they are, or not everywhere.
var keywords = map[string]bool{
	"package": true, "import": true, "for": true, "in": true, "if": true, "let": true, "func": true, "else": true, "try": true,
	"fallback": true, "otherwise": true, "true": true, "false": true, "null": true, "div": true, "mod": true, "quo": true, "rem": true,
}

var nameByte = func() (set [256]bool) {
	for c := range set {
		set[c] = c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
	}
	return set
}()

// quoted reads a text in double quotes, without escapes.
func (s *scanner) quoted() ([]byte, bool) {
	start := s.i + 1
	for i := start; i < len(s.text); i++ {
		switch s.text[i] {
		case '\n', '\t':
			return nil, false
		case '"':
			s.i = i + 1
			if i == start && s.peek() == '"' { // three quotes begin a text of several lines
				return nil, false
			}
			return s.text[start:i], i-start <= s.limit.text
		}
	}
	return nil, false
}

// distinct tells whether no name stands twice.
func distinct(fields []field) bool {
	if len(fields) > 32 {
		seen := make(map[string]bool, len(fields))
		for _, f := range fields {
			if seen[f.name] {
				return false
			}
			seen[f.name] = true
		}
		return true
	}
	for i := range fields {
		for j := range i {
			if fields[i].name == fields[j].name {
				return false
			}
		}
	}
	return true
}
