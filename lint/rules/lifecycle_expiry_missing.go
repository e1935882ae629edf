package rules

import (
	"fmt"
	"strconv"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "lifecycle/expiry-missing",
	Severity: lint.Error,
	Controls: []string{"NHI7:2025", "NIST CSF 2.0 PR.AA-01"},
	Waivable: true,
	Each:     expiryMissing,
	Local:    true,
	Doc: `what holds a credential expires

# What
A token, a service account or a connector with a credential has no expiry.

# Why
A credential without an end is found and used years later, by somebody else.
OWASP NHI7:2025 Long-Lived Secrets is about nothing else. An expiry is also the
day on which the owner is asked whether the thing is still needed, which is how
an organisation manages its identities and credentials: NIST CSF 2.0 PR.AA-01.

# Before
	kind: "token"
	tier: "change-capable"

# After
	kind:    "token"
	tier:    "change-capable"
	expires: "2027-02-22"

# How to mend
Add the day until which it is needed, within the limit of its tier, and give the
credential the same end in the platform where it lets you.

# How to configure
tiers: privileged: maxLifetime in registry/policy.cue is the limit that the
message offers.
`,
})

func expiryMissing(p *lint.Pass, id *registry.Identity) {
	if gone(id) || id.Expires != "" || !holdsCredential(id) {
		return
	}
	f := lint.Finding{Identity: id.ID, Field: "expires"}
	f.Message = fmt.Sprintf(`%s has no expiry; add expires: "YYYY-MM-DD"`, named(id))
	if last, limited := lastExpiry(p, id.Tier); limited {
		f.Message = fmt.Sprintf("%s has no expiry; add expires: %q, the last day that tier %q allows, or earlier", named(id), last, id.Tier)
		f.Edit = id.Insert("expires", strconv.Quote(string(last)))
	}
	p.Report(f)
}

// holdsCredential tells whether an identity is, or keeps, something that signs
// in.
func holdsCredential(id *registry.Identity) bool {
	switch id.Kind {
	case registry.Token, registry.ServiceAccount:
		return true
	case registry.Connector:
		return id.Credential != nil || id.Auth != "" && id.Auth != "none"
	}
	return false
}
