package approval

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rollcall-dev/rollcall/registry"
)

// schemaText is what the policies of the tests may talk about.
const schemaText = `
entity team;
entity person in [team] = { email: String, department: String, active: Bool };
entity tenant = { platform: String, environment: String };
entity identity = { tenant: tenant, owner: person, tier: String, state: String, bots: Set<person> };
entity account = { privileged: Bool, from: ipaddr } tags String;
entity group in [group] = { privileged: Bool, keeper?: person, level: Long };

action "change";
action "grant", "revoke" in [Action::"change"] appliesTo {
	principal: identity,
	resource: [account, group],
	context: { requester: person, approvers: Set<person>, approvals: Long, reason: String, expedited?: Bool },
};
`

// otherActions are of no concern to approval.
const otherActions = `
action "view" appliesTo { principal: person, resource: group, context: {} };
action "restart" appliesTo { principal: identity, resource: tenant, context: { reason: String } };
`

const noSelf = `
forbid (principal, action, resource)
when { context.approvers.contains(context.requester) || context.approvers.containsAny(principal.bots) };
`

func mustSchema(t testing.TB, text string) *Schema {
	t.Helper()
	s, fault := ReadSchema([]byte(text))
	if fault != nil {
		t.Fatalf("the schema is refused: %s: %s", fault.Pos, fault.Message)
	}
	return s
}

func mustRead(t testing.TB, text string) *Policy {
	t.Helper()
	schema := schemaText
	if strings.Contains(text, `Action::"view"`) || strings.Contains(text, `Action::"restart"`) {
		schema += otherActions
	}
	return mustReadIn(t, schema, text)
}

func mustReadIn(t testing.TB, schema, text string) *Policy {
	t.Helper()
	p, faults := Read(registry.ApprovalPolicy{Name: "p", File: "policies/p.cedar", Text: []byte(text)}, mustSchema(t, schema))
	if p == nil {
		t.Fatalf("the policy is refused: %+v\n%s", faults, text)
	}
	return p
}

// acme is a small registry: two teams, a bot, and workflows that differ in tier,
// tenant and owner.
func acme() *Trial {
	workflow := func(id, owner string, tier registry.Tier) *registry.Identity {
		return &registry.Identity{ID: id, Kind: registry.Workflow, Owner: owner, Backup: "person/sam", Tier: tier, State: registry.Suspended}
	}
	return &Trial{
		On: "2026-11-24",
		Organisation: &registry.Organisation{
			People: map[string]registry.Person{
				"dana": {Email: "dana@example.com", Department: "sales"}, "kim": {Email: "kim@example.com", Department: "it"},
				"noor": {Email: "noor@example.com", Department: "it"}, "sam": {Email: "sam@example.com", Department: "sales"},
				"max":         {Email: "max@example.com", Department: "finance", Left: "2026-08-31"},
				"release-bot": {Kind: "bot"}, "svc": {Email: "SVC@example.com"},
			},
			Teams: map[string]registry.Team{
				"crm": {Lead: "person/dana", Members: []string{"person/dana", "person/sam"}},
				"it":  {Lead: "person/kim", Members: []string{"person/kim", "person/noor"}},
			},
		},
		Registry: registry.Build(registry.Snapshot{
			Tenants: []*registry.Tenant{{ID: "prod", Platform: "n8n", Environment: "production"}, {ID: "test", Platform: "n8n", Environment: "test"}},
			Identities: []*registry.Identity{
				workflow("prod/a", "team/crm", registry.Privileged), workflow("prod/b", "team/it", registry.Privileged),
				workflow("prod/c", "person/noor", registry.ChangeCapable), workflow("test/a", "team/crm", registry.Privileged),
				{ID: "prod/login", Kind: registry.ServiceAccount, Login: "svc@example.com"},
				{ID: "prod/bot", Kind: registry.ApprovalBot, Workflow: "prod/a"},
			},
		}),
	}
}

func ask(t *Trial, p *Policy, id string) (one, none Answer) {
	i := t.Registry.Identity(id)
	return t.OneVoice(p, i), t.NoOtherVoice(p, i)
}

func said(a Answer) string {
	switch {
	case a.Permitted != nil:
		r := a.Permitted
		return fmt.Sprintf("%s on %s: %s asks, %s", r.Action, r.Resource, r.Requester, strings.Join(r.Approvers, "+"))
	case a.Unknown != "":
		return "unknown: " + a.Unknown
	}
	return "no"
}

