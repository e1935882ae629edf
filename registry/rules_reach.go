package registry

import (
	"maps"
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/parser"
)

// lawOf are the files that rules are evaluated from: their own and, where that
// refers to what others of the package declare, those as well. It is nil where
// there is no file of rules.
func lawOf(files []*file) map[string][]byte {
	own := slices.IndexFunc(files, func(f *file) bool { return f.name == RulesFile })
	if own < 0 {
		return nil
	}
	law := map[string][]byte{RulesFile: files[own].text}
	refers := map[string]bool{}
	if f, err := parser.ParseFile(RulesFile, files[own].text); err == nil {
		refers = references(f)
	}
	more := map[string][]byte{}
	reaches := false
	for _, f := range files {
		if f.loose() {
			more[f.name] = f.text
			names := declares(f.text)
			if f.unread {
				home, _, _ := homeOf(f.name)
				names = []string{home.name}
			}
			reaches = reaches || slices.ContainsFunc(names, func(name string) bool { return refers[name] })
		}
	}
	if reaches {
		more[RulesFile] = law[RulesFile]
		return more
	}
	return law
}

// references are the names that something in CUE refers to.
func references(in ast.Node) map[string]bool {
	names, labels := map[string]bool{}, map[ast.Node]bool{}
	ast.Walk(in, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			labels[n.Label] = true
		case *ast.SelectorExpr:
			labels[n.Sel] = true
		case *ast.Ident:
			if !labels[n] {
				names[n.Name] = true
			}
		}
		return true
	}, nil)
	return names
}

// declares are the names at the top of a text.
func declares(text []byte) (names []string) {
	f, err := parser.ParseFile("", text)
	if err != nil {
		return nil
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.Field:
			names = append(names, labelName(d))
		case *ast.LetClause:
			names = append(names, d.Ident.Name)
		}
	}
	return names
}

// A reach is the fields of identities that something in CUE can tell apart, by
// name; nil is all of them, where a field may count that is not named. Most
// identities have the same in those few, and are judged once.
type reach map[string]bool

// reachOf is the reach of a law.
func reachOf(law map[string][]byte) reach {
	var nodes []ast.Node
	for file, text := range law {
		f, err := parser.ParseFile(file, text)
		if err != nil {
			return nil
		}
		nodes = append(nodes, f)
	}
	return reachOfNodes(nodes...)
}

func reachOfNodes(nodes ...ast.Node) reach {
	names, all := reach{}, false
	for _, node := range nodes {
		ast.Walk(node, func(n ast.Node) bool {
			all = all || mayReachAll(n)
			switch n := n.(type) {
			case *ast.Ident:
				names[n.Name] = true
			case *ast.BasicLit:
				if name, err := literal.Unquote(n.Value); err == nil {
					names[name] = true
				}
			}
			return !all
		}, nil)
	}
	if all {
		return nil
	}
	return names
}

// reachOfConstraints is the reach of each constraint of each rule, by the
// rule's id and the constraint's name: the law's where the constraint refers to
// something else in it.
func reachOfConstraints(law map[string][]byte) map[[2]string]reach {
	whole, tops := reachOf(law), map[string]bool{appliesDef: true, mustDef: true}
	for _, text := range law {
		for _, name := range declares(text) {
			tops[name] = true
		}
	}
	by := map[[2]string]reach{}
	f, err := parser.ParseFile(RulesFile, law[RulesFile])
	if err != nil {
		return by
	}
	for _, d := range f.Decls {
		field, ok := d.(*ast.Field)
		if !ok || labelName(field) != "rules" {
			continue
		}
		eachConstraint(field, func(rule string, c *ast.Field) {
			of := reachOfNodes(c.Value)
			for name := range references(c.Value) {
				if tops[name] {
					of = whole
				}
			}
			key := [2]string{rule, labelName(c)}
			if before, twice := by[key]; twice && (before == nil || of == nil) {
				of = nil
			} else if twice {
				maps.Copy(of, before)
			}
			by[key] = of
		})
	}
	return by
}

// mayReachAll tells what may look at fields without their names.
func mayReachAll(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.Ident:
		return n.Name == "close" || n.Name == "self" || strings.HasPrefix(n.Name, "#") && n.Name != appliesDef && n.Name != mustDef
	case *ast.Field:
		switch n.Label.(type) {
		case *ast.Ident, *ast.BasicLit:
			return n.Alias != nil || len(n.Attrs) > 0
		}
		return true // a pattern, or a name that is computed
	case *ast.ImportSpec:
		return n.Path != nil && n.Path.Value == `"struct"`
	case *ast.Alias, *ast.LetClause, *ast.Attribute:
		return true
	}
	return false
}
