package sandbox

import (
	"fmt"
	"time"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// Token is the secret of tk-rollcall in the seeds: it opens a toy and nothing
// else.
const Token = "sandbox-rollcall"

var seeded = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// Seed is the tenant of examples/acme: what it declares runs, and what it does
// not declare is there and disabled, but for the account of a person, Dana,
// who is one of the organisation.
func Seed() State {
	return State{
		ID:   "sandbox-1",
		Name: "Acme sandbox",
		Items: map[tenant.Kind][]*Item{
			registry.Workflow:       workflows(),
			registry.Webhook:        webhooks(),
			registry.Connector:      connectors(),
			registry.Token:          tokens(),
			registry.ServiceAccount: accounts(),
		},
		Audit: []Entry{{At: seeded, Actor: "dana@example.com", Act: "opened the tenant", Kind: registry.ServiceAccount, ID: "ac-dana", Detail: "Dana"}},
	}
}

func item(id, name string, active bool) Item {
	return Item{ID: id, Name: name, Active: active, Owner: "dana@example.com", Editor: "dana@example.com",
		Created: seeded, Updated: seeded, Revision: 1}
}

func workflow(id, name string, active bool, trigger, cron string, nodes ...Node) *Item {
	it := item(id, name, active)
	it.Live, it.Draft = 1, 1
	it.Versions = []Version{{Number: 1, By: "dana@example.com", At: seeded, Trigger: trigger, Cron: cron, Nodes: nodes}}
	return &it
}

func workflows() []*Item {
	return []*Item{
		workflow("wf-crm-won-deals", "Won deals to the ERP", true, "schedule", "0 2 * * *",
			Node{"Read won deals", "salesforce", "opportunity:getAll", "cn-salesforce"},
			Node{"Write invoices", "netsuite", "invoice:create", "cn-netsuite"}),
		workflow("wf-invoice-export", "Invoice export", true, "schedule", "30 5 * * 1",
			Node{"Read invoices", "netsuite", "invoice:getAll", "cn-netsuite"}),
		workflow("wf-joiner-provisioning", "Joiner provisioning", true, "webhook", "",
			Node{"Make the account", "okta", "user:create", "cn-okta"}),
		workflow("wf-quick-export", "Quick export (copy 2)", false, "schedule", "*/15 * * * *",
			Node{"Read everything", "salesforce", "contact:getAll", "cn-salesforce"}),
		workflow("wf-old-crm-sync", "Old CRM sync", false, "manual", "",
			Node{"Read deals", "salesforce", "opportunity:getAll", "cn-salesforce"}),
	}
}

func connectors() []*Item {
	connector := func(id, name, app, account string, scopes ...string) *Item {
		it := item(id, name, true)
		it.App, it.Account, it.Scopes, it.Secret = app, account, scopes, "shh-"+id+"-4b1d"
		return &it
	}
	return []*Item{
		connector("cn-netsuite", "NetSuite", "netsuite", "rollcall-erp@example.com", "rest_webservices"),
		connector("cn-okta", "Okta", "okta", "0oa-joiner", "okta.users.manage"),
		connector("cn-salesforce", "Salesforce", "salesforce", "crm-sync@example.com", "api"),
	}
}

func tokens() []*Item {
	token := func(id, name, secret string, scopes ...string) *Item {
		it := item(id, name, true)
		it.Scopes, it.Secret = scopes, secret
		return &it
	}
	old := token("tk-2024-migration", "Migration of 2024", "shh-migration-77aa", "workflow:read")
	old.Active, old.Revoked = false, true
	return []*Item{
		token("tk-ci-deploy", "CI deploy", "shh-ci-deploy-90c2", "workflow:execute", "workflow:read"),
		token("tk-rollcall", "Rollcall", Token, "tenant:read", "tenant:write"),
		old,
	}
}

func webhooks() []*Item {
	it := item("wh-new-hire", "New hire", true)
	it.Path, it.Auth, it.Workflow, it.Secret = "/hooks/new-hire", "header", "wf-joiner-provisioning", "shh-new-hire-1f6e"
	return []*Item{&it}
}

func accounts() []*Item {
	account := func(id, name, login, role string, active bool) *Item {
		it := item(id, name, active)
		it.Owner, it.Login, it.Role = "", login, role
		return &it
	}
	return []*Item{
		account("ac-dana", "Dana", "dana@example.com", "admin", true),
		account("sa-backup", "Backup job", "backup@example.com", "member", true),
		account("sa-old-intern", "Intern of 2024", "intern@example.com", "member", false),
	}
}

// Generated is a tenant of n workflows that are all alike but for their
// numbers, for benchmarks: generated-000000 and so on, a third of which use
// one of a hundred connectors.
func Generated(n int) State {
	s := Seed()
	s.ID, s.Name, s.Audit = "sandbox", "Generated", nil
	s.Items[registry.Workflow], s.Items[registry.Webhook] = make([]*Item, 0, n), nil
	for i := range n {
		s.Items[registry.Workflow] = append(s.Items[registry.Workflow],
			workflow(fmt.Sprintf("generated-%06d", i), fmt.Sprintf("Generated %d", i), true, "schedule", fmt.Sprintf("%d %d * * *", i%60, i/60%24),
				Node{"Read", "salesforce", "opportunity:getAll", "cn-salesforce"}))
	}
	return s
}
