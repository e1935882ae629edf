package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/rollcall-dev/rollcall/evidence"
)

// driftIsSetBack makes every drift of n8n's, through n8n itself, and looks
// through n8n itself at what became of it.
func driftIsSetBack(t *testing.T, h *house) {
	ctx, n := t.Context(), h.test
	only := []string{"--config", h.config(), "--tenant", n.name}
	rollcall(t, exitFine, append([]string{"reconcile"}, only...)...) // what is in order is remembered
	n.call(t, http.StatusForbidden)

	side, err := n.live(ctx, n.nightly("Side door", "CRM admin", "POST"))
	ok(t, err)
	ok(t, n.owner.UpdateWorkflow(ctx, n.flows["Stock sync"], n.nightly("Stock sync", "CRM admin", "GET"), true))
	ok(t, n.owner.UpdateWorkflow(ctx, n.flows["Orders in"], n.hook("none"), true))
	ok(t, n.owner.Deactivate(ctx, n.flows["Lead import"]))
	ok(t, n.owner.UpdateWorkflow(ctx, n.flows["Nightly report"], n.nightly("Nightly report", "CRM admin", "GET"), false))
	ok(t, n.server.RaiseRole(ctx, member, "global:admin"))
	n.call(t, http.StatusOK) // anyone may call it now

	out, _ := rollcall(t, exitFindings, append([]string{"diff"}, only...)...)
	says(t, out,
		`undeclared workflow "Side door"`,
		`workflow "n8n-test/stock-sync"`, `uses are "n8n-test/crm-admin" in the tenant and "n8n-test/crm-stock" in the registry`,
		`webhook "n8n-test/orders"`, `auth is "none" in the tenant and "header" in the registry`,
		`workflow "n8n-test/lead-import"`, `state is "disabled" in the tenant and "enabled" in the registry`,
		`workflow "n8n-test/nightly-report"`, "draft",
		`role is "global:admin" in the tenant and "global:member" in the registry`,
	)

	rollcall(t, exitFindings, append([]string{"reconcile"}, only...)...) // cannot write
	if !n.workflow(t, side).Active {
		t.Error("a pass without --revert wrote to the tenant")
	}
	out, _ = rollcall(t, exitFindings, append([]string{"reconcile", "--revert"}, only...)...)
	says(t, out, "done:")

	n.call(t, http.StatusForbidden)
	if n.workflow(t, side).Active {
		t.Error("the undeclared workflow still runs")
	}
	if !n.workflow(t, n.flows["Lead import"]).Active {
		t.Error("the declared workflow that was stopped does not run again")
	}
	if got := n.runs(t, "Stock sync"); !strings.Contains(got, n.credentials["CRM stock"]) || strings.Contains(got, n.credentials["CRM admin"]) {
		t.Errorf("what runs of Stock sync does not use its own credential again: %s", got)
	}
	if got := n.runs(t, "Nightly report"); !strings.Contains(got, n.credentials["CRM report"]) {
		t.Errorf("what runs of Nightly report was touched, and only its draft had changed: %s", got)
	}
	if w := n.workflow(t, n.flows["Nightly report"]); w.VersionID == w.ActiveVersionID {
		t.Error("the draft of Nightly report is gone, and nothing of ours may write to drafts")
	}
	inEvidence(t, h, side)

	// What cannot be set back is flagged until people have mended it.
	out, _ = rollcall(t, exitFindings, append([]string{"diff"}, only...)...)
	says(t, out, "global:admin", `"n8n-test/nightly-report"`)
	ok(t, n.server.RaiseRole(ctx, member, "global:member"))
	ok(t, n.owner.UpdateWorkflow(ctx, n.flows["Nightly report"], n.nightly("Nightly report", "CRM report", "GET"), true))
	ok(t, n.owner.UpdateWorkflow(ctx, n.flows["Stock sync"], n.nightly("Stock sync", "CRM stock", "GET"), true))
	ok(t, n.owner.UpdateWorkflow(ctx, n.flows["Orders in"], n.hook("headerAuth"), true))
	out, _ = rollcall(t, exitFine, append([]string{"diff"}, only...)...)
	says(t, out, "no drift")
}

// runs are the nodes of what runs of a workflow, as n8n tells them.
func (n *instance) runs(t *testing.T, name string) string {
	t.Helper()
	var w struct {
		ActiveVersion struct{ Nodes json.RawMessage }
	}
	ok(t, n.owner.Call(t.Context(), http.MethodGet, "/api/v1/workflows/"+n.flows[name], nil, &w))
	return string(w.ActiveVersion.Nodes)
}

// inEvidence looks for the intent and the outcome of each act, and for what
// must never be there.
func inEvidence(t *testing.T, h *house, side string) {
	t.Helper()
	out, _ := rollcall(t, exitFine, "evidence", "verify", "--config", h.config())
	says(t, out, "the log holds")
	out, _ = rollcall(t, exitFine, "evidence", "list", "--json", "--config", h.config())
	done := map[string]int{}
	for line := range strings.Lines(out) {
		var r evidence.Record
		ok(t, json.Unmarshal([]byte(line), &r))
		var data struct {
			Result string
			Undo   string
			Action struct {
				Drift struct{ Identity, ObjectID string }
			}
		}
		ok(t, json.Unmarshal(r.Entry.Data, &data))
		subject := data.Action.Drift.Identity
		if subject == "" {
			subject = data.Action.Drift.ObjectID
		}
		switch r.Entry.Kind {
		case evidence.Intent:
			done[subject]++
		case evidence.Outcome:
			if data.Result != "done" || data.Undo == "" {
				t.Errorf("the outcome of %s is %q, and its undo %q", subject, data.Result, data.Undo)
			}
			done[subject] += 10
		}
	}
	for _, subject := range []string{side, "n8n-test/stock-sync", "n8n-test/lead-import"} {
		if done[subject] != 11 {
			t.Errorf("the evidence does not have one intent and one outcome of %s: %v", subject, done)
		}
	}
	if done["n8n-test/orders"]+done["n8n-test/orders-in"] != 11 {
		t.Errorf("the evidence does not have one intent and one outcome of the webhook or its workflow: %v", done)
	}
	for _, secret := range []string{h.test.account.APIKey, h.test.account.Password, "s3cret"} {
		if strings.Contains(out, secret) {
			t.Error("a secret stands in the evidence")
		}
	}
}
