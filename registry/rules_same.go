package registry

import (
	"maps"
	"slices"

	"cuelang.org/go/cue/ast"
	cueformat "cuelang.org/go/cue/format"
	"cuelang.org/go/cue/parser"
)

// SameRules tells whether the rules that two snapshots declare themselves are
// made of the same: of what stands in their file, and of what that names in
// others. Comments do not count.
func SameRules(base, head *Snapshot) bool { return len(ChangedRules(base, head)) == 0 }

// ChangedRules are the files in which the rules of two snapshots differ, the one
// of the rules first.
func ChangedRules(base, head *Snapshot) (files []string) {
	all := map[string][]byte{}
	maps.Copy(all, base.law)
	maps.Copy(all, head.law)
	counts := usedBy(base.law)
	for name, parts := range usedBy(head.law) {
		for part := range parts {
			counts.add(name, part)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		was, had := base.law[name]
		is, has := head.law[name]
		switch {
		case had && has && string(was) == string(is):
		case name == RulesFile:
			if !had || !has || !sameSyntax(was, is, nil) {
				files = slices.Insert(files, 0, name)
			}
		case !sameSyntax(was, is, counts):
			files = append(files, name)
		}
	}
	return files
}

// A usage is what rules name of what stands at the top of files: of each name the
// parts that are selected from it, as people of organisation.people; "" is all of
// it.
type usage map[string]map[string]bool

func (u usage) add(name, part string) {
	if u[name] == nil {
		u[name] = map[string]bool{}
	}
	u[name][part] = true
}

// usedBy is what the rules of a law name, and what that names in turn.
func usedBy(law map[string][]byte) usage {
	declared := map[string][]ast.Node{}
	u := usage{}
	for file, text := range law {
		f, err := parser.ParseFile(file, text)
		switch {
		case err != nil: // it differs where its text does
		case file == RulesFile:
			u.hear(f)
		default:
			for _, d := range f.Decls {
				declared[topName(d)] = append(declared[topName(d)], d)
			}
		}
	}
	for heard := map[string]bool{}; len(heard) < len(u); {
		for _, name := range slices.Collect(maps.Keys(u)) {
			for _, d := range declared[name] {
				if !heard[name] {
					u.hear(d)
				}
			}
			heard[name] = true
		}
	}
	return u
}

// hear adds what something names.
func (u usage) hear(in ast.Node) {
	other := map[ast.Node]bool{} // names that stand for nothing at the top, or were taken already
	ast.Walk(in, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			other[n.Label] = true
		case *ast.SelectorExpr:
			other[n.Sel] = true
			if from, ok := n.X.(*ast.Ident); ok {
				other[from] = true
				u.add(from.Name, labelText(n.Sel))
			}
		case *ast.Ident:
			if !other[n] {
				u.add(n.Name, "")
			}
		}
		return true
	}, nil)
}

// topName is the name of what stands at the top of a file; empty where it has
// none.
func topName(d ast.Decl) string {
	switch d := d.(type) {
	case *ast.Field:
		return labelName(d)
	case *ast.LetClause:
		return d.Ident.Name
	}
	return ""
}

// sameSyntax tells whether two texts say the same, in so far as it counts; nil
// is all of them.
func sameSyntax(a, b []byte, counts usage) bool {
	was, ok := syntaxOf(a, counts)
	is, also := syntaxOf(b, counts)
	return ok && also && was == is
}

// syntaxOf is what counts of a text, as CUE writes it.
func syntaxOf(text []byte, counts usage) (string, bool) {
	f, err := parser.ParseFile(RulesFile, text)
	if err != nil {
		return "", false
	}
	if counts != nil {
		f.Decls = slices.DeleteFunc(f.Decls, func(d ast.Decl) bool { return !counts.keep(d) })
	}
	out, err := cueformat.Node(f, cueformat.Simplify())
	return string(out), err == nil
}

// keep tells whether something at the top of a file counts, and takes out of it
// what does not. What has no name may be anything.
func (u usage) keep(d ast.Decl) bool {
	switch d.(type) {
	case *ast.Package, *ast.ImportDecl:
		return false
	}
	name := topName(d)
	if name == "" {
		return true
	}
	field, _ := d.(*ast.Field)
	if field == nil || u[name] == nil || u[name][""] {
		return u[name] != nil
	}
	s, ok := field.Value.(*ast.StructLit)
	if !ok {
		return true
	}
	s.Elts = slices.DeleteFunc(s.Elts, func(d ast.Decl) bool {
		part := topName(d)
		return part != "" && !u[name][part]
	})
	return len(s.Elts) > 0
}
