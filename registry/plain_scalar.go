package registry

import (
	"regexp"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/token"
)

func (r *reader) cueScalar(lit *ast.BasicLit) *node {
	n := &node{start: lit.Pos().Offset(), end: lit.End().Offset(), text: lit.Value}
	switch lit.Kind {
	case token.STRING:
		return r.cueText(n, lit.Value)
	case token.INT, token.FLOAT:
		return r.number(n)
	case token.TRUE, token.FALSE:
		n.kind = boolNode
	case token.NULL:
		n.kind = nullNode
	}
	return n
}

func (r *reader) cueText(n *node, quoted string) *node {
	if !strings.HasPrefix(strings.TrimLeft(quoted, "#"), `"`) {
		return r.refuse(n.start, "bytes in single quotes are no plain data; write a text in double quotes")
	}
	s, err := literal.Unquote(quoted)
	if err != nil {
		r.complain(ruleSchema, n.start, "this text cannot be read: %s", oneLine(err.Error()))
		return n
	}
	n.kind, n.text = textNode, s
	r.capped(n)
	return n
}

// capped refuses a text that is too long.
func (r *reader) capped(n *node) {
	if len(n.text) > r.limit.text {
		n.kind, n.text = badNode, ""
		r.complain(ruleHostile, n.start, "a text of more than %d bytes is refused; shorten it", r.limit.text)
	}
}

var plainNumber = regexp.MustCompile(`^(([0-9][0-9_]{0,20}([.][0-9_]{0,20})?|[.][0-9]{1,20})([eE][+-]?[0-9]{1,2}|[KMGTP]i?)?|0[xX][0-9A-Fa-f_]{1,20}|0o[0-7_]{1,24}|0b[01_]{1,70})$`)

// number takes a number whose size is plain to see: an exponent of nine digits
// is a small text and a huge value.
func (r *reader) number(n *node) *node {
	if !plainNumber.MatchString(strings.TrimLeft(n.text, "+-")) {
		r.complain(ruleHostile, n.start, "the number %q is refused; write at most 20 digits and no large exponent", clip(n.text))
		return n
	}
	n.kind = numberNode
	return n
}
