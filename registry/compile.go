package registry

import (
	"regexp"
	"strconv"
	"sync"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"

	"github.com/rollcall-dev/rollcall/schema"
)

// parsedSchema is the syntax of the embedded schema, with its comments.
var parsedSchema = sync.OnceValue(func() *ast.File {
	f, err := parser.ParseFile("schema.cue", schema.CUE, parser.ParseComments)
	if err != nil {
		panic("the embedded schema is no CUE: " + err.Error())
	}
	return f
})

// A proof decides without CUE that a value satisfies the schema. It only ever
// says yes: what it does not prove is CUE's to judge, so that a mistake has
// CUE's own word, and what the compiler does not understand costs time and
// never an answer.
type proof func(n *node) bool

// proofs are those of the definitions that could be compiled.
var proofs = sync.OnceValue(func() map[string]proof {
	c := compiler{defs: map[string]*ast.Field{}, done: map[string]proof{}}
	for _, d := range parsedSchema().Decls {
		if field, ok := d.(*ast.Field); ok {
			c.defs[labelName(field)] = field
		}
	}
	for name := range c.defs {
		c.define(name)
	}
	return c.done
})

// A compiler turns the schema's definitions into proofs. A definition that
// leads back to itself is not compiled.
type compiler struct {
	defs map[string]*ast.Field
	done map[string]proof // nil while it is compiled, and where it cannot be
}

func (c *compiler) define(name string) proof {
	if p, ok := c.done[name]; ok {
		return p
	}
	c.done[name] = nil
	field, ok := c.defs[name]
	if !ok || len(name) == 0 || name[0] != '#' || field.Constraint != token.ILLEGAL || field.Alias != nil {
		return nil
	}
	c.done[name] = c.compile(field.Value)
	return c.done[name]
}

// compile is the proof of an expression, or nil.
func (c *compiler) compile(e ast.Expr) proof {
	switch e := e.(type) {
	case *ast.Ident:
		if e.Name == "bool" {
			return func(n *node) bool { return n.kind == boolNode }
		}
		return c.define(e.Name)
	case *ast.StructLit:
		return c.compileStruct(e)
	case *ast.ListLit:
		return c.compileList(e)
	case *ast.UnaryExpr:
		return compileMatch(e)
	case *ast.BasicLit, *ast.BinaryExpr:
		if choices := literals(e, nil); choices != nil {
			return oneOf(choices)
		}
		return compileRange(e)
	}
	return nil
}

func (c *compiler) compileList(e *ast.ListLit) proof {
	if len(e.Elts) != 1 {
		return nil
	}
	rest, ok := e.Elts[0].(*ast.Ellipsis)
	if !ok || rest.Type == nil {
		return nil
	}
	item := c.compile(rest.Type)
	if item == nil {
		return nil
	}
	return func(n *node) bool {
		if n.kind != listNode {
			return false
		}
		for _, i := range n.items {
			if !item(i) {
				return false
			}
		}
		return true
	}
}

// compileMatch compiles =~"...". CUE matches by the same package.
func compileMatch(e *ast.UnaryExpr) proof {
	text, ok := textOf(e.X)
	if !ok || e.Op != token.MAT {
		return nil
	}
	match := compilePattern(text)
	if match == nil {
		return nil
	}
	return func(n *node) bool { return n.kind == textNode && match(n.text) }
}

// literals are the texts of "a" | "b" | ..., or nil where it is anything else.
func literals(e ast.Expr, before []string) []string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if text, ok := textOf(e); ok {
			return append(before, text)
		}
	case *ast.BinaryExpr:
		if left := literals(e.X, before); left != nil && e.Op == token.OR {
			return literals(e.Y, left)
		}
	}
	return nil
}

func oneOf(choices []string) proof {
	return func(n *node) bool {
		if n.kind != textNode {
			return false
		}
		for _, c := range choices {
			if n.text == c {
				return true
			}
		}
		return false
	}
}

// textOf is the value of a text in double quotes.
func textOf(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING || lit.Value[0] != '"' {
		return "", false
	}
	text, err := literal.Unquote(lit.Value)
	return text, err == nil
}

var (
	plainInt     = regexp.MustCompile(`^(0|[1-9][0-9]{0,8})$`)
	plainNumeric = regexp.MustCompile(`^(0|[1-9][0-9]{0,5})([.][0-9]{1,8})?$`)
)

// compileRange compiles int & >=A & <=B and number & >=A & <=B, for numbers
// that are written plainly and are exact as float64 or far from A and B.
func compileRange(e ast.Expr) proof {
	r := numberRange{}
	if !r.read(e) || r.written == nil || r.low == nil || r.high == nil {
		return nil
	}
	return func(n *node) bool {
		if n.kind != numberNode || !r.written.MatchString(n.text) {
			return false
		}
		v, err := strconv.ParseFloat(n.text, 64)
		return err == nil && v >= *r.low && v <= *r.high
	}
}

type numberRange struct {
	written   *regexp.Regexp
	low, high *float64
}

func (r *numberRange) read(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		written := map[string]*regexp.Regexp{"int": plainInt, "number": plainNumeric}[e.Name]
		if r.written != nil || written == nil {
			return false
		}
		r.written = written
		return true
	case *ast.BinaryExpr:
		return e.Op == token.AND && r.read(e.X) && r.read(e.Y)
	case *ast.UnaryExpr:
		bound := map[token.Token]**float64{token.GEQ: &r.low, token.LEQ: &r.high}[e.Op]
		lit, ok := e.X.(*ast.BasicLit)
		if bound == nil || *bound != nil || !ok || !plainInt.MatchString(lit.Value) {
			return false
		}
		v, err := strconv.ParseFloat(lit.Value, 64)
		*bound = &v
		return err == nil
	}
	return false
}
