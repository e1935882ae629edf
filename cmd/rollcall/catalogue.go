package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/rollcall-dev/rollcall/registry"
)

type catalogueFlags struct {
	registry string
	format   string
	all      bool
}

func newCatalogue() *cobra.Command {
	var f catalogueFlags
	c := &cobra.Command{
		Use:   "catalogue [APP]",
		Short: "say what is known of an application: its scopes, roles and operations",
		Long: `List the applications of the catalogue, or show what is known of one: what its
scopes, roles and operations can do, and who says so. What a registry says of
applications in registry/catalogue/ counts too, and is shown as such; so is what
counts for less through it.

What is not known is unknown, and never harmless.`,
		Example: `  rollcall catalogue                        list the applications
  rollcall catalogue okta                   one of them, by any of its names
  rollcall catalogue okta --registry roll   with what the registry in roll says
  rollcall catalogue okta --format json     for machines`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return f.run(c, args) },
	}
	c.Flags().StringVar(&f.registry, "registry", "", "the folder of a policy repository (default: this folder, where it is one)")
	c.Flags().StringVar(&f.format, "format", "text", "text, or json for machines")
	c.Flags().BoolVar(&f.all, "all", false, "list also the applications of which only the names of their operations are known")
	must(c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp)))
	return c
}

func (f *catalogueFlags) run(c *cobra.Command, args []string) error {
	if f.format != "text" && f.format != "json" {
		return fmt.Errorf("there is no format %q; use text or json", f.format)
	}
	l, err := f.open(c)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return f.list(c.OutOrStdout(), l)
	}
	a, err := l.app(args[0])
	if err != nil {
		return err
	}
	if f.format == "json" {
		return json.NewEncoder(c.OutOrStdout()).Encode(a)
	}
	return a.text(c.OutOrStdout())
}

// A catalogueLook is a look at a catalogue.
type catalogueLook struct {
	*registry.Catalogue
	own   []*registry.Application
	alone bool // without a registry
}

// open reads the catalogue, with what the registry says where there is one. A
// registry with mistakes is said to have some: what was refused does not count.
func (f *catalogueFlags) open(c *cobra.Command) (catalogueLook, error) {
	dir := f.registry
	if info, err := os.Stat(filepath.Join(".", "registry")); dir == "" && err == nil && info.IsDir() {
		dir = "."
	}
	if dir == "" {
		builtin, err := registry.BuiltinCatalogue()
		return catalogueLook{Catalogue: builtin, alone: true}, err
	}
	fsys, _, err := openRegistry(dir, "")
	if err != nil {
		return catalogueLook{}, err
	}
	s, err := registry.Load(fsys, "")
	if err != nil {
		return catalogueLook{}, err
	}
	wrong := 0
	for _, p := range s.Problems {
		if strings.HasPrefix(p.Pos.File, "registry/catalogue/") {
			wrong++
		}
	}
	if wrong > 0 {
		fmt.Fprintf(c.ErrOrStderr(), "%s in registry/catalogue, and what is wrong does not count; see rollcall lint %s\n", counted(wrong, "mistake"), dir)
	}
	return catalogueLook{Catalogue: s.Catalogue, own: s.Applications}, nil
}

// entries are those of the registry about one application.
func (l catalogueLook) entries(a *registry.App) (of []*registry.Application) {
	for _, own := range l.own {
		if a != nil && l.App(own.ID) == a {
			of = append(of, own)
		}
	}
	return of
}

// An appSummary is a line of the list.
type appSummary struct {
	Key        string   `json:"key"`
	Name       string   `json:"name,omitempty"`
	Scopes     int      `json:"scopes"`
	Roles      int      `json:"roles"`
	Operations int      `json:"operations"`
	Registry   []string `json:"registry,omitempty"` // files of the registry
	ByName     bool     `json:"byName,omitempty"`   // only the names of its operations are known
}

func (f *catalogueFlags) list(w io.Writer, l catalogueLook) error {
	apps, byName := l.Names()
	all := make([]appSummary, 0, len(apps))
	for _, key := range apps {
		a := l.Apps[key]
		s := appSummary{Key: key, Name: a.Name, Scopes: len(a.Scopes), Roles: len(a.Roles), Operations: len(l.Operations(key))}
		for _, own := range l.entries(a) {
			s.Registry = append(s.Registry, own.Source())
		}
		all = append(all, s)
	}
	if f.all {
		for _, key := range byName {
			all = append(all, appSummary{Key: key, Operations: len(l.Operations(key)), ByName: true})
		}
	}
	if f.format == "json" {
		return json.NewEncoder(w).Encode(all)
	}
	var text strings.Builder
	keys, names := 0, 0
	for _, s := range all {
		keys, names = max(keys, len(s.Key)), max(names, utf8.RuneCountInString(oneLine(s.Name)))
	}
	for _, s := range all {
		fmt.Fprintf(&text, "%-*s %-*s %s\n", keys, s.Key, names, oneLine(s.Name), s.holds())
	}
	if !f.all && len(byName) > 0 {
		fmt.Fprintf(&text, "\nOf %d more only the names of their operations are known; --all lists them.\n", len(byName))
	}
	_, err := io.WriteString(w, text.String())
	return err
}

func (s appSummary) holds() string {
	if s.ByName {
		return counted(s.Operations, "operation") + ", by name"
	}
	text := fmt.Sprintf("%s, %s, %s", counted(s.Scopes, "scope"), counted(s.Roles, "role"), counted(s.Operations, "operation"))
	if len(s.Registry) > 0 {
		text += "; " + strings.Join(s.Registry, ", ")
	}
	return text
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
