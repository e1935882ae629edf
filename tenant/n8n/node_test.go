package n8n

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-dev/rollcall/tenant"
)

// fixture is a workflow as a real n8n answered it.
func fixture(t *testing.T, name string) *wireWorkflow {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	w := &wireWorkflow{}
	if err := json.Unmarshal(data, w); err != nil {
		t.Fatal(err)
	}
	return w
}

// said is what a workflow with one node alone says of it.
func said(n node) string {
	on := true
	w := &wireWorkflow{ID: "w", Active: &on, ActiveVersionID: versionID{id: "v", told: true}, ActiveVersion: &wireVersion{Nodes: []node{n}}}
	var out []string
	for _, o := range w.objects() {
		for _, t := range o.Triggers {
			out = append(out, strings.TrimSpace("starts "+t.Type+" "+t.Cron))
		}
		for _, u := range o.Uses {
			out = append(out, fmt.Sprintf("uses %s %s", u.Kind, u.ID))
		}
		for _, s := range o.Steps {
			out = append(out, "does "+s.App+" "+s.Operation)
		}
		if o.Kind == webhook {
			out = append(out, fmt.Sprintf("opens %s %s", strings.ReplaceAll(o.Path, n.WebhookID, "ID"), o.Auth))
		}
		for _, f := range o.Unknown {
			out = append(out, "unknown "+string(f))
		}
	}
	return strings.Join(out, "; ")
}

func TestANodeOfTheRealN8nSaysWhatItStartsUsesAndDoes(t *testing.T) {
	const okta, crm, header = "pvuiEcbLNoOhOnbl", "N6qht6X3ZDkMRYUw", "zAMKd1uDXZ2K0lZX"
	want := map[string]string{
		"Daily":          "starts schedule 0 0 * * *",
		"Often":          "starts schedule; starts schedule 15 2 * * 1-5; starts schedule 30 9 * * 1,3",
		"By expression":  "starts schedule; unknown trigger",
		"By hand":        "starts manual",
		"On failure":     "starts error",
		"Called":         "starts workflow",
		"On a push":      "starts event",
		"New mail":       "starts poll",
		"Form":           "starts form; opens ask-us none",
		"Chat":           "starts chat; opens ID/chat n8nUserAuth; unknown auth",
		"Private chat":   "starts chat",
		"MCP":            "starts webhook; opens tools header",
		"In":             "starts webhook; uses connector " + header + "; opens in header",
		"Open":           "starts webhook; opens open/:id none",
		"Switched off":   "",
		"Hold":           "opens webhook-waiting/{?}/go none",
		"Pause":          "",
		"Okta list":      "uses connector " + okta + "; does okta user:getAll",
		"Okta add":       "uses connector " + okta + "; does okta user:create",
		"Okta off":       "",
		"Google add":     "does google-workspace user:create",
		"Group":          "does google-workspace group:delete",
		"Entra":          "does microsoft-graph user:addGroup",
		"IAM":            "does aws-iam user:addToGroup",
		"Any of Okta":    "uses connector " + okta + "; does okta user:{?}; unknown steps",
		"Okta tool":      "uses connector " + okta + "; does okta user:update",
		"Query":          "does postgres database:executeQuery",
		"Call":           "uses connector " + crm + "; does http PUT api.example.com:8443/v1/users",
		"Call with id":   "does http GET api.example.com/v1/users/{?}/roles",
		"Call anything":  "does http POST {?}; unknown steps",
		"Call as Okta":   "uses connector " + okta + "; does okta POST example.com/api/v1/groups",
		"Post to a hook": "does http POST hooks.example.com/services/T0001/B0002/{#a08aecb7}",
		"Script":         "does code run",
		"Fields":         "",
		"Date":           "",
		"Sub":            "uses workflow Ad8w5MKWCQ64FSsb",
		"Any sub":        "unknown uses; unknown steps",
		"Stranger":       "does directory user:promote",
	}
	got := map[string]string{}
	for _, n := range fixture(t, "every-kind-of-node").Nodes {
		got[n.Name] = said(n)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("nodes are told otherwise than they are (-want +got):\n%s", diff)
	}
}

