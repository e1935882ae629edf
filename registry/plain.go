package registry

import (
	"fmt"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"
)

// A reader turns one file into nodes and complains of what is outside the
// plain-data subset: a package clause, plain fields, structs, lists, scalars,
// and one kind in front of an entry. It evaluates nothing.
type reader struct {
	file     string
	text     []byte
	limit    limits
	problems []Problem
	depth    int
	complex  bool // uses CUE that is no plain data
	loose    bool // may do so
	at       []string
	scratch  *scratch // room that is used again; nil for room of its own
}

const (
	ruleSchema    = "integrity/schema"
	ruleHostile   = "integrity/hostile"
	ruleMisplaced = "integrity/misplaced"
)

// maxProblems is how many mistakes are shown of one file: a file of nothing
// else would bury those of the others.
const maxProblems = 50

func (r *reader) complain(rule string, offset int, message string, args ...any) {
	if len(r.problems) == maxProblems {
		rule, message, args = ruleSchema, "this file has more mistakes than %d, and only those are shown", []any{maxProblems}
	}
	if len(r.problems) > maxProblems {
		return
	}
	r.problems = append(r.problems, Problem{
		Rule:    rule,
		Pos:     place(r.file, r.text, offset),
		Field:   joinPath(inEntry(r.at)),
		Message: fmt.Sprintf(message, args...),
	})
}

// inEntry is a path in a file as a path in the entry that it leads through.
func inEntry(path []string) []string {
	if len(path) == 0 {
		return nil
	}
	s, ok := sectionOf(path[0])
	switch {
	case !ok:
		return path
	case s.many:
		return path[min(2, len(path)):]
	}
	return path[1:]
}

// refuse complains of what is outside the subset.
func (r *reader) refuse(offset int, message string, args ...any) *node {
	r.complex = true
	r.complain(ruleHostile, offset, message, args...)
	return &node{start: offset}
}

// readCUE reads a file of CUE. It is nil where nothing could be read.
func (r *reader) readCUE() *node {
	if root := r.scan(); root != nil {
		return root
	}
	return r.parse()
}

// parse reads it by CUE's parser.
func (r *reader) parse() *node {
	f, err := parser.ParseFile(r.file, r.text)
	if err != nil {
		r.syntax(err)
		return nil
	}
	return r.cueFile(f)
}

func (r *reader) syntax(err error) {
	offset, message := 0, err.Error()
	if list := errors.Errors(err); len(list) > 0 {
		format, args := list[0].Msg()
		message = fmt.Sprintf(format, args...)
		if p := list[0].Position(); p.IsValid() {
			offset = p.Offset()
		}
	}
	r.complain(ruleSchema, offset, "the file is no CUE: %s", oneLine(message))
}

func (r *reader) cueFile(f *ast.File) *node {
	root := &node{kind: structNode}
	packaged := false
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.Package:
			packaged = true
			if d.Name.Name != "registry" {
				r.complain(ruleHostile, d.Name.Pos().Offset(),
					"package %q is not read with the registry; write package registry", d.Name.Name)
			}
		case *ast.CommentGroup:
		default:
			r.cueDecl(root, d)
		}
	}
	if !packaged {
		r.complain(ruleHostile, 0, "the file has no package clause, and plain cue vet skips it in silence; begin it with package registry")
	}
	r.finish(root)
	return root
}

// finish looks for fields that stand twice at the top of a file, where entries
// of several fields were put together.
func (r *reader) finish(root *node) {
	r.at = nil
	r.unique(root)
	for _, f := range root.fields {
		r.at = []string{f.name}
		r.unique(f.value)
	}
	r.at = nil
}

func (r *reader) cueDecl(parent *node, d ast.Decl) {
	switch d := d.(type) {
	case *ast.Field:
		r.cueField(parent, d)
	case *ast.CommentGroup:
	default:
		parent.lacking = true
		r.refuseDecl(d)
	}
}

