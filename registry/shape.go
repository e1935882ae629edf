package registry

import (
	"regexp"
	"strings"
	"sync"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/token"
)

// A shape is what the schema's text says of a value. It gives a mistake its
// words; whether something is a mistake is CUE's to say.
type shape struct {
	def     string   // the definition's name, where it has one
	want    string   // what is wanted, as a phrase: "a day that the calendar has"
	kind    nodeKind // badNode where that is not plain
	names   []string // of a struct, its fields in the schema's order
	fields  map[string]shapeField
	of      *shape         // of a list or a map, its items
	key     *regexp.Regexp // of a map, its names
	choices []string       // of an enumeration
}

// A shapeField is a field of a struct.
type shapeField struct {
	required bool
	example  string // a literal
	shape    *shape
}

// shapes are those of every definition in the schema.
var shapes = sync.OnceValue(func() map[string]*shape {
	b := shapeBuilder{defs: map[string]*ast.Field{}, done: map[string]*shape{}}
	for _, d := range parsedSchema().Decls {
		if field, ok := d.(*ast.Field); ok {
			b.defs[labelName(field)] = field
		}
	}
	for name := range b.defs {
		b.define(name)
	}
	return b.done
})

type shapeBuilder struct {
	defs map[string]*ast.Field
	done map[string]*shape
}

func labelName(f *ast.Field) string {
	switch l := f.Label.(type) {
	case *ast.Ident:
		return l.Name
	case *ast.BasicLit:
		s, _ := literal.Unquote(l.Value)
		return s
	}
	return ""
}

func (b *shapeBuilder) define(name string) *shape {
	if s, ok := b.done[name]; ok {
		return s
	}
	field, ok := b.defs[name]
	if !ok {
		return &shape{}
	}
	s := &shape{def: name}
	b.done[name] = s
	doc, _ := docOf(field)
	s.want = strings.TrimSuffix(doc, ".")
	b.fill(s, field.Value)
	return s
}

// docOf is the sentence above a field and the example in it.
func docOf(n ast.Node) (doc, example string) {
	for _, g := range ast.Comments(n) {
		doc = oneLine(g.Text())
	}
	doc, example, _ = strings.Cut(doc, "Example: ")
	return strings.TrimSpace(doc), example
}

func (b *shapeBuilder) fill(s *shape, e ast.Expr) {
	switch e := e.(type) {
	case *ast.Ident:
		switch e.Name {
		case "bool":
			s.kind = boolNode
		case "int", "number":
			s.kind = numberNode
		default:
			named := *b.define(e.Name)
			*s = named
		}
	case *ast.StructLit:
		s.kind = structNode
		for _, d := range e.Elts {
			b.fillField(s, d)
		}
	case *ast.ListLit:
		s.kind = listNode
		if len(e.Elts) == 1 {
			if rest, ok := e.Elts[0].(*ast.Ellipsis); ok && rest.Type != nil {
				s.of = &shape{}
				b.fill(s.of, rest.Type)
			}
		}
	case *ast.UnaryExpr:
		s.kind = textNode
	case *ast.BasicLit:
		s.kind = textNode
		text, _ := literal.Unquote(e.Value)
		s.choices = append(s.choices, text)
	case *ast.BinaryExpr:
		b.fill(s, e.X)
		if e.Op == token.OR {
			b.fill(s, e.Y)
		}
	}
}

func (b *shapeBuilder) fillField(s *shape, d ast.Decl) {
	switch d := d.(type) {
	case *ast.EmbedDecl:
		common, ok := d.Expr.(*ast.Ident)
		if !ok {
			return
		}
		for _, name := range b.define(common.Name).names {
			s.put(name, b.define(common.Name).fields[name])
		}
	case *ast.Field:
		of := &shape{}
		b.fill(of, d.Value)
		if pattern, ok := d.Label.(*ast.ListLit); ok {
			s.of, s.key = of, keyPattern(pattern)
			return
		}
		_, example := docOf(d)
		s.put(labelName(d), shapeField{required: d.Constraint == token.NOT, example: example, shape: of})
	}
}

func (s *shape) put(name string, f shapeField) {
	if s.fields == nil {
		s.fields = map[string]shapeField{}
	}
	s.names = append(s.names, name)
	s.fields[name] = f
}

// at is the shape at a path below s, or nil where the schema has none.
func (s *shape) at(path []string) *shape {
	for _, step := range path {
		if s == nil {
			return nil
		}
		if f, ok := s.fields[step]; ok {
			s = f.shape
			continue
		}
		if s.key != nil && !s.key.MatchString(step) {
			return nil
		}
		s = s.of
	}
	return s
}

// known is a path up to and with its first step that the shape does not have:
// what lies below an unknown field is no mistake of its own.
func (s *shape) known(path []string) []string {
	for i := range path {
		if s.at(path[:i+1]) == nil {
			return path[:i+1]
		}
	}
	return path
}

// keyPattern is the expression in [=~"..."]: the schema's only kind of pattern.
func keyPattern(l *ast.ListLit) *regexp.Regexp {
	match, ok := l.Elts[0].(*ast.UnaryExpr)
	if !ok {
		return nil
	}
	text, _ := literal.Unquote(match.X.(*ast.BasicLit).Value)
	return regexp.MustCompile(text)
}
