package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/rollcall-dev/rollcall/registry"
)

// An appPage is what is known of one application.
type appPage struct {
	Key         string     `json:"key"`
	Name        string     `json:"name,omitempty"`
	Source      string     `json:"source,omitempty"`
	Aliases     []string   `json:"aliases,omitempty"`
	Hosts       []string   `json:"hosts,omitempty"`
	AccessPaths []string   `json:"accessPaths,omitempty"`
	StrongAuth  []string   `json:"strongAuth,omitempty"`
	Wildcards   []string   `json:"wildcards,omitempty"`
	Registry    []appEntry `json:"registry,omitempty"`
	Scopes      []appFact  `json:"scopes,omitempty"`
	Roles       []appFact  `json:"roles,omitempty"`
	Operations  []appFact  `json:"operations,omitempty"`
}

// An appEntry is a file of the registry and where its facts are published.
type appEntry struct {
	File   string `json:"file"`
	Source string `json:"source"`
}

// An appFact is what a scope, a role or an operation can do, and who says so.
type appFact struct {
	Name   string `json:"name"`
	Power  string `json:"power,omitempty"`  // empty where it is unknown
	Access string `json:"access,omitempty"` // of an operation; empty where it is unknown
	By     string `json:"by"`               // "catalogue", "name", or the registry's file
	Was    string `json:"was,omitempty"`    // what it counted for, where it counts for less now

	shown string
}

func (l catalogueLook) app(name string) (appPage, error) {
	a := l.App(name)
	p := appPage{Key: name}
	operations := l.Operations(name)
	if a == nil && len(operations) == 0 {
		err := fmt.Errorf("there is no application %q in the catalogue", name)
		if near := l.Nearest(name); near != "" {
			return appPage{}, fmt.Errorf("%w; did you mean %q?", err, near)
		}
		if l.alone {
			return appPage{}, fmt.Errorf(`%w; "rollcall catalogue --all" lists them, and with --registry what a policy repository says of its own`, err)
		}
		return appPage{}, fmt.Errorf(`%w; "rollcall catalogue --all" lists them`, err)
	}
	own := l.entries(a)
	if a != nil {
		for key, other := range l.Apps {
			if other == a {
				p.Key = key
			}
		}
		p.Name, p.Source, p.Aliases, p.Hosts = a.Name, a.Source, a.Aliases, a.Hosts
		p.AccessPaths, p.StrongAuth, p.Wildcards = a.AccessPaths, a.StrongAuth, a.Wildcards
		p.Scopes = tierFacts("scope", a.Scopes, own, func(o *registry.Application) map[string]registry.Tier { return o.App.Scopes })
		p.Roles = tierFacts("role", a.Roles, own, func(o *registry.Application) map[string]registry.Tier { return o.App.Roles })
	}
	for _, o := range own {
		p.Registry = append(p.Registry, appEntry{o.Source(), o.App.Source})
	}
	for _, op := range operations {
		x := appFact{Name: op.Name, Power: string(op.Effect.Power), Access: op.Effect.Access, By: "catalogue", shown: op.Effect.String()}
		if op.ByName {
			x.By = "name"
		}
		for _, o := range own {
			if _, ok := o.App.Operations[op.Name]; ok {
				x.By = o.Source()
			}
		}
		x.Was = wasOf("operation", op.Name, own)
		p.Operations = append(p.Operations, x)
	}
	return p, nil
}

// tierFacts are scopes or roles, those of the highest tier first.
func tierFacts(kind string, tiers map[string]registry.Tier, own []*registry.Application, of func(*registry.Application) map[string]registry.Tier) (all []appFact) {
	for _, name := range slices.Sorted(maps.Keys(tiers)) {
		x := appFact{Name: name, Power: string(tiers[name]), By: "catalogue", Was: wasOf(kind, name, own), shown: string(tiers[name])}
		for _, o := range own {
			if _, ok := of(o)[name]; ok {
				x.By = o.Source()
			}
		}
		all = append(all, x)
	}
	slices.SortStableFunc(all, func(a, b appFact) int {
		return cmp.Compare(registry.Tier(b.Power).Rank(), registry.Tier(a.Power).Rank())
	})
	return all
}

func wasOf(kind, name string, own []*registry.Application) string {
	for _, o := range own {
		for _, l := range o.Lowers {
			if l.Kind == kind && l.Name == name {
				return l.From
			}
		}
	}
	return ""
}

func (p appPage) text(w io.Writer) error {
	var text strings.Builder
	line := func(name string, values ...string) {
		if joined := strings.Join(values, ", "); joined != "" {
			fmt.Fprintf(&text, "%-14s %s\n", name, oneLine(joined))
		}
	}
	line("application", p.Key)
	line("name", p.Name)
	line("source", p.Source)
	for _, e := range p.Registry {
		line("registry", e.File, e.Source)
	}
	line("other names", p.Aliases...)
	line("hosts", p.Hosts...)
	line("access paths", p.AccessPaths...)
	line("strong auth", p.StrongAuth...)
	line("grants all", p.Wildcards...)
	wide := factWidths(p.Scopes, p.Roles, p.Operations)
	wide.write(&text, "scopes", p.Scopes)
	wide.write(&text, "roles", p.Roles)
	wide.write(&text, "operations", p.Operations)
	_, err := io.WriteString(w, text.String())
	return err
}

// widths are those of the columns of an application's facts.
type widths struct{ shown, name int }

func factWidths(lists ...[]appFact) widths {
	w := widths{24, 36}
	for _, x := range slices.Concat(lists...) {
		w.shown, w.name = max(w.shown, utf8.RuneCountInString(x.shown)), max(w.name, utf8.RuneCountInString(oneLine(x.Name)))
	}
	return w
}

func (wide widths) write(w *strings.Builder, title string, all []appFact) {
	if len(all) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s\n", title)
	for _, x := range all {
		note := ""
		switch {
		case x.By == "name" && x.Power == "":
			note = "no rule covers its name"
		case x.By == "name":
			note = "by its name"
		case x.By != "catalogue":
			note = x.By
		}
		if x.Was != "" {
			note += ", lowered from " + x.Was
		}
		fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("  %-*s %-*s %s", wide.shown, x.shown, wide.name, oneLine(x.Name), note), " "))
	}
}