func TestWhatANodeHidesIsNotBelieved(t *testing.T) {
	for name, c := range map[string]struct{ node, want string }{
		"a field in another case": {
			`{"name": "n", "type": "n8n-nodes-base.okta", "typeVersion": 1, "Type": "n8n-nodes-base.set", "Disabled": true,
			  "parameters": {"operation": "delete", "Operation": "get", "Resource": "nothing"}}`,
			"does okta user:delete",
		},
		"a node type that another package borrows": {
			`{"name": "n", "type": "n8n-nodes-other.webhook", "parameters": {"operation": "x"}}`, "does webhook x",
		},
		"an address that browsers read otherwise": {
			`{"name": "n", "type": "n8n-nodes-base.httpRequest", "typeVersion": 4.2, "parameters": {"url": "https://evil.example\\@good.example/x"}}`,
			"does http GET {?}; unknown steps",
		},
		"a path that climbs": {
			`{"name": "n", "type": "n8n-nodes-base.httpRequest", "typeVersion": 4.2, "parameters": {"url": "https://a.example/x/%2e%2e/y"}}`,
			"does http GET a.example/{?}; unknown steps",
		},
		"a host that is worked out": {
			`{"name": "n", "type": "n8n-nodes-base.httpRequest", "typeVersion": 4.2, "parameters": {"url": "=https://a.example{{ $json.x }}/y"}}`,
			"does http GET {?}; unknown steps",
		},
		"a later version of a node": {
			`{"name": "n", "type": "n8n-nodes-base.okta", "typeVersion": 9, "parameters": {}}`,
			"does okta user:getAll; unknown steps",
		},
		"a credential without an id": {
			`{"name": "n", "type": "n8n-nodes-base.okta", "typeVersion": 1, "parameters": {}, "credentials": {"oktaApi": {"id": null, "name": "x"}}}`,
			"does okta user:getAll; unknown uses",
		},
		"parameters of another shape": {
			`{"name": 7, "type": "n8n-nodes-base.okta", "typeVersion": 1, "parameters": [], "credentials": "x", "disabled": "maybe"}`,
			"does okta user:getAll",
		},
		"an authentication that n8n works out": {
			`{"name": "n", "type": "n8n-nodes-base.webhook", "typeVersion": 2, "webhookId": "h", "parameters": {"path": "p", "authentication": "={{ $json.a }}"}}`,
			"starts webhook; opens p {?}; unknown auth",
		},
		"a workflow inside a parameter": {
			`{"name": "n", "type": "n8n-nodes-base.executeWorkflow", "typeVersion": 1.2, "parameters": {"source": "parameter", "workflowJson": "{}"}}`,
			"unknown uses; unknown steps",
		},
	} {
		var n node
		if err := json.Unmarshal([]byte(c.node), &n); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := said(n); got != c.want {
			t.Errorf("%s is told as %q, and it is %q", name, got, c.want)
		}
	}
}

func TestWhatRunsIsToldApartFromItsDraft(t *testing.T) {
	o := fixture(t, "draft-beside-live").objects()[0]
	if got := o.Steps[0].Operation; got != "GET crm.example.com/api/duplicates" || o.Version != "0926b8e3-bfda-4a2a-9d93-c8a2e467973f" {
		t.Errorf("version %s is told to run, with the step %q, which is not what is published", o.Version, got)
	}
	if o.Draft == nil {
		t.Fatal("a draft is there and is not told")
	}
	if got := o.Draft.Steps[0].Operation; got != "DELETE crm.example.com/api/duplicates" || o.Draft.Uses[0].Name != "CRM API (admin)" {
		t.Errorf("the draft is told with the step %q and the credential %q", got, o.Draft.Uses[0].Name)
	}
}

func TestAnArchivedWorkflowDoesNotRun(t *testing.T) {
	w := fixture(t, "draft-beside-live")
	w.IsArchived = true
	if o := w.objects()[0]; o.State != tenant.Disabled || o.Draft != nil {
		t.Errorf("an archived workflow is told to be %s, with the draft %v", o.State, o.Draft)
	}
}

func TestAnErrorWorkflowIsUsed(t *testing.T) {
	w := fixture(t, "every-kind-of-node")
	w.Nodes = nil
	want := []tenant.Ref{{Kind: workflow, ID: "QlnTNri7DnkHVpf9", Via: "settings: error workflow"}}
	if diff := cmp.Diff(want, w.objects()[0].Uses); diff != "" {
		t.Errorf("the workflow that n8n starts on failure is not among the uses (-want +got):\n%s", diff)
	}
}

func TestAnAnswerThatIsNoWorkflowIsRefused(t *testing.T) {
	for _, text := range []string{
		`{}`, `{"id": "a"}`, `{"id": "a", "active": true}`, `{"active": true, "nodes": []}`,
		`{"id": "a", "active": true, "nodes": [], "activeVersionId": "v", "activeVersion": null}`,
		`{"id": "a", "active": true, "nodes": [], "activeVersionId": "v", "activeVersion": {}}`,
	} {
		var s sighted
		if err := json.Unmarshal([]byte(text), &s); err == nil {
			t.Errorf("%s is taken for the workflow %v; what could not be read would count as nothing", text, s)
		}
	}
}
