package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/rollcall-dev/rollcall/reconcile"
)

func newDiff() *cobra.Command {
	var f fleetFlags
	c := &cobra.Command{
		Use:   "diff",
		Short: "compare the registry with the live tenants and show the plan; nothing is done",
		Long: `Compare what the registry declares with what is live, and print the plan that
the daemon would carry out. Nothing is done: this command is built without the
ability to write.

Exit code 1 says that there is drift, 2 that a tenant could not be read.`,
		Example: `  rollcall diff
  rollcall diff --tenant n8n-prod --format json
  rollcall diff --registry .    what the files here would do, before they are merged`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			ctx := c.Context()
			fl, err := f.open(ctx, "look.git")
			if err != nil {
				return err
			}
			defer func() { err = fl.hide(err) }()
			if err := errors.Join(fl.fresh(ctx, c.ErrOrStderr()), fl.known(ctx)); err != nil {
				return err
			}
			kept, err := fl.view(ctx)
			if err != nil {
				return err
			}
			if kept != nil {
				defer func() { err = errors.Join(err, kept.Close()) }()
			}
			done := slow(c.ErrOrStderr(), "reading %d tenants", len(fl.names))
			outcomes, failure := fl.each(ctx, func(ctx context.Context, name string) (reconcile.Outcome, error) {
				return fl.reconciler(name, kept).Look(ctx)
			})
			done()
			if failure != nil {
				return failure
			}
			return f.show(c.OutOrStdout(), outcomes)
		},
	}
	f.add(c)
	f.addFormat(c)
	return c
}

// show writes the plans, and what was done about them. The error tells the
// exit code.
func (f *fleetFlags) show(w io.Writer, outcomes []reconcile.Outcome) error {
	drift, unread := false, 0
	for i, o := range outcomes {
		drift = drift || remains(o)
		if o.Unreadable != "" {
			unread++
		}
		if err := f.showOne(w, o, i > 0); err != nil {
			return err
		}
	}
	switch {
	case unread > 0:
		return fmt.Errorf("%d of %d tenants could not be read", unread, len(outcomes))
	case drift:
		return errFindings
	}
	return nil
}

func (f *fleetFlags) showOne(w io.Writer, o reconcile.Outcome, more bool) error {
	if f.format == "json" {
		return json.NewEncoder(w).Encode(struct {
			Plan       reconcile.Plan  `json:"plan"`
			Digest     string          `json:"digest"`
			Acts       []reconcile.Act `json:"acts,omitempty"`
			Unreadable string          `json:"unreadable,omitempty"`
			Unproposed string          `json:"unproposed,omitempty"`
		}{o.Plan, o.Plan.Digest(), append(o.Resolved, o.Acts...), o.Unreadable, o.Unproposed})
	}
	if more {
		fmt.Fprintln(w)
	}
	if err := o.Plan.Text(w); err != nil {
		return err
	}
	sayProposals(w, o)
	return sayActs(w, o)
}

func sayActs(w io.Writer, o reconcile.Outcome) error {
	for _, a := range o.Resolved {
		fmt.Fprintf(w, "\nleft open by an earlier run: %s %s: %s\n", a.Action.Verb, subjectOf(a.Action), a.Result)
	}
	for i, a := range o.Acts {
		if i == 0 {
			fmt.Fprintln(w, "\ndone:")
		}
		fmt.Fprintf(w, "  %s %s: %s", a.Action.Verb, subjectOf(a.Action), a.Result)
		if a.Reason != "" {
			fmt.Fprintf(w, " (%s)", oneLine(a.Reason))
		}
		fmt.Fprintln(w)
		if a.Receipt.Undo != "" {
			fmt.Fprintf(w, "    to take it back: %s\n", oneLine(a.Receipt.Undo))
		}
	}
	return nil
}

// remains tells whether drift is left after what was done.
func remains(o reconcile.Outcome) bool {
	done := map[string]bool{}
	for _, a := range o.Acts {
		done[a.Action.ID] = a.Result == reconcile.Done
	}
	for _, a := range o.Plan.Actions {
		if !done[a.ID] && !(a.With != "" && done[a.With]) {
			return true
		}
	}
	return false
}

func subjectOf(a reconcile.Action) string {
	name := a.Drift.Identity
	if name == "" {
		name = fmt.Sprintf("%s %s", a.Drift.Kind, a.Drift.Name)
	}
	return oneLine(name)
}
