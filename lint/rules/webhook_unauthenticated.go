package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "webhook/unauthenticated",
	Severity: lint.Error,
	Controls: []string{"NHI4:2025", "NIST CSF 2.0 PR.AA-03"},
	Waivable: true,
	Each:     unauthenticated,
	Local:    true,
	Doc: `a webhook knows who calls it

# What
A webhook asks its caller for nothing (auth "none"), and does not restrict where
calls may come from.

# Why
Its address is the only secret, and addresses end up in logs, in tickets and in
other people's configurations. Whoever has it acts with all that the workflow
may do. OWASP NHI4:2025 Insecure Authentication; NIST CSF 2.0 PR.AA-03 asks that
users, services and hardware are authenticated.

# Before
	kind: "webhook"
	auth: "none"

# After
	kind: "webhook"
	auth: "hmac"

# How to mend
Let the caller sign its calls (hmac), or send a header, a token or a certificate,
and say so in auth. Where the caller can do none of it, list the addresses it
calls from in allowFrom; "0.0.0.0/0" is no restriction.
`,
})

func unauthenticated(p *lint.Pass, id *registry.Identity) {
	if gone(id) || id.Kind != registry.Webhook || id.Auth != "none" && id.Auth != "" || restricted(id.AllowFrom) {
		return
	}
	p.Report(lint.Finding{
		Identity: id.ID,
		Field:    "auth",
		Value:    id.Auth,
		Message: fmt.Sprintf(`%s has auth %q: anyone may call it; set auth: "hmac", "jwt" or "header", or list the callers' networks in allowFrom`,
			named(id), id.Auth),
	})
}

// restricted tells whether the networks are fewer than all.
func restricted(networks []string) bool {
	return len(networks) > 0 && !slices.ContainsFunc(networks, func(n string) bool {
		return strings.HasSuffix(n, "/0")
	})
}
