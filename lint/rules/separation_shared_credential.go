package rules

import (
	"fmt"
	"maps"
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
	users := map[string][]*registry.Identity{}
	secrets := map[registry.Credential][]*registry.Identity{}
	for _, id := range p.Head.Identities {
		if gone(id) {
			continue
		}
		for _, used := range id.Uses {
			users[used] = append(users[used], id)
		}
		if c := id.Credential; c != nil && c.Path != "" {
			key := registry.Credential{Store: c.Store, Path: c.Path}
			secrets[key] = append(secrets[key], id)
		}
	}
	for _, used := range slices.Sorted(maps.Keys(users)) {
		if target := p.Head.Identity(used); target != nil && target.Kind != registry.Workflow {
			reportUsers(p, target, users[used])
		}
	}
	for secret, holders := range secrets {
		reportHolders(p, secret, holders)
	}
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
