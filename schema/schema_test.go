package schema_test

import (
	"strings"
	"testing"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/format"
	"cuelang.org/go/cue/parser"

	"github.com/rollcall-dev/rollcall/schema"
)

func parse(t *testing.T) *ast.File {
	t.Helper()
	f, err := parser.ParseFile("schema.cue", schema.CUE, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// doc is the comment above a field without its example, and the example.
func doc(f *ast.Field) (text, example string) {
	for _, g := range ast.Comments(f) {
		text = g.Text()
	}
	text, example, _ = strings.Cut(text, "Example: ")
	return strings.TrimSpace(text), strings.TrimSpace(example)
}

func name(f *ast.Field) string {
	text, _ := format.Node(f.Label)
	return string(text)
}

func TestEveryFieldIsExplainedWithAnExampleThatHolds(t *testing.T) {
	ctx := cuecontext.New(cuecontext.CUE_DEBUG(""))
	v := ctx.CompileString(schema.CUE)
	if err := v.Err(); err != nil {
		t.Fatal(err)
	}
	fields := 0
	for _, d := range parse(t).Decls {
		def, ok := d.(*ast.Field)
		if !ok {
			continue
		}
		if text, _ := doc(def); text == "" && name(def) != "#Kinds" {
			t.Errorf("%s is not explained", name(def))
		}
		body, ok := def.Value.(*ast.StructLit)
		if !ok || name(def) == "#Kinds" {
			continue
		}
		for _, d := range body.Elts {
			f, ok := d.(*ast.Field)
			if !ok {
				continue
			}
			if _, pattern := f.Label.(*ast.ListLit); pattern {
				continue
			}
			fields++
			text, example := doc(f)
			if text == "" || example == "" {
				t.Errorf("%s: field %s has no explanation or no example", name(def), name(f))
				continue
			}
			expr, err := format.Node(f.Value)
			if err != nil {
				t.Fatal(err)
			}
			if err := ctx.CompileString("("+string(expr)+") & "+example, cue.Scope(v)).Validate(cue.Concrete(true)); err != nil {
				t.Errorf("%s: the example of %s does not hold: %v", name(def), name(f), err)
			}
		}
	}
	if fields < 100 {
		t.Errorf("only %d fields were looked at", fields)
	}
}

func TestTheSchemaImportsNothing(t *testing.T) {
	f := parse(t)
	if f.PackageName() != "registry" {
		t.Errorf("its package is %q; files of a registry are of package registry", f.PackageName())
	}
	for spec := range f.ImportSpecs() {
		t.Errorf("it imports %s, which plain CUE tools would have to fetch", spec.Path.Value)
	}
}

func TestTheSchemaIsFormatted(t *testing.T) {
	out, err := format.Source([]byte(schema.CUE))
	if err != nil {
		t.Fatal(err)
	}
	if string(out) != schema.CUE {
		t.Error("cue fmt would change it")
	}
}

func TestTheVersionNamesTheText(t *testing.T) {
	if v := schema.Version(); len(v) != 12 || v != schema.Version() {
		t.Errorf("version is %q", v)
	}
}
