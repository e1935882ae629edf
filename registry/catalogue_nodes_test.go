package registry

import (
	"fmt"
	"strings"
	"testing"
)

func TestANodesOperationIsJudgedByItsName(t *testing.T) {
	c := builtin(t)
	reads := Effect{ReadOnly, "none"}
	changes := Effect{ChangeCapable, "none"}
	grants, revokes, modifies := Effect{Privileged, "grant"}, Effect{Privileged, "revoke"}, Effect{Privileged, "modify"}
	told := Effect{Power: ChangeCapable} // does what it is told
	var unknown Effect
	for _, tt := range []struct {
		app, operation string
		want           Effect
	}{
		{"airtable", "record:create", changes},
		{"airtable", "record:search", reads},
		{"n8n-nodes-base.airtable", "record:create", changes},
		{"n8n-nodes-base.beeminder", "goal:create", changes},
		{"google-sheets", "sheet:appendOrUpdate", changes},
		{"mongo-db", "document:findOneAndUpdate", changes},
		{"mongo-db", "document:aggregate", unknown}, // a pipeline may end in $out
		{"notion", "databasePage:getAll", reads},
		{"hubspot", "contact:getRecentlyCreatedUpdated", reads},
		{"click-up", "task:member", reads},            // "Get task members"
		{"the-hive-project", "alert:status", changes}, // "Update an alert status"
		{"rocketchat", "subscriptions:read", unknown}, // "Mark a channel as read"
		{"google-drive", "file:share", grants},
		{"google-drive", "file:download", reads},
		{"discord", "member:roleAdd", grants},
		{"discord", "member:ban", revokes},
		{"discord", "message:send", changes},
		{"mattermost", "channel:addUser", grants},
		{"mattermost", "user:deactive", revokes},
		{"matrix", "room:kick", revokes},
		{"zulip", "user:deactivate", revokes},
		{"grafana", "teamMember:add", grants},
		{"bitwarden", "member:updateGroups", modifies},
		{"bitwarden", "collection:update", modifies}, // says who sees which secrets
		{"bitwarden", "collection:get", reads},
		{"freshservice", "agent:create", grants}, // an agent signs in
		{"wordpress", "user:create", grants},
		{"intercom", "user:create", changes},   // a customer
		{"taiga", "userStory:update", changes}, // no user
		{"monday-com", "boardGroup:create", changes},
		{"telegram", "message:sendMediaGroup", changes},
		{"service-now", "tableRecord:create", told}, // sys_user_has_role is a table
		{"odoo", "custom:update", told},
		{"my-sql", "executeQuery", unknown},
		{"my-sql", "database:deleteTable", changes},
		{"aws-lambda", "invoke", unknown},
		{"home-assistant", "service:call", unknown},
		{"totp", "generateSecret", unknown},
		{"execute-command", "run", Effect{Power: Privileged}}, // n8n's key lies on that machine
		{"ssh", "command:execute", told},
		{"code", "run", told},
		{"function", "run", told},
		{"tool-code", "run", told},
		{"graphql", "run", unknown},
		{"read-write-file", "write", changes},
		{"email-send", "run", changes},
		{"airtable", "record:bewitch", unknown},
		{"nobody-knows-it", "user:get", unknown},
	} {
		if got := c.byName(tt.app)[tt.operation]; got != tt.want {
			t.Errorf("%s operation %q has the effect %+v by its name, want %+v", tt.app, tt.operation, got, tt.want)
		}
	}
}

func TestAPublishedFactCountsBeforeAName(t *testing.T) {
	c := builtin(t)
	if e, _ := c.OperationEffect("n8n", "credential:getSchema"); e.Power != ReadOnly {
		t.Errorf("the catalogue says that credential:getSchema reads, and it counts as %+v by its name", e)
	}
	for _, op := range c.Operations("okta") {
		if op.Name == "user:create" && op.ByName {
			t.Error("user:create of okta is told by its name, and the catalogue has a fact of it")
		}
	}
}

func TestHardlyAnyNameIsTakenForLessThanThePublishedFact(t *testing.T) {
	c := builtin(t)
	compared := 0
	var less []string
	for key, a := range c.Apps {
		for op, e := range c.byName(key) {
			fact, ok := a.Operations[op]
			if !ok || e.Power == "" {
				continue
			}
			compared++
			if e.Power.Rank() < fact.Power.Rank() {
				less = append(less, fmt.Sprintf("%s %s is %s by its name and %s in truth", key, op, e.Power, fact.Power))
			}
		}
	}
	if compared < 100 {
		t.Errorf("only %d operations have both a name and a fact; the names of the applications no longer agree", compared)
	}
	if len(less) > compared/50 {
		t.Errorf("the rules in internal/n8nnodes are wrong in %d of %d names; mend them:\n%s", len(less), compared, strings.Join(less, "\n"))
	}
}

func TestWhatRunsCodeIsNeverHarmless(t *testing.T) {
	c := builtin(t)
	for _, app := range []string{"code", "function", "function-item", "ai-transform", "tool-code", "execute-command", "ssh", "mcp-client", "graphql"} {
		for _, op := range c.Operations(app) {
			if e, known := c.OperationEffect(app, op.Name); known && e.Access == "none" && (op.Name == "run" || op.Name == "command:execute") {
				t.Errorf("%s %s counts as one that leaves access alone", app, op.Name)
			}
		}
		if len(c.Operations(app)) == 0 {
			t.Errorf("no operation of %s is listed", app)
		}
	}
}

func TestAnOperationIsKnownInAnyCase(t *testing.T) {
	c := builtin(t)
	for _, tt := range []struct {
		app, operation string
		want           Effect
	}{
		{"n8n-nodes-base.okta", "USER:Create", Effect{Privileged, "grant"}},
		{"airtable", "Record:SEARCH", Effect{ReadOnly, "none"}},
	} {
		if got, _ := c.OperationEffect(tt.app, tt.operation); got != tt.want {
			t.Errorf("%s operation %q has the effect %s, want %s", tt.app, tt.operation, got, tt.want)
		}
	}
}

func BenchmarkNodeOperations(b *testing.B) {
	for b.Loop() {
		if all, _ := readNodeFile(); len(all) == 0 {
			b.Fatal("nothing was read")
		}
	}
}