func TestAPolicyIsAskedAndNotReadForWords(t *testing.T) {
	for _, c := range []struct {
		name, policy string
		one, none    string // of prod/a
	}{
		{"two people, not the requester, no bot",
			`permit (principal is identity, action, resource) when { context.approvals >= 2 };` + noSelf,
			"no", "no"},
		{"one person who is not the requester",
			`permit (principal is identity, action, resource) when { context.approvals >= 1 };` + noSelf,
			"grant on account: person/dana asks, person/kim", "no"},
		{"the word two, and no two people",
			`permit (principal is identity, action, resource) when { context.approvals >= 2 || context.approvals != 0 };` + noSelf,
			"grant on account: person/dana asks, person/kim", "no"},
		{"everything",
			`permit (principal, action, resource);`,
			"grant on account: person/dana asks, person/kim", "grant on account: person/dana asks, "},
		{"two, of whom one may be the requester and one the bot",
			`permit (principal is identity, action, resource) when { context.approvals == 2 && context.approvers.contains(context.requester) };`,
			"no", "grant on account: person/release-bot asks, person/release-bot+person/svc"},
		{"three, of whom two are bots and one asks",
			`permit (principal is identity, action, resource) when { context.approvals >= 3 };`,
			"no", "grant on account: person/dana asks, person/release-bot+person/svc+person/dana"},
		{"an account that signs in for an identity",
			`permit (principal is identity, action, resource) when { context.approvers == [person::"svc"] };`,
			"grant on account: person/dana asks, person/svc", "grant on account: person/dana asks, person/svc"},
		{"one person by name",
			`permit (principal is identity, action, resource) when { context.approvers == [person::"sam"] };` + noSelf,
			"grant on account: person/dana asks, person/sam", "no"},
		{"one person who has left",
			`permit (principal is identity, action, resource) when { context.approvers == [person::"max"] };` + noSelf,
			"no", "no"},
		{"the lead of the owning team, asked by another team",
			`permit (principal is identity, action == Action::"revoke", resource) when { context.approvers.contains(principal.owner) && context.requester in team::"it" };` + noSelf,
			"revoke on account: person/kim asks, person/dana", "no"},
		{"a rule for another identity",
			`permit (principal == identity::"prod/b", action, resource) when { context.approvals >= 1 };` + noSelf,
			"no", "no"},
		{"a rule for another tenant",
			`permit (principal is identity, action, resource) when { context.approvals >= 1 && principal.tenant.environment == "test" };` + noSelf,
			"no", "no"},
		{"a rule for those who are active",
			`permit (principal is identity, action, resource) when { principal.state == "active" && context.approvals >= 1 };` + noSelf,
			"grant on account: person/dana asks, person/kim", "no"},
		{"a group by name, and what is in it",
			`permit (principal is identity, action in Action::"change", resource in group::"guests") when { context.approvals >= 1 };` + noSelf,
			"grant on group: person/dana asks, person/kim", "no"},
		{"a level between two numbers, and a reason",
			`permit (principal is identity, action in [Action::"grant"], resource is group) when { context.approvals >= 1 && resource.level > 3 && resource.level < 5 && context.reason like "INC-*" };` + noSelf,
			"grant on group: person/dana asks, person/kim", "no"},
		{"what cannot be",
			`permit (principal is identity, action, resource is group) when { context.approvals >= 1 && resource.privileged && !resource.privileged };` + noSelf,
			"no", "no"},
		{"the one who keeps the group",
			`permit (principal is identity, action, resource is group) when { resource has keeper && context.approvers == [resource.keeper] };` + noSelf,
			"grant on group: person/kim asks, person/dana", "no"},
		{"something optional",
			`permit (principal is identity, action, resource) when { context has expedited && context.expedited && context.approvals >= 1 };` + noSelf,
			"grant on account: person/dana asks, person/kim", "no"},
		{"another action of the schema, which asks nobody",
			`permit (principal is person, action == Action::"view", resource); permit (principal is identity, action in Action::"change", resource) when { context.approvals >= 2 };` + noSelf2,
			"no", "no"},
	} {
		t.Run(c.name, func(t *testing.T) {
			one, none := ask(acme(), mustRead(t, c.policy), "prod/a")
			if said(one) != c.one {
				t.Errorf("with one approver it permits: %s; want %s", said(one), c.one)
			}
			if said(none) != c.none {
				t.Errorf("with no other approver it permits: %s; want %s", said(none), c.none)
			}
		})
	}
}

// noSelf2 is noSelf for policies of several kinds of principal.
const noSelf2 = `
forbid (principal is identity, action in Action::"change", resource)
when { context.approvers.contains(context.requester) || context.approvers.containsAny(principal.bots) };
`

