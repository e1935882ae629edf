package rules

import (
	"cmp"
	"iter"
	"maps"
	"slices"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

// A target is what references of one sort can lead to.
type target struct {
	noun  string
	home  string // where such things are declared
	known func(string) bool
	names iter.Seq[string]
}

func identities(p *lint.Pass) target {
	return target{
		noun: "identity",
		home: "registry/identities/",
		known: func(v string) bool {
			return p.Head.Identity(v) != nil
		},
		names: func(yield func(string) bool) {
			for _, id := range p.Head.Identities {
				if !yield(id.ID) {
					return
				}
			}
		},
	}
}

func tenants(p *lint.Pass) target {
	return target{
		noun:  "tenant",
		home:  "registry/tenants/",
		known: func(v string) bool { return p.Head.Tenant(v) != nil },
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
	return target{"person or team", "registry/organisation.cue", o.Knows, people(o)}
}

func environments(p *lint.Pass) target {
	return keys("environment", p.Organisation().Environments)
}

func departments(p *lint.Pass) target {
	return keys("department", p.Organisation().Departments)
}

func systems(p *lint.Pass) target {
	return keys("system", p.Organisation().Systems)
}

// keys is a target that the organisation file lists by name.
func keys[V registry.Environment | registry.Department | registry.System](noun string, in map[string]V) target {
	known := func(v string) bool { _, ok := in[v]; return ok }
	return target{noun, "registry/organisation.cue", known, maps.Keys(in)}
}

// ruleBook are the rules of the book, those that the registry declares itself,
// and those that were handed to this run.
func ruleBook(p *lint.Pass) target {
	known := func(v string) bool { _, ok := ruleOf(p, v); return ok || p.Ran(v) }
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
	return target{"rule", "the rule book, which `rollcall explain` lists", known, names}
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
