package registry

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/parser"

	"github.com/rollcall-dev/rollcall/schema"
)

// BuiltinCatalogue is the catalogue that the program carries. It is read once;
// nobody may change it. An error is a mistake in the program.
var BuiltinCatalogue = sync.OnceValues(func() (*Catalogue, error) {
	return readCatalogue(schema.Catalogue, "catalogue")
})

// readCatalogue reads the data files of a folder. They are literals, so they
// are read off the syntax tree, which takes milliseconds where an evaluation
// takes seconds; a test evaluates them against their schema.
func readCatalogue(fsys fs.FS, dir string) (*Catalogue, error) {
	files, err := fs.Glob(fsys, path.Join(dir, "*.cue"))
	if err != nil {
		return nil, fmt.Errorf("list the catalogue: %w", err)
	}
	c := &Catalogue{Apps: map[string]*App{}, aliases: map[string]*App{}}
	for _, name := range files {
		if path.Base(name) == "schema.cue" {
			continue
		}
		if err := c.readFile(fsys, name); err != nil {
			return nil, fmt.Errorf("read catalogue file %s: %w", name, err)
		}
	}
	c.nameOperations()
	return c, c.index()
}

func (c *Catalogue) readFile(fsys fs.FS, name string) error {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	file, err := parser.ParseFile(name, text)
	if err != nil {
		return err
	}
	return fields(file.Decls, func(field string, v ast.Expr) error {
		if field != "apps" {
			return fmt.Errorf("field %q is none of a catalogue", field)
		}
		return structFields(v, func(key string, v ast.Expr) error {
			if c.Apps[key] != nil {
				return fmt.Errorf("application %q is there twice", key)
			}
			a := &App{}
			c.Apps[key] = a
			return structFields(v, a.set)
		})
	})
}

func (c *Catalogue) index() error {
	for key, a := range c.Apps {
		for _, alias := range a.Aliases {
			if c.Apps[alias] != nil || c.aliases[alias] != nil {
				return fmt.Errorf("read the catalogue: %q, another name of %q, is taken", alias, key)
			}
			c.aliases[alias] = a
		}
	}
	return nil
}

func (a *App) set(field string, v ast.Expr) (err error) {
	switch field {
	case "name":
		a.Name, err = text(v)
	case "source":
		a.Source, err = text(v)
	case "scopePrefix":
		a.ScopePrefix, err = text(v)
	case "aliases":
		a.Aliases, err = texts(v)
	case "wildcards":
		a.Wildcards, err = texts(v)
	case "strongAuth":
		a.StrongAuth, err = texts(v)
	case "hosts":
		a.Hosts, err = texts(v)
	case "accessPaths":
		a.AccessPaths, err = texts(v)
	case "scopes":
		a.Scopes, err = tiers(v)
	case "roles":
		a.Roles, err = tiers(v)
	case "operations":
		a.Operations, err = effects(v)
	case "needs":
		a.Needs, err = lists(v)
	case "signIn":
		a.SignIn, err = texts(v)
	case "platform":
		a.Platform = &Platform{}
		err = structFields(v, a.Platform.set)
	default:
		err = fmt.Errorf("field %q is none of an application", field)
	}
	return err
}

func tiers(v ast.Expr) (map[string]Tier, error) {
	m := map[string]Tier{}
	return m, structFields(v, func(name string, v ast.Expr) error {
		t, err := text(v)
		m[name] = Tier(t)
		return err
	})
}

func effects(v ast.Expr) (map[string]Effect, error) {
	m := map[string]Effect{}
	return m, structFields(v, func(name string, v ast.Expr) error {
		var e Effect
		err := structFields(v, func(field string, v ast.Expr) error {
			t, err := text(v)
			switch field {
			case "power":
				e.Power = Tier(t)
			case "access":
				e.Access = t
			}
			return err
		})
		m[name] = e
		return err
	})
}

func lists(v ast.Expr) (map[string][]string, error) {
	m := map[string][]string{}
	return m, structFields(v, func(name string, v ast.Expr) (err error) {
		m[name], err = texts(v)
		return err
	})
}

func texts(v ast.Expr) ([]string, error) {
	list, ok := v.(*ast.ListLit)
	if !ok {
		return nil, fmt.Errorf("%s: want a list", v.Pos())
	}
	all := make([]string, 0, len(list.Elts))
	for _, e := range list.Elts {
		t, err := text(e)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

func text(v ast.Expr) (string, error) {
	lit, ok := v.(*ast.BasicLit)
	if !ok || !strings.HasPrefix(lit.Value, `"`) {
		return "", fmt.Errorf("%s: want a text", v.Pos())
	}
	return literal.Unquote(lit.Value)
}

func truth(v ast.Expr) (bool, error) {
	lit, ok := v.(*ast.BasicLit)
	if !ok || lit.Value != "true" && lit.Value != "false" {
		return false, fmt.Errorf("%s: want true or false", v.Pos())
	}
	return lit.Value == "true", nil
}

func structFields(v ast.Expr, each func(name string, v ast.Expr) error) error {
	s, ok := v.(*ast.StructLit)
	if !ok {
		return fmt.Errorf("%s: want a struct", v.Pos())
	}
	return fields(s.Elts, each)
}

// fields calls each with every field, also those of a chain such as
// apps: "x": {...}, which are structs of one field.
func fields(decls []ast.Decl, each func(name string, v ast.Expr) error) error {
	for _, d := range decls {
		f, ok := d.(*ast.Field)
		if !ok {
			continue // the package clause and comments
		}
		name, _, err := ast.LabelName(f.Label)
		if err != nil {
			return err
		}
		if err := each(name, f.Value); err != nil {
			return err
		}
	}
	return nil
}
