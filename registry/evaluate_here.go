package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"

	"github.com/rollcall-dev/rollcall/schema"
)

// evaluated is what an evaluation comes to.
type evaluation struct {
	Values map[string]json.RawMessage `json:"values,omitempty"` // organisation, policy, tenants
	Faults []evaluationFault          `json:"faults,omitempty"`
	Broken []brokenRule               `json:"broken,omitempty"` // where rules were judged
	Error  string                     `json:"error,omitempty"`  // why the evaluator could not work; no mistake in the files
}

type evaluationFault struct {
	File    string `json:"file"`
	Offset  int    `json:"offset"`
	Field   string `json:"field,omitempty"`
	Hostile bool   `json:"hostile,omitempty"`
	Message string `json:"message"`
	Data    int    `json:"data,omitempty"` // the number of the identity that the message is about, if it is
}

// allowedImports are the packages of CUE's own that compute with data alone.
var allowedImports = []string{"list", "math", "regexp", "strings", "struct", "time"}

// EvaluateHere evaluates in this process, without any limit: for text that is
// trusted, and for tests.
func EvaluateHere(_ context.Context, files map[string][]byte) ([]byte, error) {
	var out evaluation
	data, rules := files[dataFile]
	files = maps.Clone(files)
	delete(files, dataFile)
	inst, err := out.instance(files)
	switch {
	case err != nil:
		return nil, err
	case len(out.Faults) > 0:
	case rules:
		err = out.rules(inst, reachOfConstraints(files), data)
	default:
		out.build(inst)
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(out)
}

// instance puts the files and the schema's definitions together.
func (out *evaluation) instance(files map[string][]byte) (*build.Instance, error) {
	inst := build.NewContext().NewInstance("", nil)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f, err := parser.ParseFile(name, files[name])
		if err != nil {
			out.fail(err, nil)
			continue
		}
		if !out.mayImport(name, f) {
			continue
		}
		openRules(f)
		if err := inst.AddSyntax(f); err != nil {
			out.fail(err, nil)
		}
	}
	if err := inst.AddSyntax(definitions()); err != nil {
		return nil, fmt.Errorf("add the embedded schema: %w", err)
	}
	return inst, nil
}

// definitions is the schema without its top-level fields, and with entries
// that may be anything: the definitions are there to refer to, and what is
// judged by them is judged elsewhere.
func definitions() *ast.File {
	f, err := parser.ParseFile("schema.cue", schema.CUE)
	if err != nil {
		panic("the embedded schema is no CUE: " + err.Error())
	}
	f.Decls = slices.DeleteFunc(f.Decls, func(d ast.Decl) bool {
		field, ok := d.(*ast.Field)
		return ok && !strings.HasPrefix(labelName(field), "#")
	})
	for _, d := range f.Decls {
		field, ok := d.(*ast.Field)
		switch {
		case !ok:
		case slices.ContainsFunc(sections, func(s section) bool { return s.def == labelName(field) }):
			field.Value = &ast.StructLit{Elts: []ast.Decl{&ast.Ellipsis{}}}
		case labelName(field) == "#Common":
			withID(field)
		}
	}
	return f
}

func (out *evaluation) mayImport(name string, f *ast.File) bool {
	ok := true
	for spec := range f.ImportSpecs() {
		path, err := literal.Unquote(spec.Path.Value)
		if err == nil && slices.Contains(allowedImports, path) {
			continue
		}
		ok = false
		out.Faults = append(out.Faults, evaluationFault{
			File: name, Offset: spec.Pos().Offset(), Hostile: true,
			Message: fmt.Sprintf("import %q is refused; only %s may be imported", clip(path), either(allowedImports)),
		})
	}
	return ok
}

func (out *evaluation) build(inst *build.Instance) {
	if err := inst.Complete(); err != nil {
		out.fail(err, nil)
		return
	}
	v := cuecontext.New(cuecontext.CUE_DEBUG("")).BuildInstance(inst)
	if err := v.Err(); err != nil {
		out.fail(err, nil)
		return
	}
	out.Values = map[string]json.RawMessage{}
	for _, s := range sections {
		field := v.LookupPath(cue.ParsePath(s.name))
		if field.Exists() && !s.loose {
			out.Faults = append(out.Faults, evaluationFault{
				File: field.Pos().Filename(), Offset: field.Pos().Offset(),
				Message: fmt.Sprintf("%s are not read from a file that has to be evaluated; move them to %s.cue", s.name, s.place("ID")),
			})
		}
		if !s.loose || !field.Exists() {
			continue
		}
		if err := field.Validate(cue.Concrete(true), cue.Final()); err != nil {
			out.fail(err, nil)
			continue
		}
		text, err := field.MarshalJSON()
		if err != nil {
			out.fail(err, []string{s.name})
			continue
		}
		out.Values[s.name] = text
	}
}

// fail tells of mistakes at their places in the registry; the schema's own
// places are of no use to a reader.
func (out *evaluation) fail(err error, path []string) {
	for _, e := range errors.Errors(err) {
		format, args := e.Msg()
		if p := e.Path(); len(p) > 0 {
			path = unquotePath(p)
		}
		f := evaluationFault{Field: joinPath(path), Message: oneLine(fmt.Sprintf(format, args...))}
		for _, p := range append([]token.Pos{e.Position()}, e.InputPositions()...) {
			if p.IsValid() && p.Filename() != "schema.cue" {
				f.File, f.Offset = p.Filename(), p.Offset()
				break
			}
		}
		out.Faults = append(out.Faults, f)
	}
}
