package registry

import (
	"fmt"
	"slices"
	"sync"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"
)

// The constraints of a rule are definitions, so that plain cue vet takes them
// for what they are: no value of the rule, and nothing that has to be concrete.
const (
	appliesDef = "#applies"
	mustDef    = "#must"
)

// readRules reads a file of rules: what is data as everywhere else, and apart
// from it the constraints, by id. Nothing is evaluated.
func (r *reader) readRules() (root *node, by map[string]*constraints) {
	f, err := parser.ParseFile(r.file, r.text)
	if err != nil {
		r.syntax(err)
		return nil, nil
	}
	by = map[string]*constraints{}
	f.Decls = slices.DeleteFunc(f.Decls, func(d ast.Decl) bool {
		field, ok := d.(*ast.Field)
		if !ok {
			return mayStandByRules(d)
		}
		if name := labelName(field); name == "rules" {
			r.takeAll(field, by)
		} else if name != "" && (name[0] == '_' || name[0] == '#') {
			return true // what constraints share
		}
		return false
	})
	return r.cueFile(f), by
}

// mayStandByRules tells what constraints may use: it is looked at when they are
// evaluated.
func mayStandByRules(d ast.Decl) bool {
	switch d.(type) {
	case *ast.ImportDecl, *ast.LetClause:
		return true
	}
	return false
}

// takeAll takes the constraints out of the rules in a field.
func (r *reader) takeAll(f *ast.Field, by map[string]*constraints) {
	eachConstraint(f, func(rule string, f *ast.Field) {
		c := by[rule]
		if c == nil {
			c = &constraints{}
			by[rule] = c
		}
		start, end := f.Value.Pos().Offset(), f.Value.End().Offset()
		text := string(r.text[min(start, len(r.text)):min(max(start, end), len(r.text))])
		if f.Constraint != token.ILLEGAL {
			name := labelName(f)
			c.problems = append(c.problems, Problem{Rule: ruleSchema, Pos: place(r.file, r.text, f.Label.Pos().Offset()), Value: name,
				Message: fmt.Sprintf("%s%s says nothing for certain; write %s: without the mark, or leave it out", name, f.Constraint, name)})
		}
		if labelName(f) == mustDef {
			c.must = text
		} else {
			c.applies = text
		}
		r.unknownFields(f.Value, nil, c)
	})
	if rules, ok := f.Value.(*ast.StructLit); ok {
		for _, d := range rules.Elts {
			if s := ruleBody(d); s != nil {
				s.Elts = slices.DeleteFunc(s.Elts, isConstraint)
			}
		}
	}
}

// eachConstraint calls do with the constraints of the rules in a field.
func eachConstraint(f *ast.Field, do func(rule string, c *ast.Field)) {
	rules, ok := f.Value.(*ast.StructLit)
	if !ok {
		return
	}
	for _, d := range rules.Elts {
		body := ruleBody(d)
		if body == nil {
			continue
		}
		for _, inner := range body.Elts {
			if isConstraint(inner) {
				do(labelName(d.(*ast.Field)), inner.(*ast.Field))
			}
		}
	}
}

// ruleBody is the struct of a rule, or nil.
func ruleBody(d ast.Decl) *ast.StructLit {
	rule, ok := d.(*ast.Field)
	if !ok {
		return nil
	}
	body := rule.Value
	if named, ok := body.(*ast.BinaryExpr); ok {
		body = named.Y
	}
	s, _ := body.(*ast.StructLit)
	return s
}

func isConstraint(d ast.Decl) bool {
	f, ok := d.(*ast.Field)
	return ok && (labelName(f) == appliesDef || labelName(f) == mustDef)
}

// unknownFields complains of fields in a constraint that no identity has, in so
// far as its text tells where they are.
func (r *reader) unknownFields(e ast.Expr, at []string, c *constraints) {
	switch e := e.(type) {
	case *ast.StructLit:
		for _, d := range e.Elts {
			switch d := d.(type) {
			case *ast.Field:
				r.unknownField(d, at, c)
			case *ast.EmbedDecl:
				r.unknownFields(d.Expr, at, c)
			case *ast.Comprehension:
				r.unknownFields(d.Value, at, c)
			}
		}
	case *ast.ListLit:
		for _, item := range e.Elts {
			if rest, ok := item.(*ast.Ellipsis); ok {
				item = rest.Type
			}
			r.unknownFields(item, append(slices.Clone(at), "0"), c)
		}
	case *ast.BinaryExpr:
		r.unknownFields(e.X, at, c)
		r.unknownFields(e.Y, at, c)
	case *ast.ParenExpr:
		r.unknownFields(e.X, at, c)
	}
}

func (r *reader) unknownField(f *ast.Field, at []string, c *constraints) {
	name := labelName(f)
	if name == "" || name[0] == '_' || name[0] == '#' {
		return
	}
	path := append(slices.Clone(at), name)
	if message := noSuchField(path); message != "" {
		offset := f.Label.Pos().Offset()
		c.problems = append(c.problems, Problem{Rule: ruleSchema, Pos: place(r.file, r.text, offset), Value: name, Message: message})
		return
	}
	r.unknownFields(f.Value, path, c)
}

// noSuchField says that no kind of identity has a field, or "".
func noSuchField(path []string) string {
	var names []string
	for _, s := range identityShapes() {
		if s.at(path) != nil {
			return ""
		}
		if around := s.at(path[:len(path)-1]); around != nil {
			names = append(names, around.names...)
		}
	}
	if len(path) == 1 && path[0] == "id" {
		return ""
	}
	slices.Sort(names)
	return fmt.Sprintf("no identity has a field %q%s", joinPath(path), meant(path[len(path)-1], slices.Compact(names), "; name one of the schema, or id"))
}

// identityShapes are those of the kinds of identity.
var identityShapes = sync.OnceValue(func() map[Kind]*shape {
	by := map[Kind]*shape{}
	for kind, def := range kindDef {
		by[kind] = shapes()[def]
	}
	return by
})
