package registry

import (
	"fmt"
	"slices"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/token"
)

// uncomputed is what a constraint cannot be computed for: it asks the
// organisation, the policy or a tenant for a field that is not there. That is
// no fault of the identity on which it shows. Nil is none of the kind: what an
// identity lacks is for the identity to add.
func uncomputed(inst *build.Instance, id, name string, err error) *evaluationFault {
	for _, e := range errors.Errors(err) {
		for _, p := range append([]token.Pos{e.Position()}, e.InputPositions()...) {
			for _, f := range inst.Files {
				if !p.IsValid() || p.Filename() != f.Filename {
					continue
				}
				if field, outside := selectedOutside(f, p.Offset()); outside {
					return &evaluationFault{File: f.Filename, Offset: p.Offset(), Message: fmt.Sprintf(
						"rule %q, %s: it cannot be computed where there is no %s; ask for it before, with \"if %s != _|_\"", clip(id), name, field, field)}
				}
			}
		}
	}
	return nil
}

// selectedOutside is what is selected at a place in a file, and whether it is
// selected from what does not depend on an identity.
func selectedOutside(f *ast.File, offset int) (field string, outside bool) {
	var around []ast.Node
	ast.Walk(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Pos().IsValid() && s.Sel.Pos().Offset() == offset {
			field, outside = selectorText(s), isOutside(rootOf(s), around)
		}
		around = append(around, n)
		return true
	}, func(ast.Node) { around = around[:len(around)-1] })
	return field, outside
}

func selectorText(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return selectorText(e.X) + "." + labelText(e.Sel)
	}
	return "…"
}

func labelText(l ast.Label) string {
	if name, _, err := ast.LabelName(l); err == nil {
		return name
	}
	return "…"
}

// rootOf is the name that a selection begins with; empty where it is none.
func rootOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return rootOf(e.X)
	case *ast.IndexExpr:
		return rootOf(e.X)
	case *ast.ParenExpr:
		return rootOf(e.X)
	}
	return ""
}

// isOutside tells whether a name stands for nothing of an identity: it is
// declared at the top of a file, or goes through such a name. The nodes around
// it are given from the outermost.
func isOutside(name string, around []ast.Node) bool {
	for i := len(around) - 1; i > 0 && name != ""; i-- {
		switch n := around[i].(type) {
		case *ast.Comprehension:
			for _, c := range slices.Backward(n.Clauses) {
				switch c := c.(type) {
				case *ast.ForClause:
					if isNamed(c.Key, name) || isNamed(c.Value, name) {
						name = rootOf(c.Source)
					}
				case *ast.LetClause:
					if isNamed(c.Ident, name) {
						name = rootOf(c.Expr)
					}
				}
			}
		case *ast.StructLit:
			for _, d := range n.Elts {
				switch d := d.(type) {
				case *ast.LetClause:
					if isNamed(d.Ident, name) {
						name = rootOf(d.Expr)
					}
				case *ast.Field:
					if a, ok := d.Label.(*ast.Alias); labelName(d) == name || ok && isNamed(a.Ident, name) {
						return false
					}
				}
			}
		}
	}
	return name != ""
}

func isNamed(id *ast.Ident, name string) bool { return id != nil && id.Name == name }
