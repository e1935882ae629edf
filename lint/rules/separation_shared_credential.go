package rules

import (
	"fmt"
	"slices"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "separation/shared-credential",
	Severity: lint.Error,
	Controls: []string{"NHI8:2025", "NIST CSF 2.0 PR.AA-05"},
	Waivable: true,
	Check:    sharedAcrossEnvironments,
	Doc: `no credential serves two environments

# What
Identities of two environments use the same connector, token or service account,
or connectors and tokens of two environments refer to the same stored secret.

# Why
Whoever can change a workflow in the test environment can then act in
production. OWASP NHI8:2025 Environment Isolation is about this one step. NIST
CSF 2.0 PR.AA-05 (formerly PR.AC-4) asks for separation of duties, which ends
where the same key opens both doors.

# Before
	// both in n8n-prod/invoices and in n8n-test/invoices
	uses: ["n8n-prod/netsuite"]

# After
	// n8n-prod/invoices
	uses: ["n8n-prod/netsuite"]
	// n8n-test/invoices
	uses: ["n8n-test/netsuite-sandbox"]

# How to mend
Give each environment a connector of its own, with a credential of its own, and
change the secret that both had: the other environment still knows it.
`,
})

func sharedAcrossEnvironments(p *lint.Pass) {
	uses, keeps := crossings[string]{}, crossings[registry.Credential]{}
	everyUse := func(take func(string, *registry.Identity)) {
		for _, id := range p.Head.Identities {
			for _, used := range id.Uses {
				if !gone(id) {
					take(used, id)
				}
			}
		}
	}
	everySecret := func(take func(registry.Credential, *registry.Identity)) {
		for _, id := range p.Head.Identities {
			if c := id.Credential; c != nil && c.Path != "" && !gone(id) {
				take(registry.Credential{Store: c.Store, Path: c.Path}, id)
			}
		}
	}
	for used, users := range uses.find(p.Head, everyUse) {
		if target := p.Head.Identity(used); target != nil && target.Kind != registry.Workflow {
			reportUsers(p, target, users)
		}
	}
	for secret, holders := range keeps.find(p.Head, everySecret) {
		reportHolders(p, secret, holders)
	}
}

// crossings are what identities of two environments share, and those
// identities in their order.
type crossings[K comparable] map[K][]*registry.Identity

// find goes over everything twice: nearly nothing is shared, and to collect
// the users of all would take longer than to look again.
func (c crossings[K]) find(s *registry.Snapshot, every func(take func(K, *registry.Identity))) crossings[K] {
	env := make(map[K]string, len(s.Identities))
	every(func(k K, id *registry.Identity) {
		here := s.EnvironmentOf(id)
		switch was := env[k]; {
		case here == "" || was == here:
		case was == "":
			env[k] = here
		default:
			c[k] = nil
		}
	})
	if len(c) > 0 {
		every(func(k K, id *registry.Identity) {
			if users, shared := c[k]; shared {
				c[k] = append(users, id)
			}
		})
	}
	return c
}

// reportUsers reports who uses a credential together with somebody of another
// environment: all but those of the environment that the credential is in.
func reportUsers(p *lint.Pass, target *registry.Identity, users []*registry.Identity) {
	home := p.Head.EnvironmentOf(target)
	for _, id := range users {
		env := p.Head.EnvironmentOf(id)
		other := elsewhere(p.Head, env, users)
		if env == home || other == nil {
			continue
		}
		p.Report(lint.Finding{
			Identity: id.ID,
			Field:    fmt.Sprintf("uses[%d]", slices.Index(id.Uses, target.ID)),
			Value:    target.ID,
			Message: fmt.Sprintf("%s in %q uses %q, which %q in %q uses too; give each environment a %s of its own",
				named(id), env, target.ID, other.ID, p.Head.EnvironmentOf(other), target.Kind),
		})
	}
}

// reportHolders reports who keeps the same secret as somebody of another
// environment.
func reportHolders(p *lint.Pass, secret registry.Credential, holders []*registry.Identity) {
	for _, id := range holders {
		env := p.Head.EnvironmentOf(id)
		other := elsewhere(p.Head, env, holders)
		if other == nil {
			continue
		}
		p.Report(lint.Finding{
			Identity: id.ID,
			Field:    "credential.path",
			Value:    secret.Path,
			Message: fmt.Sprintf("%s in %q keeps its secret at %q, as %q in %q does; give each environment a secret of its own",
				named(id), env, secret.Path, other.ID, p.Head.EnvironmentOf(other)),
		})
	}
}

// elsewhere is the first identity that is known to be in another environment.
func elsewhere(s *registry.Snapshot, env string, ids []*registry.Identity) *registry.Identity {
	for _, id := range ids {
		if e := s.EnvironmentOf(id); env != "" && e != "" && e != env {
			return id
		}
	}
	return nil
}