func (r *reader) refuseDecl(d ast.Decl) {
	at := d.Pos().Offset()
	switch d := d.(type) {
	case *ast.ImportDecl:
		r.refuse(at, "an import is no plain data; write the value itself")
	case *ast.Attribute:
		r.refuse(at, "the attribute %q is no plain data; remove it", clip(d.Text))
	case *ast.LetClause:
		r.refuse(at, "let is no plain data; write the value itself")
	case *ast.Comprehension:
		r.refuse(at, "a comprehension is no plain data; write the fields themselves")
	case *ast.Ellipsis:
		r.refuse(at, "... is no plain data; remove it")
	case *ast.EmbedDecl:
		r.refuse(at, "an embedded value is no plain data; write its fields")
	default:
		r.refuse(at, "this is no plain data; write fields and values only")
	}
}

func (r *reader) cueField(parent *node, d *ast.Field) {
	at := d.Pos().Offset()
	name, ok := r.cueLabel(d)
	if !ok {
		parent.lacking = true
		return
	}
	r.at = append(r.at, name)
	defer func() { r.at = r.at[:len(r.at)-1] }()
	if len(d.Attrs) > 0 {
		r.refuse(d.Attrs[0].Pos().Offset(), "the attribute %q is no plain data; remove it", clip(d.Attrs[0].Text))
	}
	if d.Alias != nil {
		r.refuse(at, "an alias is no plain data; remove it")
	}
	value := &node{start: at}
	if d.Constraint == token.ILLEGAL {
		value = r.cueValue(d.Value)
	}
	r.add(parent, field{name: name, start: at, value: value})
}

// cueLabel is a field's name, where it is a plain one.
func (r *reader) cueLabel(d *ast.Field) (string, bool) {
	at := d.Label.Pos().Offset()
	if d.Constraint != token.ILLEGAL {
		r.refuse(at, "a field marked with %s is no plain data; remove the mark", d.Constraint)
	}
	switch l := d.Label.(type) {
	case *ast.Ident:
		if strings.HasPrefix(l.Name, "_") || strings.HasPrefix(l.Name, "#") {
			r.refuse(at, "%q is a hidden field or a definition, which is no plain data; remove it", clip(l.Name))
			return "", false
		}
		return l.Name, true
	case *ast.BasicLit:
		if s, err := literal.Unquote(l.Value); err == nil && l.Kind == token.STRING && strings.HasPrefix(strings.TrimLeft(l.Value, "#"), `"`) {
			return s, true
		}
	}
	r.refuse(at, "this field's name is no plain data; write a name or a text in double quotes")
	return "", false
}

// add adds a field to a struct. The fields of the file itself may stand there
// more than once, an entry each.
func (r *reader) add(parent *node, f field) {
	if len(r.at) == 1 {
		if old := parent.get(f.name); old != nil && old.kind == structNode && f.value.kind == structNode {
			if s, ok := sectionOf(f.name); ok && s.many {
				for _, entry := range f.value.fields {
					r.at = append(r.at, entry.name)
					r.addOnce(old, entry)
					r.at = r.at[:1]
				}
				return
			}
		}
	}
	r.addOnce(parent, f)
}

func (r *reader) addOnce(parent *node, f field) {
	switch {
	case len(parent.fields) < r.limit.fields:
		parent.fields = append(parent.fields, f)
	case !parent.full:
		parent.full = true
		r.complain(ruleHostile, f.start, "a struct of more than %d fields is refused; split it", r.limit.fields)
	}
}

// unique complains of fields that stand twice in a struct and keeps the first
// of each.
func (r *reader) unique(n *node) {
	if len(n.fields) < 2 {
		return
	}
	seen := make(map[string]int, len(n.fields))
	kept := n.fields[:0]
	for _, f := range n.fields {
		if first, twice := seen[f.name]; twice {
			r.twice(f, &kept[first])
			continue
		}
		seen[f.name] = len(kept)
		kept = append(kept, f)
	}
	n.fields = kept
}

func (r *reader) twice(f field, first *field) {
	if r.loose { // all of CUE may be used: let it put the two together
		r.complex = true
		if f.value.kind == structNode && first.value.kind == structNode {
			first.value.fields = append(first.value.fields, f.value.fields...)
			r.unique(first.value)
		}
		return
	}
	if len(r.problems) > maxProblems {
		return // to count lines for each of very many would take long
	}
	r.at = append(r.at, f.name)
	r.complain(ruleSchema, f.start, "field %q stands twice, first on line %d; keep one", clip(f.name), place(r.file, r.text, first.start).Line)
	r.at = r.at[:len(r.at)-1]
}
