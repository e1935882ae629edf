package registry

import (
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/token"

	"github.com/rollcall-dev/rollcall/schema"
)

// A checker tells whether entries satisfy the schema: by proof where it has
// one, and by CUE where it has none or the proof fails. It serves one
// goroutine.
type checker struct {
	ctx    *cue.Context // nil until CUE is asked
	schema cue.Value
	defs   map[string]cue.Value

	scratch scratch // of the files that are read one after the other
}

func (c *checker) def(name string) cue.Value {
	if c.ctx == nil {
		c.open()
	}
	v, ok := c.defs[name]
	if !ok {
		v = c.schema.LookupPath(cue.MakePath(cue.Def(name)))
		c.defs[name] = v
	}
	return v
}

// open compiles the schema. The environment has no say in it: CUE_DEBUG could
// switch closedness off.
func (c *checker) open() {
	c.ctx = cuecontext.New(cuecontext.CUE_DEBUG(""))
	c.schema = c.ctx.CompileString(schema.CUE, cue.Filename("schema.cue"))
	if err := c.schema.Err(); err != nil {
		panic("the embedded schema cannot be compiled: " + err.Error())
	}
	c.defs = map[string]cue.Value{}
}

// A fault is a place in an entry at which CUE refuses it.
type fault struct {
	path  []string
	trace string
}

// check is where and why a value does not satisfy a definition; nothing where
// it does.
func (c *checker) check(def string, n *node) []fault {
	if holds := proofs()[def]; holds != nil && holds(n) {
		return nil
	}
	return c.ask(def, n)
}

// ask is where and why CUE refuses a value; one fault a place, in order.
func (c *checker) ask(def string, n *node) []fault {
	// def comes first: it opens the context. BuildExpr keeps nothing in the context; BuildFile would keep every file.
	against := c.def(def)
	v := against.Unify(c.ctx.BuildExpr(n.expr()))
	err := v.Validate(cue.Concrete(true), cue.Final())
	if err == nil {
		return nil
	}
	var faults []fault
	for _, e := range errors.Errors(err) {
		format, args := e.Msg()
		f := fault{path: unquotePath(e.Path()), trace: oneLine(fmt.Sprintf(format, args...))}
		if !slices.ContainsFunc(faults, func(g fault) bool { return slices.Equal(f.path, g.path) }) {
			faults = append(faults, f)
		}
	}
	return faults
}

// deepest drops a fault that only says that something below it is wrong.
func deepest(faults []fault) []fault {
	return slices.DeleteFunc(slices.Clone(faults), func(f fault) bool {
		return slices.ContainsFunc(faults, func(g fault) bool {
			return len(g.path) > len(f.path) && slices.Equal(g.path[:len(f.path)], f.path)
		})
	})
}

// unquotePath turns CUE's selectors into plain names, without a definition in
// front.
func unquotePath(path []string) []string {
	var plain []string
	for _, p := range path {
		if strings.HasPrefix(p, "#") {
			continue
		}
		if strings.HasPrefix(p, `"`) {
			if s, err := literal.Unquote(p); err == nil {
				p = s
			}
		}
		plain = append(plain, p)
	}
	return plain
}

// expr is the node as CUE's syntax, without places.
func (n *node) expr() ast.Expr {
	switch n.kind {
	case structNode:
		s := &ast.StructLit{Elts: make([]ast.Decl, 0, len(n.fields))}
		for _, f := range n.fields {
			if f.value.kind != badNode {
				s.Elts = append(s.Elts, &ast.Field{Label: ast.NewStringLabel(f.name), Value: f.value.expr()})
			}
		}
		return s
	case listNode:
		l := &ast.ListLit{Elts: make([]ast.Expr, 0, len(n.items))}
		for _, item := range n.items {
			l.Elts = append(l.Elts, item.expr())
		}
		return l
	case numberNode:
		return numberExpr(n.text)
	case boolNode:
		return ast.NewBool(n.text == "true")
	case nullNode:
		return ast.NewNull()
	case textNode:
		return &ast.BasicLit{Kind: token.STRING, Value: literal.String.Quote(n.text)}
	}
	return ast.NewIdent("_")
}

func numberExpr(text string) ast.Expr {
	if rest, negative := strings.CutPrefix(text, "-"); negative {
		return &ast.UnaryExpr{Op: token.SUB, X: numberExpr(rest)}
	}
	text = strings.TrimPrefix(text, "+")
	var info literal.NumInfo
	kind := token.INT
	if literal.ParseNum(text, &info) == nil && !info.IsInt() {
		kind = token.FLOAT
	}
	return &ast.BasicLit{Kind: kind, Value: text}
}
