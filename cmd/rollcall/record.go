package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/rollcall-dev/rollcall/evidence"
	"github.com/rollcall-dev/rollcall/internal/secret"
	"github.com/rollcall-dev/rollcall/internal/store"
	"github.com/rollcall-dev/rollcall/reconcile"
)

// recorder makes evidence of what the reconciler does. put returns when the
// entry is durable.
type recorder struct {
	put func(evidence.Entry) (ref string, err error)
}

func (r recorder) Append(rec reconcile.Record) (string, error) {
	data, err := json.Marshal(struct {
		Summary string `json:"summary"`
		reconcile.RecordData
	}{summaryOfRecord(rec), rec.Data})
	if err != nil {
		return "", fmt.Errorf("write the %s as JSON: %w", rec.Kind, err)
	}
	return r.put(evidence.Entry{
		Time: rec.Time, Kind: evidence.Kind(rec.Kind), Tenant: rec.Tenant, Identity: rec.Identity,
		Act: rec.Act, Commit: rec.Commit, Actor: rec.Approver, Data: data,
	})
}

// A keeper is the state, into which no secret of the configuration goes even
// where a tenant shows one: as the name of a thing, say.
type keeper struct {
	*store.DB
	redactor *secret.Redactor
}

// SaveObservation keeps what was seen, without secrets.
func (k keeper) SaveObservation(ctx context.Context, name string, at time.Time, body []byte) error {
	if k.redactor.Contains(body) {
		body = []byte(k.redactor.Redact(string(body)))
	}
	return k.DB.SaveObservation(ctx, name, at, body)
}

// summaryOfRecord is one line of what a record tells, for lists.
func summaryOfRecord(rec reconcile.Record) string {
	d := rec.Data
	switch {
	case d.Order != nil && d.Reason != "":
		return fmt.Sprintf("%s by %s refused: %s", d.Order.Kind, d.Order.By, d.Reason)
	case d.Order != nil:
		return strings.TrimSuffix(fmt.Sprintf("%s by %s: %s", d.Order.Kind, d.Order.By, d.Order.Reason), ": ")
	case d.Proposal != nil:
		return strings.TrimSuffix(fmt.Sprintf("to %s, in branch %s: %s", d.Proposal.Title, d.Proposal.Branch, d.Reason), ": ")
	case d.Plan != nil:
		return planSummary(*d.Plan)
	case d.Action != nil && d.Result != "":
		return fmt.Sprintf("%s: %s", d.Action.Verb, d.Result)
	case d.Action != nil:
		return fmt.Sprintf("%s, because %s", d.Action.Verb, d.Action.Drift.Message)
	}
	return d.Reason
}

func planSummary(p reconcile.RecordedPlan) string {
	var parts []string
	for _, v := range []reconcile.Verb{reconcile.DoSuspend, reconcile.DoRevoke, reconcile.DoResume, reconcile.DoRestore, reconcile.DoWait, reconcile.DoPropose, reconcile.DoFlag} {
		if n := p.Counts[v]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d to %s", n, v))
		}
	}
	if len(parts) == 0 {
		parts = []string{"no drift"}
	}
	if p.Held != "" {
		parts = append(parts, "held: "+p.Held)
	}
	return strings.Join(parts, ", ")
}
