package registry

import "testing"

// business are the applications of offices that connectors reach most.
var business = []string{
	"adp", "airtable", "anthropic", "asana", "bamboohr", "box", "confluence", "coupa", "docusign", "dropbox",
	"dynamics-365", "freshdesk", "freshservice", "gmail", "google-calendar", "google-drive", "google-sheets", "imap",
	"intercom", "kafka", "mailchimp", "marketo", "microsoft-teams", "monday", "mongodb", "mssql", "mysql", "notion",
	"onedrive", "openai", "oracle-database", "outlook", "pipedrive", "quickbooks", "rabbitmq", "redis", "sap-s4hana",
	"sap-successfactors", "sendgrid", "sftp", "sharepoint", "shopify", "smtp", "stripe", "trello", "twilio", "workday",
	"xero", "zendesk", "zoho-crm", "zoom",
}

func TestCatalogueKnowsBusinessApplications(t *testing.T) {
	c := builtin(t)
	for _, app := range business {
		a := c.App(app)
		if a == nil {
			t.Errorf("%s is not in the catalogue", app)
			continue
		}
		if len(a.Scopes)+len(a.Roles)+len(a.Operations) == 0 {
			t.Errorf("%s has a name and says nothing about what it can do", app)
		}
	}
}

// The names of the right are those that the driver of n8n tells, and those of
// n8n's own nodes and credentials.
func TestCatalogueKnowsTheNamesThatPlatformsUse(t *testing.T) {
	c := builtin(t)
	names := map[string]string{
		"bamboo-hr": "bamboohr", "bambooHr": "bamboohr", "microsoft-dynamics-crm": "dynamics-365", "email-send": "smtp",
		"email-read-imap": "imap", "ftp": "sftp", "googleSheets": "google-sheets", "gmailOAuth2": "gmail",
		"microsoft-one-drive": "onedrive", "microsoft-share-point": "sharepoint", "microsoft-sql": "mssql",
		"microsoftTeams": "microsoft-teams", "monday-com": "monday", "mongo-db": "mongodb", "my-sql": "mysql",
		"open-ai": "openai", "send-grid": "sendgrid", "sap": "sap-s4hana", "zohoCrm": "zoho-crm",
	}
	for name, app := range names {
		if got := c.App(name); got == nil || got != c.Apps[app] {
			t.Errorf("the name %q is not known to be %s", name, app)
		}
	}
}

func TestCatalogueTellsScopesOfBusinessApplications(t *testing.T) {
	c := builtin(t)
	tests := []struct {
		app, scope string
		want       Tier // "" for unknown
	}{
		{"airtable", "enterprise.scim.usersAndGroups:manage", Privileged},
		{"airtable", "data.records:write", ChangeCapable},
		{"anthropic", "org:create_api_key", Privileged},
		{"asana", "default", Privileged},
		{"asana", "team_memberships:read", ReadOnly},
		{"bamboohr", "employee:job.write", Privileged},
		{"box", "manage_managed_users", Privileged},
		{"box", "root_readwrite", ChangeCapable},
		{"confluence", "write:space.permission:confluence", Privileged},
		{"confluence", "write:page:confluence", ChangeCapable},
		{"coupa", "core.user_group.write", Privileged},
		{"coupa", "core.invoice.read", ReadOnly},
		{"docusign", "impersonation", Privileged},
		{"docusign", "signature", ChangeCapable},
		{"dropbox", "team_data.member", Privileged},
		{"dropbox", "files.content.write", ChangeCapable},
		{"dynamics-365", "prvAssignRole", Privileged},
		{"freshservice", "freshservice.requesters.manage", Privileged},
		{"gmail", "https://www.googleapis.com/auth/gmail.settings.sharing", Privileged},
		{"gmail", "gmail.send", ChangeCapable},
		{"google-drive", "drive.readonly", ReadOnly},
		{"imap", "a", Privileged},
		{"intercom", "Read admins", ReadOnly},
		{"kafka", "ClusterAction", Privileged},
		{"kafka", "Write", ChangeCapable},
		{"marketo", "Read-Write Lead", ChangeCapable},
		{"microsoft-teams", "https://graph.microsoft.com/TeamMember.ReadWrite.All", Privileged},
		{"monday", "users:write", Privileged},
		{"mongodb", "grantRole", Privileged},
		{"mssql", "ALTER ANY LOGIN", Privileged},
		{"mysql", "grant option", Privileged},
		{"mysql", "CREATE USER", Privileged},
		{"mysql", "SELECT", ReadOnly},
		{"openai", "api.management.write", Privileged},
		{"oracle-database", "GRANT ANY ROLE", Privileged},
		{"oracle-database", "CREATE SESSION", ReadOnly},
		{"pipedrive", "admin", Privileged},
		{"pipedrive", "deals:full", ChangeCapable},
		{"redis", "+@admin", Privileged},
		{"sap-s4hana", "SAP_COM_0193", Privileged},
		{"sendgrid", "api_keys.create", Privileged},
		{"sendgrid", "mail.send", ChangeCapable},
		{"sharepoint", "Sites.FullControl.All", Privileged},
		{"shopify", "read_users", ReadOnly},
		{"shopify", "write_orders", ChangeCapable},
		{"shopify", "write_spells", ""},
		{"stripe", "read_only", ReadOnly},
		{"trello", "write", ChangeCapable},
		{"twilio", "role-assignments/create", Privileged},
		{"workday", "Organizations and Roles", Privileged},
		{"workday", "Tenant Non-Configurable", ""},
		{"xero", "accounting.transactions", ChangeCapable},
		{"zendesk", "users:write", Privileged},
		{"zendesk", "tickets:write", ChangeCapable},
		{"zoho-crm", "ZohoCRM.settings.profiles.UPDATE", Privileged},
		{"zoom", "user:write:admin", Privileged},
		{"zoom", "meeting:write", ChangeCapable},
	}
	for _, tt := range tests {
		got, ok := c.ScopePower(tt.app, tt.scope)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("%s scope %q counts as %q (known: %t), want %q", tt.app, tt.scope, got, ok, tt.want)
		}
	}
}

