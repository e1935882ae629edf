package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rollcall-dev/rollcall/internal/store"
	"github.com/rollcall-dev/rollcall/reconcile"
)

// historyFlags are those of the commands that read what passes remember.
type historyFlags struct {
	config  string
	format  string
	tenants []string
}

func (f *historyFlags) add(c *cobra.Command) {
	addConfigFlag(c.Flags(), &f.config)
	c.Flags().StringSliceVarP(&f.tenants, "tenant", "t", nil, "only this tenant; may be given again (default: all of the configuration)")
	addTenantFormat(c, &f.format)
}

// each calls a function with what is remembered of every tenant, by name; the
// zero history is that of one that was never called.
func (f *historyFlags) each(ctx context.Context, do func(name string, h reconcile.History) error) (err error) {
	if err := knownFormat(f.format); err != nil {
		return err
	}
	cfg, err := loadConfig(f.config)
	if err != nil {
		return err
	}
	names, err := tenantsOf(cfg, f.tenants)
	if err != nil {
		return err
	}
	db, err := openState(ctx, cfg, store.View)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for _, name := range names {
		body, err := db.History(ctx, name)
		if err != nil {
			return err
		}
		h, err := reconcile.ReadHistory(body)
		if err == nil {
			err = do(name, h)
		}
		if err != nil {
			return fmt.Errorf("tenant %s: %w", name, err)
		}
	}
	return nil
}

// A tenantStatus is how a tenant stands.
type tenantStatus struct {
	Tenant   string                  `json:"tenant"`
	Pass     time.Time               `json:"lastPass,omitzero"` // that could read the tenant
	Behind   float64                 `json:"lagSeconds,omitempty"`
	Commit   string                  `json:"commit,omitempty"`
	Declared int                     `json:"declared"`
	Drift    map[reconcile.Class]int `json:"drift,omitempty"`
	Last     reconcile.Last          `json:"plan,omitzero"`
	Pauses   []reconcile.Pause       `json:"pauses,omitempty"`
	Asked    *reconcile.Approval     `json:"asked,omitempty"`
	Accepted int                     `json:"accepted,omitempty"`
	Windows  []reconcile.Window      `json:"windows,omitempty"` // open, or owed a review
}

func statusOf(name string, h reconcile.History, now time.Time) tenantStatus {
	s := tenantStatus{Tenant: name, Pass: h.At, Commit: h.Commit, Declared: h.Declared, Last: h.Last, Pauses: h.Pauses, Asked: h.Asked, Accepted: len(h.Accepted), Drift: map[reconcile.Class]int{}}
	for _, w := range h.Windows {
		s.Windows = append(s.Windows, w.At(now))
	}
	if !h.At.IsZero() {
		s.Behind = now.Sub(h.At).Round(time.Second).Seconds()
	}
	for _, x := range standings(h) {
		s.Drift[x.Drift.Class]++
	}
	return s
}

func newStatus() *cobra.Command {
	var from historyFlags
	c := &cobra.Command{
		Use:   "status",
		Short: "say how each tenant stands: last pass, drift, held plans, pauses",
		Long: `Say for each tenant when a pass could last read it and how long ago that is, what
drift stands, whether its reverts are held or paused and why, and which plan
waits for somebody's approval. It reads the daemon's state alone.

Exit code 1 says that drift stands or a tenant was not read yet.`,
		Example: `  rollcall status
  rollcall status --tenant n8n-prod --format json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			wrong := false
			err := from.each(c.Context(), func(name string, h reconcile.History) error {
				s := statusOf(name, h, time.Now())
				wrong = wrong || len(s.Drift) > 0 || s.Pass.IsZero()
				if from.format == "json" {
					text, err := json.Marshal(s)
					if err == nil {
						_, err = fmt.Fprintf(c.OutOrStdout(), "%s\n", text)
					}
					return err
				}
				s.text(c.OutOrStdout())
				return nil
			})
			if err == nil && wrong {
				return errFindings
			}
			return err
		},
	}
	from.add(c)
	return c
}

func (s tenantStatus) text(w io.Writer) {
	fmt.Fprintf(w, "%s: ", s.Tenant)
	if s.Pass.IsZero() {
		fmt.Fprint(w, "never read yet")
	} else {
		fmt.Fprintf(w, "last read %s, %s ago", s.Pass.UTC().Format(time.RFC3339), time.Duration(s.Behind)*time.Second)
	}
	if s.Commit != "" {
		fmt.Fprintf(w, ", at commit %.12s", s.Commit)
	}
	fmt.Fprintf(w, ", %d declared\n", s.Declared)
	var parts []string
	for _, class := range slices.Sorted(maps.Keys(s.Drift)) {
		parts = append(parts, fmt.Sprintf("%d %s", s.Drift[class], class))
	}
	if parts == nil {
		parts = []string{"none"}
	}
	fmt.Fprintf(w, "  drift: %s\n", strings.Join(parts, ", "))
	for _, p := range s.Pauses {
		fmt.Fprintf(w, "  paused by %s since %s: %s\n", oneLine(p.By), p.At.UTC().Format(time.RFC3339), oneLine(p.Reason))
	}
	for _, window := range s.Windows {
		fmt.Fprintf(w, "  %s\n", sayWindow(window))
	}
	if s.Last.Held != "" && s.Last.Reverts > 0 {
		fmt.Fprintf(w, "  held: %s\n", oneLine(s.Last.Held))
	}
	switch {
	case s.Asked != nil && s.Asked.Plan == s.Last.Plan:
		fmt.Fprintf(w, "  %s asks to let plan %s through: %s; somebody else approves it with \"rollcall plan approve %s --tenant %s\"\n",
			oneLine(s.Asked.Asked), s.Asked.Plan, oneLine(s.Asked.Reason), s.Asked.Plan, s.Tenant)
	case s.Last.Limit:
		fmt.Fprintf(w, "  to let it through once: rollcall plan ask %s --tenant %s\n", s.Last.Plan, s.Tenant)
	}
	if s.Accepted > 0 {
		fmt.Fprintf(w, "  accepted for a while: %d (rollcall drift list)\n", s.Accepted)
	}
}
