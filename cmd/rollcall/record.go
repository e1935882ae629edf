package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/rollcall-dev/rollcall/evidence"
	"github.com/rollcall-dev/rollcall/reconcile"
)

// recorder puts what the reconciler does into the evidence log.
type recorder struct{ log *evidence.Log }

func (r recorder) Append(rec reconcile.Record) (string, error) {
	data, err := json.Marshal(struct {
		Summary string `json:"summary"`
		reconcile.RecordData
	}{summaryOfRecord(rec), rec.Data})
	if err != nil {
		return "", fmt.Errorf("write the %s as JSON: %w", rec.Kind, err)
	}
	receipt, err := r.log.Append(evidence.Entry{
		Time: rec.Time, Kind: evidence.Kind(rec.Kind), Tenant: rec.Tenant, Identity: rec.Identity,
		Act: rec.Act, Commit: rec.Commit, Actor: rec.Approver, Data: data,
	})
	if err != nil {
		return "", err
	}
	return strconv.FormatUint(receipt.Index, 10), nil
}

// summaryOfRecord is one line of what a record tells, for lists.
func summaryOfRecord(rec reconcile.Record) string {
	d := rec.Data
	switch {
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