func TestCatalogueTellsRolesOfBusinessApplications(t *testing.T) {
	c := builtin(t)
	tests := []struct {
		app, role string
		want      Tier
	}{
		{"anthropic", "workspace_developer", Privileged},
		{"dynamics-365", "System Administrator", Privileged},
		{"dynamics-365", "Service Reader", ReadOnly},
		{"google-drive", "reader", ReadOnly},
		{"mailchimp", "Viewer", ReadOnly},
		{"mongodb", "userAdminAnyDatabase", Privileged},
		{"mongodb", "readWrite", ChangeCapable},
		{"mssql", "db_securityadmin", Privileged},
		{"mssql", "db_datareader", ReadOnly},
		{"oracle-database", "dba", Privileged},
		{"rabbitmq", "policymaker", Privileged},
		{"sap-s4hana", "SAP_ALL", Privileged},
		{"stripe", "Developer", Privileged},
		{"xero", "a role of our own", ""},
		{"zendesk", "Admin", Privileged},
		{"zendesk", "agent", ChangeCapable},
	}
	for _, tt := range tests {
		got, ok := c.RolePower(tt.app, tt.role)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("%s role %q counts as %q (known: %t), want %q", tt.app, tt.role, got, ok, tt.want)
		}
	}
}

func TestCatalogueTellsOperationsOfBusinessApplications(t *testing.T) {
	c := builtin(t)
	grants, revokes, modifies := Effect{Privileged, "grant"}, Effect{Privileged, "revoke"}, Effect{Privileged, "modify"}
	changes, reads, unknown := Effect{ChangeCapable, "none"}, Effect{ReadOnly, "none"}, Effect{}
	tests := []struct {
		app, operation string
		want           Effect
	}{
		{"adp", "worker.hire", grants},
		{"bambooHr", "employee:create", grants},
		{"box", "folder:share", grants},
		{"docusign", "envelope:send", changes},
		{"dynamics-365", "account:create", changes},
		{"dynamics-365", "systemuser:create", grants},
		{"email-send", "email:send", changes},
		{"freshservice", "agent:delete", revokes},
		{"ftp", "download", reads},
		{"gmail", "message:send", changes},
		{"googleDrive", "file:share", grants},
		{"google-sheets", "sheet:read", reads},
		{"intercom", "user:create", changes},
		{"kafka", "run", changes},
		{"microsoftTeams", "chatMember:add", grants},
		{"microsoft-sql", "insert", changes},
		{"mongo-db", "document:aggregate", changes},
		{"sap", "BAPI_USER_ACTGROUPS_ASSIGN", grants},
		{"stripe", "token:create", changes},
		{"trello", "boardMember:remove", revokes},
		{"workday", "Human_Resources:Update_Workday_Account", modifies},
		{"zendesk", "ticket:update", changes},
		{"zendesk", "user:update", modifies},
		// What a free query does, nobody knows.
		{"my-sql", "database:executeQuery", unknown},
		{"microsoft-sql", "executeQuery", unknown},
		{"oracle-database", "database:execute", unknown},
	}
	for _, tt := range tests {
		got, ok := c.OperationEffect(tt.app, tt.operation)
		if got != tt.want || ok != (tt.want != unknown) {
			t.Errorf("%s operation %q has the effect %+v (known: %t), want %+v", tt.app, tt.operation, got, ok, tt.want)
		}
	}
}

