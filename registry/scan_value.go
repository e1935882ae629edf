package registry

import "bytes"

// value reads the value of a field.
func (s *scanner) value(level int) (*node, bool) {
	switch c := s.peek(); {
	case c == '{':
		return s.structure(level + 1)
	case c == '[':
		return s.list()
	case c == '"':
		return s.textOrField(level + 1)
	case c == '#':
		if sec, ok := sectionOf(s.top); !ok || level > 1 || sec.many != (level == 1) {
			return nil, false
		}
		return s.prefixed(level + 1)
	case c >= '0' && c <= '9':
		return s.number()
	}
	return s.wordOrField(level + 1)
}

// structure reads {...}.
func (s *scanner) structure(level int) (*node, bool) {
	n := s.node(structNode, s.i)
	s.i++
	n.open = s.i
	if s.depth++; s.depth > maxDepth || !s.fields(n, level) || s.peek() != '}' {
		return nil, false
	}
	s.depth--
	s.i++
	n.end = s.i
	return n, true
}

// prefixed reads #Kind & {...}.
func (s *scanner) prefixed(level int) (*node, bool) {
	start := s.i
	s.i++
	for s.i < len(s.text) && nameByte[s.text[s.i]] {
		s.i++
	}
	prefix := s.text[start:s.i]
	if len(prefix) < 2 || prefix[1] < 'A' || prefix[1] == '_' || !bytes.HasPrefix(s.text[s.i:], []byte(" & {")) {
		return nil, false
	}
	s.i += len(" & ")
	n, ok := s.structure(level)
	if ok {
		n.prefix, n.prefixAt = s.intern(prefix), start
	}
	return n, ok
}

// textOrField reads a text, or the field that begins with it, as in a: "b": 1.
func (s *scanner) textOrField(level int) (*node, bool) {
	start := s.i
	text, ok := s.quoted()
	if !ok {
		return nil, false
	}
	if s.peek() == ':' {
		s.i = start
		return s.nested(level)
	}
	n := s.node(textNode, start)
	n.end, n.text = s.i, s.intern(text)
	return n, true
}

// nested reads the one field of a struct without braces.
func (s *scanner) nested(level int) (*node, bool) {
	n := s.node(structNode, s.i)
	if s.depth++; s.depth > maxDepth {
		return nil, false
	}
	base := len(s.pending)
	f, ok := s.field(level)
	if !ok {
		return nil, false
	}
	s.depth--
	s.pending = append(s.pending, f)
	n.fields, n.end = s.keepFields(base), f.value.end
	return n, true
}

// wordOrField reads true, false or null, or the field that begins here.
func (s *scanner) wordOrField(level int) (*node, bool) {
	start := s.i
	for s.i < len(s.text) && nameByte[s.text[s.i]] {
		s.i++
	}
	kind := badNode
	switch string(s.text[start:s.i]) {
	case "true", "false":
		kind = boolNode
	case "null":
		kind = nullNode
	default:
		s.i = start
		return s.nested(level)
	}
	n := s.node(kind, start)
	n.end, n.text = s.i, s.intern(s.text[start:s.i])
	return n, s.peek() != ':'
}

// number reads digits, at most with a point among them.
func (s *scanner) number() (*node, bool) {
	start, points := s.i, 0
	for ; s.i < len(s.text); s.i++ {
		c := s.text[s.i]
		if c == '.' {
			points++
		} else if c < '0' || c > '9' {
			break
		}
	}
	text := s.text[start:s.i]
	switch {
	case len(text) > 15, points > 1, text[len(text)-1] == '.', len(text) > 1 && text[0] == '0' && text[1] != '.':
		return nil, false
	case nameByte[s.peek()]: // an exponent, a suffix
		return nil, false
	}
	n := s.node(numberNode, start)
	n.end, n.text = s.i, s.intern(text)
	return n, true
}

// list reads [...], with a comma behind each item but the last.
func (s *scanner) list() (*node, bool) {
	n := s.node(listNode, s.i)
	s.i++
	n.open = s.i
	if s.depth++; s.depth > maxDepth {
		return nil, false
	}
	base := len(s.items)
	for {
		s.blank()
		if s.peek() == ']' {
			break
		}
		item, ok := s.item()
		if !ok {
			return nil, false
		}
		s.items = append(s.items, item)
		if s.blank(); s.peek() == ']' {
			break
		}
		if s.peek() != ',' {
			return nil, false
		}
		s.i++
	}
	s.depth--
	s.i++
	n.end, n.items = s.i, s.keepItems(base)
	return n, len(n.items) <= s.limit.fields
}

// blank skips blanks and line ends, but no comments.
func (s *scanner) blank() {
	for s.i < len(s.text) && (s.text[s.i] == ' ' || s.text[s.i] == '\t' || s.text[s.i] == '\n') {
		s.i++
	}
}

func (s *scanner) item() (*node, bool) {
	const inside = 2 // below an entry
	switch c := s.peek(); {
	case c == '{':
		return s.structure(inside)
	case c == '[':
		return s.list()
	case c == '"':
		start := s.i
		text, ok := s.quoted()
		if !ok {
			return nil, false
		}
		n := s.node(textNode, start)
		n.end, n.text = s.i, s.intern(text)
		return n, true
	case c >= '0' && c <= '9':
		return s.number()
	}
	return nil, false
}
