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
	"github.com/spf13/pflag"

	"github.com/rollcall-dev/rollcall/internal/config"
	"github.com/rollcall-dev/rollcall/internal/jobs"
	"github.com/rollcall-dev/rollcall/internal/store"
	"github.com/rollcall-dev/rollcall/reconcile"
)

// orderFlags are those of the commands that tell the reconciler something. They
// reach no tenant and need no credential; a daemon may be running.
type orderFlags struct {
	config  string
	tenants []string
	by      string
	reason  string
}

func (f *orderFlags) add(flags *pflag.FlagSet) {
	addConfigFlag(flags, &f.config)
	flags.StringSliceVarP(&f.tenants, "tenant", "t", nil, "only this tenant; may be given again (default: all of the configuration)")
	flags.StringVar(&f.by, "by", whoami(), "who orders it, for the evidence")
	flags.StringVar(&f.reason, "reason", "", "why, for the evidence and for those who wonder")
}

// give keeps an order for each of the tenants and wakes a daemon that runs; the
// next pass obeys it.
func (f *orderFlags) give(ctx context.Context, o reconcile.Order) (names []string, err error) {
	o.By, o.At = f.by, time.Now().UTC()
	o.Reason = f.reason
	if o.By == "" {
		return nil, errors.New("say who orders it: --by")
	}
	cfg, err := loadConfig(f.config)
	if err != nil {
		return nil, err
	}
	if names, err = tenantsOf(cfg, f.tenants); err != nil {
		return nil, err
	}
	db, err := openState(ctx, cfg, store.Join)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	body, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("write the order: %w", err)
	}
	for _, name := range names {
		if err := db.Order(ctx, name, body); err != nil {
			return nil, err
		}
	}
	if err := jobs.Ask(ctx, db, names...); err != nil {
		return nil, err
	}
	return names, nil
}

// tenantsOf are the tenants that are named, or all of the configuration.
func tenantsOf(cfg *config.Config, named []string) ([]string, error) {
	all := slices.Sorted(maps.Keys(cfg.Tenants))
	if len(named) == 0 {
		return all, nil
	}
	for _, name := range named {
		if _, ok := cfg.Tenants[name]; !ok {
			return nil, fmt.Errorf("the configuration has no tenant %q; it has %s", name, strings.Join(all, ", "))
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(named))), nil
}

func ordered(w io.Writer, names []string, what string) error {
	_, err := fmt.Fprintf(w, "%s: %s; the next pass obeys, and the evidence says what came of it\n", strings.Join(names, ", "), what)
	return err
}

func newPause() *cobra.Command {
	var f orderFlags
	var until string
	var length time.Duration
	c := &cobra.Command{
		Use:   "pause",
		Short: "stop all reverts in a tenant, or in all",
		Long: `Stop all reverts, at once: a pass that runs writes nothing more. Drift is seen and
told as before. The pause ends by itself with --for or --until, or by
"rollcall resume"; who paused, why and until when is in the evidence.`,
		Example: `  rollcall pause --reason "migration tonight" --for 8h
  rollcall pause --tenant n8n-prod --reason "incident 4711"`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if f.reason == "" {
				return errors.New("say why: --reason")
			}
			o := reconcile.Order{Kind: reconcile.OrderPause}
			end, err := moment(until)
			switch {
			case err != nil:
				return err
			case length < 0, !end.IsZero() && end.Before(time.Now()):
				return errors.New("the pause would be over already; name a later time")
			case length > 0:
				end = time.Now().Add(length)
			}
			o.Until = end.UTC()
			if end.IsZero() {
				o.Until = time.Time{}
			}
			names, err := f.give(c.Context(), o)
			if err != nil {
				return err
			}
			what := "reverts are paused until somebody resumes them"
			if !o.Until.IsZero() {
				what = "reverts are paused until " + o.Until.Format(time.RFC3339)
			}
			return ordered(c.OutOrStdout(), names, what)
		},
	}
	f.add(c.Flags())
	c.Flags().StringVar(&until, "until", "", "when it ends: YYYY-MM-DD for the end of that day, or a time like 2026-11-24T22:00:00Z")
	c.Flags().DurationVar(&length, "for", 0, "how long it lasts, like 8h")
	apart(c, []string{"until", "for"})
	return c
}

func newResume() *cobra.Command {
	var f orderFlags
	c := &cobra.Command{
		Use:   "resume",
		Short: "end what \"rollcall pause\" began",
		Long: `End every pause that people ordered. What the policy, a change window or the
configuration holds back stays held back.`,
		Example: `  rollcall resume --tenant n8n-prod --reason "incident 4711 is over"`,
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			names, err := f.give(c.Context(), reconcile.Order{Kind: reconcile.OrderResume})
			if err != nil {
				return err
			}
			return ordered(c.OutOrStdout(), names, "reverts go on")
		},
	}
	f.add(c.Flags())
	return c
}