func TestCatalogueTellsRequestsToBusinessApplicationsThatRuleAccess(t *testing.T) {
	c := builtin(t)
	rules := Effect{Power: Privileged, Access: "modify"}
	changes := Effect{Power: ChangeCapable}
	tests := map[string]Effect{
		"POST api.airtable.com/v0/meta/bases/appX/collaborators":                         rules,
		"PATCH api.airtable.com/v0/appX/Orders":                                          changes,
		"POST api.anthropic.com/v1/organizations/invites":                                rules,
		"POST api.anthropic.com/v1/messages":                                             changes,
		"POST api.box.com/2.0/collaborations":                                            rules,
		"POST api.dropboxapi.com/2/team/members/add_v2":                                  rules,
		"POST api.dropboxapi.com/2/files/delete_v2":                                      changes,
		"POST api.openai.com/v1/organization/admin_api_keys":                             rules,
		"POST api.sendgrid.com/v3/api_keys":                                              rules,
		"POST api.sendgrid.com/v3/mail/send":                                             changes,
		"PUT acme.zendesk.com/api/v2/users/1.json":                                       rules,
		"PUT acme.zendesk.com/api/v2/tickets/1.json":                                     changes,
		"POST acme.atlassian.net/wiki/rest/api/group":                                    rules,
		"POST api.adp.com/events/hr/v1/worker.hire":                                      rules,
		"POST wd2-impl-services1.workday.com/ccx/service/acme/Human_Resources/v44.0":     rules,
		"POST acme.api.crm.dynamics.com/api/data/v9.2/systemusers":                       rules,
		"POST www.googleapis.com/drive/v3/files/1/permissions":                           rules,
		"POST gmail.googleapis.com/gmail/v1/users/me/settings/delegates":                 rules,
		"POST gmail.googleapis.com/gmail/v1/users/me/messages/send":                      changes,
		"POST graph.microsoft.com/v1.0/teams/1/members":                                  rules,
		"POST graph.microsoft.com/v1.0/teams/1/channels/2/messages":                      changes,
		"POST cloud.mongodb.com/api/atlas/v2/groups/1/databaseUsers":                     rules,
		"POST api.twilio.com/2010-04-01/Accounts/AC1/Keys.json":                          rules,
		"POST api.twilio.com/2010-04-01/Accounts/AC1/Messages.json":                      changes,
		"POST my300000-api.s4hana.cloud.sap/sap/bc/srt/scs_ext/sap/managebusinessuserin": rules,
		"POST api4.successfactors.com/odata/v2/upsert":                                   rules,
		"DELETE api.xero.com/connections/1":                                              rules,
		"POST acme.sharepoint.com/sites/hr/_api/web/roleassignments/addroleassignment":   rules,
		"POST acme.sharepoint.com/sites/hr/_api/web/lists/getbytitle('Orders')/items":    changes,
		"POST www.zohoapis.eu/crm/v7/settings/roles":                                     rules,
		"POST api.trello.com/1/cards":                                                    changes,
		"PUT api.trello.com/1/boards/1/members/2":                                        rules,
		"POST acme.freshservice.com/api/v2/requester_groups/1/members/2":                 rules,
		"POST acme.docusign.net/restapi/v2.1/accounts/1/users":                           rules,
		"POST acme.docusign.net/restapi/v2.1/accounts/1/envelopes":                       changes,
	}
	for request, want := range tests {
		if got, ok := c.OperationEffect("http", request); got != want || !ok {
			t.Errorf("%s has the effect %+v (known: %t), want %+v", request, got, ok, want)
		}
	}
}

func TestCatalogueTellsWildcardsOfBusinessApplications(t *testing.T) {
	c := builtin(t)
	for _, s := range [][2]string{
		{"asana", "default"}, {"kafka", "All"}, {"mongodb", "anyAction"}, {"mssql", "CONTROL SERVER"},
		{"mysql", "ALL PRIVILEGES"}, {"oracle-database", "SYSDBA"}, {"redis", "+@all"}, {"sap-s4hana", "SAP_ALL"}, {"stripe", "read_write"},
	} {
		if !c.IsWildcard(s[0], s[1]) {
			t.Errorf("%s scope %q is no wildcard, it grants everything", s[0], s[1])
		}
		if got, _ := c.ScopePower(s[0], s[1]); got != Privileged {
			t.Errorf("%s scope %q grants everything and counts as %q", s[0], s[1], got)
		}
	}
	for _, s := range [][2]string{{"dynamics-365", "user_impersonation"}, {"box", "root_readwrite"}, {"trello", "write"}} {
		if c.IsWildcard(s[0], s[1]) {
			t.Errorf("%s scope %q is a wildcard, it names what it grants", s[0], s[1])
		}
	}
}

// Applications of one vendor share scopes: one scope must not count as more in
// one of them than in another.
func TestCatalogueCountsAScopeTheSameInEveryApplicationOfItsVendor(t *testing.T) {
	c := builtin(t)
	families := map[string][]string{
		"google-workspace": {"gmail", "google-calendar", "google-drive", "google-sheets"},
		"microsoft-graph":  {"microsoft-teams", "onedrive", "outlook", "sharepoint"},
	}
	for whole, parts := range families {
		shared := 0
		for _, part := range parts {
			for scope, tier := range c.Apps[part].Scopes {
				want, ok := c.Apps[whole].Scopes[scope]
				if ok {
					shared++
				}
				if ok && want != tier {
					t.Errorf("scope %q is %s in %s and %s in %s", scope, tier, part, want, whole)
				}
			}
		}
		if shared == 0 {
			t.Errorf("no scope of %s is shared with %v", whole, parts)
		}
	}
}