func TestWhatCannotBeToldIsSaidToBeUnknown(t *testing.T) {
	for _, c := range []struct{ name, policy, want string }{
		{"an address", `permit (principal is identity, action, resource is account) when { resource.from.isLoopback() };`, "it reads from, and a value of that type cannot be guessed"},
		{"tags", `permit (principal is identity, action, resource is account) when { resource.hasTag("x") };`, "it reads tags"},
		{"a sum without end", `permit (principal is identity, action, resource) when { context.approvals + 9223372036854775807 > 0 };`, "integer overflow"},
		{"an action without approvers", `permit (principal is identity, action == Action::"restart", resource);`, `the context of action "restart" has no requester or no Set of approvers`},
	} {
		one, none := ask(acme(), mustRead(t, c.policy), "prod/a")
		if !strings.Contains(said(one), c.want) {
			t.Errorf("%s: with one approver: %s; want it unknown: %s", c.name, said(one), c.want)
		}
		if !strings.Contains(said(none), c.want) && c.name != "a sum without end" {
			t.Errorf("%s: with no other approver: %s; want it unknown: %s", c.name, said(none), c.want)
		}
	}
	nobody := acme()
	nobody.Organisation = &registry.Organisation{}
	if one, _ := ask(nobody, mustRead(t, `permit (principal, action, resource);`), "prod/a"); !strings.Contains(one.Unknown, "names nobody") {
		t.Errorf("an organisation without people: %s", said(one))
	}
}

func TestAnIdentityCanBeAnApproverWhereTheSchemaLetsIt(t *testing.T) {
	s := mustSchema(t, `
entity person, group;
entity identity = { tier: String };
action "grant" appliesTo { principal: identity, resource: group, context: { requester: person, approvers: Set<identity> } };
`)
	p, faults := Read(registry.ApprovalPolicy{Name: "p", Text: []byte(`permit (principal, action, resource) when { context.approvers == [identity::"prod/bot"] };`)}, s)
	if p == nil {
		t.Fatal(faults)
	}
	if _, none := ask(acme(), p, "prod/a"); said(none) != "grant on group: person/dana asks, prod/bot" {
		t.Errorf("its own bot approves: %s", said(none))
	}
	if _, none := ask(acme(), p, "prod/b"); said(none) != "no" {
		t.Errorf("the bot of another approves: %s", said(none))
	}
}

func TestWhatSignsInOnATenantIsNoPersonThereAlone(t *testing.T) {
	trial, p := acme(), mustRead(t, `permit (principal is identity, action, resource) when { context.approvers == [person::"svc"] };`)
	if _, none := ask(trial, p, "prod/a"); said(none) != "grant on account: person/dana asks, person/svc" {
		t.Errorf("what signs in on the tenant approves alone, and that is not found: %s", said(none))
	}
	if _, none := ask(trial, p, "test/a"); said(none) != "grant on account: person/svc asks, person/svc" {
		t.Errorf("on another tenant it is a person, who may not approve for themselves either: %s", said(none))
	}
	if !p.KnowsBots() {
		t.Error("the schema declares bots, and is said not to")
	}
	for approver, want := range map[string]string{
		"person/svc": `whose e-mail is the login of service account "prod/login"`, "person/release-bot": "which is a bot",
		"person/dana": "", "prod/a": "which is the identity itself", "prod/bot": "which is its approval bot",
	} {
		if got := trial.Unpersoned(approver, trial.Registry.Identity("prod/a")); got != want {
			t.Errorf("%s counts as no person because of %q; want %q", approver, got, want)
		}
	}
}

func TestANameThatTheSchemaLacksIsToldWithThoseThatItHas(t *testing.T) {
	_, faults := Read(registry.ApprovalPolicy{Name: "p", Text: []byte(`permit (principal is identity, action == Action::"give", resource);
permit (principal is identity, action == Action::"grant", resource) when { context.aproval > 1 };
permit (principal is robot, action, resource);`)}, mustSchema(t, schemaText))
	var all []string
	for _, f := range faults {
		if u := f.Unknown(); u == nil {
			all = append(all, "none")
		} else {
			all = append(all, fmt.Sprint(u.Name, u.Few, slices.Contains(u.Known, "grant"), slices.Contains(u.Known, "approvals")))
		}
	}
	if got := strings.Join(all, " "); got != "givetrue true false aprovalfalse false true none" {
		t.Errorf("of names that do not exist it is told: %s", got)
	}
}
