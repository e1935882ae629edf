package rules

import (
	"fmt"
	"strings"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "separation/production-target",
	Severity: lint.Error,
	Controls: []string{"NHI8:2025", "NIST CSF 2.0 PR.IR-01"},
	Waivable: true,
	Each:     productionTarget,
	Local:    true,
	Doc: `a test connector does not reach production

# What
A connector of an environment that is not production connects to a host of a
system that the organisation file lists as production, or names such a system in
its blast radius.

# Why
Tests run with fewer eyes on them, and with data that nobody minds. One that
writes to production is an incident. OWASP NHI8:2025 Environment Isolation, NIST
CSF 2.0 PR.IR-01.

# Before
	// n8n-test/netsuite
	endpoint: host: "acme.suitetalk.api.netsuite.com"

# After
	// n8n-test/netsuite
	endpoint: host: "acme-sb1.suitetalk.api.netsuite.com"

# How to mend
Point it at the system's sandbox, or move the connector to production's tenant.

# How to configure
environments: production: production: true, and systems with their environment
and hosts, in registry/organisation.cue.
`,
})

func productionTarget(p *lint.Pass, id *registry.Identity) {
	o, env := p.Organisation(), p.Head.EnvironmentOf(id)
	if gone(id) || id.Kind != registry.Connector || env == "" || isProduction(o, env) {
		return
	}
	for name, system := range o.Systems {
		if !isProduction(o, system.Environment) || !hasHost(system.Hosts, id.Endpoint.Host) {
			continue
		}
		p.Report(lint.Finding{
			Identity: id.ID,
			Field:    "endpoint.host",
			Value:    id.Endpoint.Host,
			Message: fmt.Sprintf("%s in %q connects to %q, which is system %q in %q; point it at a sandbox",
				named(id), env, id.Endpoint.Host, name, system.Environment),
		})
	}
	for i, name := range id.BlastRadius.Systems {
		if system := o.Systems[name]; isProduction(o, system.Environment) {
			p.Report(lint.Finding{
				Identity: id.ID,
				Field:    fmt.Sprintf("blastRadius.systems[%d]", i),
				Value:    name,
				Message: fmt.Sprintf("%s in %q reaches system %q, which is in %q; name the system of %q in blastRadius.systems",
					named(id), env, name, system.Environment, env),
			})
		}
	}
}

// hasHost tells whether a host is one of those that a system lists, where "*."
// in front stands for any subdomain.
func hasHost(hosts []string, host string) bool {
	host = strings.ToLower(host)
	for _, h := range hosts {
		h = strings.ToLower(h)
		domain, any := strings.CutPrefix(h, "*")
		if host != "" && (h == host || any && strings.HasPrefix(domain, ".") && strings.HasSuffix(host, domain)) {
			return true
		}
	}
	return false
}
