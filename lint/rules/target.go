package rules

import (
	"cmp"
	"iter"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

// A target is what references of one sort can lead to.
type target struct {
	noun  string
	home  string            // where such things are declared
	known func(string) bool // also where it is there, and could not be read
	names iter.Seq[string]

	fits func(value, name string) bool // may name be what value was meant to be; nil where any may
}

// fitting are the names that a value may have been meant to be.
func (t target) fitting(value string) iter.Seq[string] {
	if t.fits == nil {
		return t.names
	}
	return func(yield func(string) bool) {
		for name := range t.names {
			if t.fits(value, name) && !yield(name) {
				return
			}
		}
	}
}

// identities are those that an entry of an environment may name; where the
// entry is of none, the environment is that of the tenant that it names.
func identities(p *lint.Pass, environment string) target {
	return target{
		noun: "identity",
		home: "registry/identities/",
		known: func(v string) bool {
			return p.Head.Identity(v) != nil || unread(p.Head, "registry/identities/"+v)
		},
		names: func(yield func(string) bool) {
			for _, id := range p.Head.Identities {
				if !gone(id) && !yield(id.ID) {
					return
				}
			}
		},
		fits: func(value, name string) bool {
			id := p.Head.Identity(name)
			tenant, _, _ := strings.Cut(value, "/")
			in := environment
			if t := p.Head.Tenant(tenant); t != nil && in == "" {
				in = t.Environment
			}
			return in == p.Head.EnvironmentOf(id) && (in != "" || tenant == id.Tenant())
		},
	}
}

func tenants(p *lint.Pass) target {
	return target{
		noun:  "tenant",
		home:  "registry/tenants/",
		known: func(v string) bool { return p.Head.Tenant(v) != nil || unread(p.Head, "registry/tenants/"+v) },
		names: func(yield func(string) bool) {
			for _, t := range p.Head.Tenants {
				if !yield(t.ID) {
					return
				}
			}
		},
	}
}

func owners(p *lint.Pass) target {
	o := p.Organisation()
	known := func(v string) bool {
		kind, name, _ := strings.Cut(v, "/")
		return o.Knows(v) || unreadOf(p, map[string]string{"person": "people", "team": "teams"}[kind], name)
	}
	return target{noun: "person or team", home: "registry/organisation.cue", known: known, names: people(o, p.Today())}
}

func environments(p *lint.Pass) target {
	return keys(p, "environment", p.Organisation().Environments)
}

func departments(p *lint.Pass) target {
	return keys(p, "department", p.Organisation().Departments)
}

func systems(p *lint.Pass) target {
	return keys(p, "system", p.Organisation().Systems)
}

// keys is a target that the organisation file lists by name.
func keys[V registry.Environment | registry.Department | registry.System](p *lint.Pass, noun string, in map[string]V) target {
	known := func(v string) bool { _, ok := in[v]; return ok || unreadOf(p, noun+"s", v) }
	return target{noun: noun, home: "registry/organisation.cue", known: known, names: maps.Keys(in)}
}

// unread tells whether a file, named without its extension, is there and could
// not be read as a whole: that is told where it stands, and not again by each
// who names what is in it.
func unread(s *registry.Snapshot, place string) bool {
	return slices.ContainsFunc(s.Problems, func(pr registry.Problem) bool {
		return strings.TrimSuffix(pr.Pos.File, path.Ext(pr.Pos.File)) == place
	})
}

// unreadOf tells whether the organisation that counts could not be read, or
// not what it has of that name.
func unreadOf(p *lint.Pass, part, name string) bool {
	o, of := p.Organisation(), p.Head
	if p.Base != nil && p.Base.Organisation == o {
		of = p.Base
	}
	if o.Source() == "" {
		return unread(of, "registry/organisation")
	}
	return slices.ContainsFunc(of.Problems, func(pr registry.Problem) bool {
		return pr.Field == part+"."+name || pr.Field == part+"."+strconv.Quote(name)
	})
}

// ruleBook are the rules of the book, those that the registry declares itself,
// and those that were handed to this run.
func ruleBook(p *lint.Pass) target {
	known := func(v string) bool {
		_, ok := ruleOf(p, v)
		return ok || p.Ran(v) || len(p.Head.Rules) == 0 && unread(p.Head, "registry/rules")
	}
	names := func(yield func(string) bool) {
		for id := range book {
			if !yield(id) {
				return
			}
		}
		for _, r := range p.Head.Rules {
			if !yield(r.ID) {
				return
			}
		}
	}
	return target{noun: "rule", home: "the rule book, which `rollcall explain` lists", known: known, names: names}
}

// ruleOf is the rule of the book, or the registry's own, with that id.
func ruleOf(p *lint.Pass, id string) (lint.Rule, bool) {
	if r, ok := book[id]; ok {
		return r, true
	}
	for _, r := range p.Head.Rules {
		if r.ID == id {
			return lint.OrganisationRule(r), true
		}
	}
	return lint.Rule{}, false
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
