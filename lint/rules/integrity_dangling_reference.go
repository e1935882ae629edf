package rules

import (
	"fmt"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "integrity/dangling-reference",
	Severity: lint.Error,
	Controls: []string{"NIST CSF 2.0 PR.AA-01", "NIST AI RMF 1.0 GOVERN 1.6"},
	Waivable: true,
	Each:     identityReferences,
	Check:    otherReferences,
	Doc: `every reference leads somewhere

# What
An entry names an identity, a tenant, a person, a team, an environment, a
department, a system or a rule that does not exist. Owners and backups are judged
by ownership/unknown, approval policies by approval/unknown-policy.

# Why
A workflow that uses a connector which nobody has declared is an inventory with
a hole in it: NIST AI RMF GOVERN 1.6 asks for the inventory, NIST CSF 2.0
PR.AA-01 that identities are managed. An environment that is misspelt is kept
apart from nothing, and a rule that is misspelt in policy is not set at all.

# Before
	uses: ["n8n-prod/salesforce-raed"]

# After
	uses: ["n8n-prod/salesforce-read"]

# How to mend
Take the nearest name if the message offers the right one, else declare what is
missing. What stands in organisation.cue or policy.cue is added in a change of its
own: a change is judged by what was there before it. A change that takes away what
others name mends those at once; it is told of them where the organisation stands.
`,
})

func identityReferences(p *lint.Pass, id *registry.Identity) {
	refs := references{p: p, at: id, found: lint.Finding{Identity: id.ID}}
	if p.Head.Tenant(id.Tenant()) == nil {
		refs.check("", id.Tenant(), tenants(p))
	}
	if gone(id) {
		return
	}
	all := identities(p, p.Head.EnvironmentOf(id))
	refs.checkAll("uses", id.Uses, all)
	refs.check("workflow", id.Workflow, all)
	refs.check("environment", id.Environment, environments(p))
	refs.check("department", id.Department, departments(p))
	refs.checkAll("blastRadius.systems", id.BlastRadius.Systems, systems(p))
	if id.Proposed != nil {
		refs.check("proposed.by", id.Proposed.By, owners(p))
	}
	if id.Recertified != nil {
		refs.check("recertified.by", id.Recertified.By, owners(p))
	}
}

func otherReferences(p *lint.Pass) {
	for _, t := range p.Head.Tenants {
		refs := references{p, fmt.Sprintf("tenant %q", t.ID), t, lint.Finding{Entry: lint.EntryTenant, Identity: t.ID}}
		refs.check("environment", t.Environment, environments(p))
		refs.checkAll("environments", t.Environments, environments(p))
		refs.checkAll("departments", t.Departments, departments(p))
	}
	for _, a := range p.Head.Access {
		refs := references{p, fmt.Sprintf("access %q", a.ID), a, lint.Finding{Entry: lint.EntryAccess, Identity: a.ID}}
		refs.checkAll("identities", a.Identities, identities(p, ""))
		refs.check("owner", a.Owner, owners(p))
		refs.check("requestedBy", a.RequestedBy, owners(p))
		refs.check("approvedBy", a.ApprovedBy, owners(p))
		if a.Reviewed != nil {
			refs.check("reviewed.by", a.Reviewed.By, owners(p))
		}
	}
	for _, ex := range p.Head.Exceptions {
		refs := references{p, fmt.Sprintf("exception %q", ex.ID), ex, lint.Finding{Entry: lint.EntryException, Identity: ex.ID}}
		refs.check("rule", ex.Rule, ruleBook(p))
		refs.checkAll("identities", ex.Identities, identities(p, ""))
		refs.check("tenant", ex.Tenant, tenants(p))
		refs.check("approvedBy", ex.ApprovedBy, owners(p))
	}
	policyReferences(p)
	organisationReferences(p)
}

func policyReferences(p *lint.Pass) {
	policy := p.Head.Policy
	refs := references{p, "policy", policy, lint.Finding{Entry: lint.EntryPolicy}}
	for _, rule := range sortedKeys(policy.Rules) {
		refs.check(fmt.Sprintf("rules.%q", rule), rule, ruleBook(p))
	}
}

// organisationReferences judges an organisation by itself, also where a change is
// judged: who joins may join a team at once.
func organisationReferences(p *lint.Pass) {
	o := p.Head.Organisation
	p = p.Merged()
	refs := references{p, "", o, lint.Finding{Entry: lint.EntryOrganisation}}
	for _, name := range sortedKeys(o.Teams) {
		refs.who = fmt.Sprintf("team %q", name)
		refs.check(fmt.Sprintf("teams.%q.lead", name), o.Teams[name].Lead, owners(p))
		refs.checkAll(fmt.Sprintf("teams.%q.members", name), o.Teams[name].Members, owners(p))
	}
	for _, name := range sortedKeys(o.Departments) {
		refs.who = fmt.Sprintf("department %q", name)
		refs.check(fmt.Sprintf("departments.%q.lead", name), o.Departments[name].Lead, owners(p))
	}
	for _, name := range sortedKeys(o.Systems) {
		refs.who = fmt.Sprintf("system %q", name)
		refs.check(fmt.Sprintf("systems.%q.owner", name), o.Systems[name].Owner, owners(p))
		refs.check(fmt.Sprintf("systems.%q.environment", name), o.Systems[name].Environment, environments(p))
	}
}

// references judges the references of one entry.
type references struct {
	p     *lint.Pass
	who   string // the entry, as messages name it; an identity is named when it has to be
	at    placed
	found lint.Finding // entry and identity are filled in
}

func (r references) checkAll(field string, values []string, to target) {
	for i, v := range values {
		if v != "" && !to.known(v) {
			r.check(fmt.Sprintf("%s[%d]", field, i), v, to)
		}
	}
}

// check reports a value that leads nowhere; an empty one refers to nothing.
func (r references) check(field, value string, to target) {
	if value == "" || to.known(value) {
		return
	}
	if id, ok := r.at.(*registry.Identity); ok {
		r.who = named(id)
	}
	out := suggestion(value, to.fitting(value), "declare it in "+to.home)
	f := r.found
	f.Field, f.Value, f.Pos = field, value, r.at.Pos(field)
	f.Message = fmt.Sprintf("%s names %s %q, which does not exist; %s", r.who, to.noun, value, out)
	r.p.Report(f)
}
