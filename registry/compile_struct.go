package registry

import (
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"
)

// A structProof is a closed struct: it has the fields that are named and no
// others.
type structProof struct {
	fields   map[string]fieldProof
	required int // fields that must be there
}

type fieldProof struct {
	required bool
	holds    proof
}

func (s *structProof) holds(n *node) bool {
	if n.kind != structNode {
		return false
	}
	there := 0
	for i := range n.fields {
		f, ok := s.fields[n.fields[i].name]
		if !ok || !f.holds(n.fields[i].value) {
			return false
		}
		if f.required {
			there++
		}
	}
	return there == s.required // no name stands twice: the reader sees to it
}

func (c *compiler) compileStruct(e *ast.StructLit) proof {
	if len(e.Elts) == 1 {
		if f, ok := e.Elts[0].(*ast.Field); ok {
			if pattern, ok := f.Label.(*ast.ListLit); ok {
				return c.compileMap(f, pattern)
			}
		}
	}
	s := structProof{fields: map[string]fieldProof{}}
	if !c.gather(&s, e, 0) {
		return nil
	}
	for _, f := range s.fields {
		if f.required {
			s.required++
		}
	}
	return s.holds
}

// gather adds the fields of a struct and of those that are embedded in it.
func (c *compiler) gather(s *structProof, e *ast.StructLit, depth int) bool {
	for _, d := range e.Elts {
		switch d := d.(type) {
		case *ast.Field:
			if !c.gatherField(s, d) {
				return false
			}
		case *ast.EmbedDecl:
			name, ok := d.Expr.(*ast.Ident)
			if !ok || c.defs[name.Name] == nil || depth > 8 {
				return false
			}
			inner, ok := c.defs[name.Name].Value.(*ast.StructLit)
			if !ok || !c.gather(s, inner, depth+1) {
				return false
			}
		case *ast.CommentGroup:
		default:
			return false
		}
	}
	return true
}

// gatherField takes name!: and name?: of any value that compiles, and name: of
// a text, which the schema itself fills in where it is left out. A definition
// that may be left out is no field of data.
func (c *compiler) gatherField(s *structProof, d *ast.Field) bool {
	name := labelName(d)
	if strings.HasPrefix(name, "#") && d.Constraint == token.OPTION {
		return true
	}
	_, twice := s.fields[name]
	if name == "" || name[0] == '_' || name[0] == '#' || twice || d.Alias != nil || len(d.Attrs) > 0 {
		return false
	}
	if _, text := textOf(d.Value); d.Constraint == token.ILLEGAL && !text {
		return false
	}
	holds := c.compile(d.Value)
	s.fields[name] = fieldProof{required: d.Constraint == token.NOT, holds: holds}
	return holds != nil
}

// compileMap compiles [=~"..."]: value, alone in a struct.
func (c *compiler) compileMap(f *ast.Field, pattern *ast.ListLit) proof {
	if len(pattern.Elts) != 1 || f.Constraint != token.ILLEGAL || f.Alias != nil || len(f.Attrs) > 0 {
		return nil
	}
	match, ok := pattern.Elts[0].(*ast.UnaryExpr)
	if !ok || match.Op != token.MAT {
		return nil
	}
	text, ok := textOf(match.X)
	if !ok {
		return nil
	}
	name, value := compilePattern(text), c.compile(f.Value)
	if name == nil || value == nil {
		return nil
	}
	return func(n *node) bool {
		if n.kind != structNode {
			return false
		}
		for _, f := range n.fields {
			if !ascii(f.name) || !name(f.name) || !value(f.value) {
				return false // CUE brings other letters of names into a normal form first
			}
		}
		return true
	}
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
