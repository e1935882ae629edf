package rules

import (
	"fmt"
	"slices"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "privilege/scope-unneeded",
	Severity: lint.Warning,
	Controls: []string{"NHI5:2025", "NIST CSF 2.0 PR.AA-05"},
	Waivable: true,
	Check:    scopeUnneeded,
	Doc: `every scope is needed by a declared use

# What
A connector or a token has a scope that no step of the workflows that use it
needs by the catalogue.

It is reported only where all its uses are known: some workflow uses it, each of
them declares what it does in the application, the catalogue knows what each such
step needs, and no workflow is started by an event, a poll or a chat, nor calls
addresses by itself, which may need scopes that no step shows. A scope that only
reads is reported where a reading step is declared: who declares none leaves
reading out. Scopes for signing in are needed by all.

# Why
A scope that nobody needs serves nobody but whoever steals the credential. OWASP
NHI5:2025 Overprivileged NHI; NIST CSF 2.0 PR.AA-05 (formerly PR.AC-4) asks for
least privilege.

# Before
	// used by a workflow with one step, group:addUser
	scopes: ["okta.groups.manage", "okta.users.manage"]

# After
	scopes: ["okta.groups.manage"]

# How to mend
Take the scope away, in the application and in the entry; or declare the step that
needs it.

# How to configure
The catalogue's needs say which scopes an operation of an application needs.
`,
})

func scopeUnneeded(p *lint.Pass) {
	users := workflowsUsing(p)
	for _, id := range p.Head.Identities {
		by := users[id.ID]
		if len(by) == 0 {
			continue
		}
		u := uses{c: p.Catalogue(), app: appOf(p.Head, id), granted: id.Scopes}
		if slices.ContainsFunc(by, func(w *registry.Identity) bool { return !u.know(w) }) {
			continue
		}
		for i, scope := range id.Scopes {
			if u.needs(scope) {
				continue
			}
			p.Report(lint.Finding{
				Identity: id.ID,
				Field:    fmt.Sprintf("scopes[%d]", i),
				Value:    scope,
				Message: fmt.Sprintf("%s has scope %q, which no step of %s needs; take it away, or declare the step that needs it",
					named(id), scope, listed(ids(by))),
			})
		}
	}
}

// workflowsUsing are the workflows that use a connector or token, by its id, of those
// whose application says what its operations need.
func workflowsUsing(p *lint.Pass) map[string][]*registry.Identity {
	users := map[string][]*registry.Identity{}
	for _, id := range p.Head.Identities {
		if gone(id) || len(id.Scopes) == 0 || id.Kind != registry.Connector && id.Kind != registry.Token {
			continue
		}
		if a := p.Catalogue().App(appOf(p.Head, id)); a != nil && len(a.Needs) > 0 {
			users[id.ID] = nil
		}
	}
	for _, id := range p.Head.Identities {
		if gone(id) || id.Kind != registry.Workflow {
			continue
		}
		for i, used := range id.Uses {
			if by, judged := users[used]; judged && !slices.Contains(id.Uses[:i], used) {
				users[used] = append(by, id)
			}
		}
	}
	return users
}

func ids(all []*registry.Identity) []string {
	names := make([]string, len(all))
	for i, id := range all {
		names[i] = id.ID
	}
	return names
}

// uses are what the scopes of one credential are used for.
type uses struct {
	c       *registry.Catalogue
	app     string
	granted []string

	needed []string
	reads  bool // a reading step is declared
}

// know takes in what a workflow does, and tells whether that is all known.
func (u *uses) know(w *registry.Identity) bool {
	if w.Trigger == nil || slices.Contains([]string{"event", "poll", "chat"}, w.Trigger.Type) {
		return false
	}
	here := false
	for _, step := range w.Steps {
		if u.c.Same(step.App, "http") {
			return false
		}
		if !u.c.Same(step.App, u.app) {
			continue
		}
		needed, known := u.c.Needed(u.app, step.Operation, u.granted)
		if !known {
			return false
		}
		effect, _ := u.c.OperationEffect(u.app, step.Operation)
		u.reads = u.reads || effect.Power == registry.ReadOnly
		u.needed = append(u.needed, needed...)
		here = true
	}
	return here
}

// needs tells whether a scope is needed, or may be.
func (u *uses) needs(scope string) bool {
	power, known := u.c.ScopePower(u.app, scope)
	switch {
	case slices.Contains(u.needed, scope), u.c.ForSigningIn(u.app, scope), u.c.IsWildcard(u.app, scope), !known:
		return true
	}
	return power == registry.ReadOnly && !u.reads
}
