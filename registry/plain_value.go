package registry

import (
	"fmt"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"
)

func (r *reader) cueValue(e ast.Expr) *node {
	at := e.Pos().Offset()
	switch e := e.(type) {
	case *ast.StructLit:
		return r.cueStruct(e)
	case *ast.ListLit:
		return r.cueList(e)
	case *ast.BasicLit:
		return r.cueScalar(e)
	case *ast.UnaryExpr:
		if lit, ok := e.X.(*ast.BasicLit); ok && (e.Op == token.SUB || e.Op == token.ADD) && (lit.Kind == token.INT || lit.Kind == token.FLOAT) {
			n := r.cueScalar(lit)
			n.text, n.start = e.Op.String()+n.text, at
			return n
		}
	case *ast.BinaryExpr:
		if n := r.cuePrefixed(e); n != nil {
			return n
		}
	case *ast.Ident:
		return r.refuse(at, "%q is a reference, which is no plain data; write the value itself, a text in double quotes", clip(e.Name))
	case *ast.Interpolation:
		return r.refuse(at, "a text with \\( in it is computed, which is no plain data; write the text itself")
	case *ast.SelectorExpr, *ast.IndexExpr:
		return r.refuse(at, "a reference is no plain data; write the value itself")
	case *ast.CallExpr:
		return r.refuse(at, "a call is no plain data; write the value itself")
	}
	return r.refuse(at, "an expression is no plain data; write the value itself")
}

// cuePrefixed reads #Kind & {...}, which may stand before an entry only.
func (r *reader) cuePrefixed(e *ast.BinaryExpr) *node {
	def, ok := e.X.(*ast.Ident)
	body, isStruct := e.Y.(*ast.StructLit)
	if !ok || !isStruct || e.Op != token.AND || !strings.HasPrefix(def.Name, "#") || !r.atEntry() {
		return nil
	}
	n := r.cueStruct(body)
	n.prefix, n.prefixAt = def.Name, def.Pos().Offset()
	return n
}

func (r *reader) atEntry() bool {
	if len(r.at) == 0 {
		return false
	}
	s, ok := sectionOf(r.at[0])
	return ok && (s.many && len(r.at) == 2 || !s.many && len(r.at) == 1)
}

// enter counts a level of nesting; it is false where that is one too many.
func (r *reader) enter(offset int) bool {
	r.depth++
	if r.depth == maxDepth+1 {
		r.complain(ruleHostile, offset, "more than %d structs and lists inside each other are refused", maxDepth)
	}
	return r.depth <= maxDepth
}

func (r *reader) cueStruct(e *ast.StructLit) *node {
	n := &node{kind: structNode, start: e.Pos().Offset(), end: e.End().Offset()}
	if e.Lbrace.IsValid() {
		n.open = e.Lbrace.Offset() + 1
	}
	if r.enter(n.start) {
		for _, d := range e.Elts {
			r.cueDecl(n, d)
		}
		r.unique(n)
	} else {
		n.kind = badNode
	}
	r.depth--
	return n
}

func (r *reader) cueList(e *ast.ListLit) *node {
	n := &node{kind: listNode, start: e.Pos().Offset(), end: e.End().Offset(), open: e.Lbrack.Offset() + 1}
	if !r.enter(n.start) {
		r.depth--
		n.kind = badNode
		return n
	}
	for i, item := range e.Elts {
		if i == r.limit.fields {
			r.complain(ruleHostile, item.Pos().Offset(), "a list of more than %d items is refused; split it", r.limit.fields)
			break
		}
		if _, open := item.(*ast.Ellipsis); open {
			r.refuse(item.Pos().Offset(), "... is no plain data; remove it")
			continue
		}
		r.at = append(r.at, fmt.Sprint(i))
		n.items = append(n.items, r.cueValue(item))
		r.at = r.at[:len(r.at)-1]
	}
	r.depth--
	return n
}
