package gen

import (
	"fmt"
	"iter"
	"strconv"
)

// frame is everything but the identities, in order of path.
func (o Options) frame() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		files := [][2]string{
			{"cue.mod/module.cue", "module: \"generated.example.com/rollcall\"\nlanguage: version: \"v0.17.0\"\n"},
			{"policies/grant-access.cedar", approvalPolicy},
			{"policies/schema.cedarschema", approvalSchema},
			{"registry/organisation.cue", o.organisation()},
			{"registry/policy.cue", policy},
		}
		if o.Schema != "" {
			files = append(files, [2]string{"registry/schema.cue", o.Schema})
		}
		for t := range o.Tenants {
			files = append(files, [2]string{"registry/tenants/" + o.tenantName(t) + ".cue", o.tenantText(t)})
		}
		for _, f := range files {
			if !yield(f[0], f[1]) {
				return
			}
		}
	}
}

func (o Options) tenantText(t int) string {
	var w writer
	w.line(0, "package registry\n")
	w.line(0, "tenants: %q: {", o.tenantName(t))
	w.field(1, "platform", o.Platform)
	w.field(1, "environment", o.environment(t))
	w.list(1, "departments", departments)
	w.field(1, "owner", "team/"+teamName(t%teams))
	w.field(1, "backup", "person/"+personName((t+1)%teams, 0))
	w.line(0, "}")
	return w.String()
}

func (o Options) organisation() string {
	var w writer
	w.line(0, "package registry\n")
	w.line(0, "organisation: {")
	w.field(1, "name", "Generated")
	w.line(1, "people: {")
	for t := range teams {
		for k := range 3 {
			p := personName(t, k)
			w.line(2, "%q: {name: %q, email: %q, github: %q, department: %q}", p, p, p+"@example.com", "gen-"+p, departments[t%len(departments)])
		}
	}
	w.line(1, "}\n\tteams: {")
	for t := range teams {
		lead := "person/" + personName(t, 0)
		w.line(2, "%q: {name: %q, lead: %q, members: [%q, %q, %q], department: %q}", teamName(t), teamName(t), lead,
			lead, "person/"+personName(t, 1), "person/"+personName(t, 2), departments[t%len(departments)])
	}
	w.line(1, "}\n\tdepartments: {")
	for i, d := range departments {
		w.line(2, "%q: {name: %q, lead: %q}", d, d, "person/"+personName(i, 0))
	}
	w.line(1, "}\n\tenvironments: {\n\t\tproduction: {production: true}\n\t\ttest: {note: \"copies without personal data\"}\n\t}\n\tsystems: {")
	for _, env := range []string{"production", "test"} {
		for i, a := range applications {
			name := a.key + "-" + env
			w.line(2, "%q: {name: %q, environment: %q, hosts: [%q], data: \"restricted\", owner: %q}", name, a.name, env, name+".example.com", "team/"+teamName(i))
		}
		w.line(2, "%s: {name: \"the platform itself\", environment: %q, data: \"restricted\", owner: %q}", strconv.Quote("platform-"+env), env, "team/"+teamName(0))
	}
	w.line(1, "}\n}")
	return w.String()
}

// policy allows what the identities are dated for.
var policy = fmt.Sprintf(`package registry

policy: {
	tiers: {
		"read-only": %[1]s
		"change-capable": %[1]s
		privileged: %[2]s
	}
	enforcement: {
		undeclared: {mode: "flag", grace: "15m"}
		changed: {mode: "flag", grace: "15m"}
	}
	exceptions: maxDuration: "90d"
	massChange: {count: 1000, share: 0.2}
}
`, `{maxLifetime: "180d", notice: "30d", recertify: "180d", tokenLifetime: "90d", dormant: "90d", staleSecret: "180d", temporaryAccess: "7d", reviewWithin: "7d", approvers: 1}`,
	`{maxLifetime: "90d", notice: "30d", recertify: "90d", tokenLifetime: "90d", dormant: "60d", staleSecret: "90d", temporaryAccess: "8h", reviewWithin: "3d", approvers: 2}`)

const approvalPolicy = `@id("two-people-said-yes")
permit (principal is identity, action, resource)
when { context.approvals >= 2 };

@id("no-self-approval")
forbid (principal, action, resource)
when { context.approvers.contains(context.requester) };
`

const approvalSchema = `entity person;
entity identity = { tier: String, state: String };
entity account, group;

action "grant", "revoke", "modify" appliesTo {
	principal: identity,
	resource: [account, group],
	context: { requester: person, approvers: Set<person>, approvals: Long, reason: String },
};
`
