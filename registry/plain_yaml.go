package registry

import (
	"bytes"
	"fmt"
	"regexp"

	"go.yaml.in/yaml/v3"
)

// A yamlReader turns YAML nodes into ours.
type yamlReader struct {
	*reader
	lines []int // offsets at which the lines begin
}

// where is the offset of a YAML node. It goes from line to line by a table, since
// a file of many short lines would be read from its start for each.
func (y *yamlReader) where(n *yaml.Node) int {
	if y.lines == nil {
		y.lines = []int{0}
		for i, c := range y.text {
			if c == '\n' {
				y.lines = append(y.lines, i+1)
			}
		}
	}
	if n.Line < 1 || n.Line > len(y.lines) {
		return len(y.text)
	}
	line := reader{text: y.text[y.lines[n.Line-1]:]}
	return y.lines[n.Line-1] + line.offset(1, n.Column)
}

func (y *yamlReader) value(n *yaml.Node) *node {
	at := y.where(n)
	switch {
	case n.Kind == yaml.AliasNode:
		return y.refuse(at, "an alias is no plain data; write the value itself")
	case n.Anchor != "":
		return y.refuse(at, "an anchor is no plain data; remove it")
	case n.Style&yaml.TaggedStyle != 0:
		return y.refuse(at, "a tag is no plain data; remove it")
	}
	switch n.Kind {
	case yaml.MappingNode:
		return y.mapping(n, at)
	case yaml.SequenceNode:
		return y.sequence(n, at)
	}
	return y.scalar(n, at)
}

func (y *yamlReader) mapping(n *yaml.Node, at int) *node {
	s := &node{kind: structNode, start: at}
	if n.Style&yaml.FlowStyle != 0 {
		s.open = at + 1
	}
	if !y.enter(at) {
		y.depth--
		s.kind = badNode
		return s
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		start := y.where(key)
		if key.Tag == "!!merge" {
			s.lacking = true
			y.refuse(start, "a merge key is no plain data; write the fields themselves")
			continue
		}
		if key.Kind != yaml.ScalarNode || key.Anchor != "" || key.Style&yaml.TaggedStyle != 0 {
			s.lacking = true
			y.refuse(start, "this field's name is no plain data; write a name or a text in double quotes")
			continue
		}
		y.reader.at = append(y.reader.at, key.Value)
		y.add(s, field{name: key.Value, start: start, value: y.value(value)})
		y.reader.at = y.reader.at[:len(y.reader.at)-1]
	}
	y.unique(s)
	s.end = y.close(s.open, lastEnd(s, at), '}')
	y.depth--
	return s
}

func (y *yamlReader) sequence(n *yaml.Node, at int) *node {
	l := &node{kind: listNode, start: at}
	if n.Style&yaml.FlowStyle != 0 {
		l.open = at + 1
	}
	if !y.enter(at) {
		y.depth--
		l.kind = badNode
		return l
	}
	for i, item := range n.Content {
		if i == y.limit.fields {
			y.complain(ruleHostile, y.where(item), "a list of more than %d items is refused; split it", y.limit.fields)
			break
		}
		y.reader.at = append(y.reader.at, fmt.Sprint(i))
		l.items = append(l.items, y.value(item))
		y.reader.at = y.reader.at[:len(y.reader.at)-1]
	}
	l.end = y.close(l.open, lastEnd(l, at), ']')
	y.depth--
	return l
}

// lastEnd is where the last thing in a struct or list ends; 0 where that is
// not known.
func lastEnd(n *node, otherwise int) int {
	switch {
	case len(n.fields) > 0:
		return n.fields[len(n.fields)-1].value.end
	case len(n.items) > 0:
		return n.items[len(n.items)-1].end
	case n.open > 0:
		return n.open
	}
	return otherwise
}

// close finds the bracket that ends what was opened, when its last thing ended
// at from. 0 where it is not plain to see.
func (y *yamlReader) close(open, from int, bracket byte) int {
	if open == 0 || from == 0 {
		return from
	}
	for i := from; i < len(y.text); i++ {
		switch c := y.text[i]; {
		case c == bracket:
			return i + 1
		case !bytes.ContainsRune([]byte(" \t\r\n,"), rune(c)):
			return 0
		}
	}
	return 0
}

var yamlNumber = regexp.MustCompile(`^[-+]?(0|[1-9][0-9]{0,19})([.][0-9]{1,20})?$`)

func (y *yamlReader) scalar(n *yaml.Node, at int) *node {
	s := &node{kind: textNode, start: at, text: n.Value}
	s.end = y.scalarEnd(n, at)
	switch n.Tag {
	case "!!null":
		s.kind, s.text = nullNode, "null"
	case "!!bool":
		s.kind = boolNode
		var truth bool
		if n.Decode(&truth) == nil {
			s.text = fmt.Sprint(truth)
		}
	case "!!int", "!!float":
		s.kind = numberNode
		if !yamlNumber.MatchString(n.Value) {
			s.kind, s.text = badNode, ""
			y.complain(ruleHostile, at, "the number %q is refused; write it in decimal, with at most 20 digits", clip(n.Value))
		}
	default: // a date without quotes is a text here, as it is with them
		y.capped(s)
	}
	return s
}

// scalarEnd is where a scalar ends; 0 where that takes more than a look.
func (y *yamlReader) scalarEnd(n *yaml.Node, at int) int {
	text := y.text[min(at, len(y.text)):]
	switch {
	case n.Style&yaml.DoubleQuotedStyle != 0:
		for i := 1; i < len(text); i++ {
			switch text[i] {
			case '\\':
				i++
			case '"':
				return at + i + 1
			}
		}
	case n.Style&yaml.SingleQuotedStyle != 0:
		for i := 1; i < len(text); i++ {
			if text[i] != '\'' {
				continue
			}
			if i+1 < len(text) && text[i+1] == '\'' {
				i++
				continue
			}
			return at + i + 1
		}
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 && n.Value != "" && bytes.HasPrefix(text, []byte(n.Value)):
		return at + len(n.Value)
	}
	return 0
}
