package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "privilege/platform-wide-credential",
	Severity: lint.Error,
	Controls: []string{"NHI5:2025", "NIST CSF 2.0 PR.AA-05"},
	Waivable: true,
	Each:     platformWide,
	Local:    true,
	Doc: `no credential is good for a whole tenant where a narrower one would do

# What
A token, or a connector to a platform, is good for the whole tenant while the
platform offers narrower ones: by its scope, by the way in which it signs in, or
because a vendor runs it with one credential for the tenant. For a token that
names no scopes, where such a token may do all that its account may, it is a
warning: the entry may only have left them out.

# Why
Whoever finds such a credential has every connector and every workflow behind it.
OWASP NHI5:2025 Overprivileged NHI; NIST CSF 2.0 PR.AA-05 (formerly PR.AC-4) asks
for least privilege.

# Before
	app:  "okta"
	auth: "apiKey" // all that the administrator who made it may do

# After
	app:    "okta"
	auth:   "oauth2"
	scopes: ["okta.groups.manage"]

# How to mend
Issue the narrower credential that the message names, write down its scopes, and
revoke the wide one. Where a vendor cannot do with a narrower one, ask for an
exception with an end.

# How to configure
The catalogue says what a platform offers, and which scopes and ways to sign in are
good for a whole tenant. Of a platform of which it does not say so, nothing is
reported.
`,
})

func platformWide(p *lint.Pass, id *registry.Identity) {
	if gone(id) || id.Kind != registry.Token && id.Kind != registry.Connector {
		return
	}
	app := appOf(p.Head, id)
	platform := p.Catalogue().Platform(app)
	if platform.Narrower == "" {
		return
	}
	f, because := wideBy(platform, id)
	if because == "" {
		return
	}
	f.Identity = id.ID
	f.Message = fmt.Sprintf("%s %s, while %q offers %s; issue one of those and revoke this one",
		named(id), because, app, platform.Narrower)
	if f.Severity == lint.Warning {
		f.Message = fmt.Sprintf("%s %s, while %q offers %s; add the scopes that it has, or issue one of those",
			named(id), because, app, platform.Narrower)
	}
	p.Report(f)
}

// wideBy is the field by which a credential is good for the whole tenant, and
// what messages say of it; empty where it is not.
func wideBy(platform registry.Platform, id *registry.Identity) (f lint.Finding, because string) {
	for i, scope := range id.Scopes {
		if containsFold(platform.WideScopes, scope) {
			return lint.Finding{Field: fmt.Sprintf("scopes[%d]", i), Value: scope},
				fmt.Sprintf("has scope %q, which is good for the whole tenant", scope)
		}
	}
	switch {
	case slices.Contains(platform.WideAuth, id.Auth):
		return lint.Finding{Field: "auth", Value: id.Auth},
			fmt.Sprintf("has auth %q, which grants all that its account may do", id.Auth)
	case id.Vendor:
		return lint.Finding{Field: "vendorManaged", Value: "true"}, "is vendor-managed with one credential for the whole tenant"
	case id.Kind == registry.Token && len(id.Scopes) == 0 && platform.WideTokens:
		return lint.Finding{Field: "scopes", Severity: lint.Warning}, "names no scopes, and without any it may do all that its account may"
	}
	return lint.Finding{}, ""
}

func containsFold(words []string, word string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, word) })
}
