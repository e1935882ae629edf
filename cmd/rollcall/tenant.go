package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

func newTenant() *cobra.Command {
	c := &cobra.Command{
		Use:   "tenant",
		Short: "show what was seen in the tenants, now and earlier",
		Long: `The daemon keeps what it saw in each tenant. These commands read its state alone:
they reach no tenant, need no credential, and may run while the daemon does.`,
	}
	c.AddCommand(newTenantList(), newTenantShow())
	return c
}

func newTenantList() *cobra.Command {
	var from stateFlags
	var format string
	c := &cobra.Command{
		Use:   "list",
		Short: "list the tenants that were seen, when, and what could not be read",
		Example: `  rollcall tenant list
  rollcall tenant list --state /var/lib/rollcall/state.db --format json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if err := knownFormat(format); err != nil {
				return err
			}
			ctx := c.Context()
			db, err := from.view(ctx)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, db.Close()) }()
			names, err := db.Observed(ctx)
			if err != nil {
				return err
			}
			for _, name := range names {
				s, _, err := sightOf(ctx, db, name, time.Time{})
				if err == nil {
					err = s.line(c.OutOrStdout(), format == "json")
				}
				if err != nil {
					return err
				}
			}
			if len(names) == 0 {
				fmt.Fprintln(c.ErrOrStderr(), "no tenant was seen yet")
			}
			return nil
		},
	}
	from.add(c.Flags())
	addTenantFormat(c, &format)
	return c
}

func newTenantShow() *cobra.Command {
	var from stateFlags
	var format, when string
	c := &cobra.Command{
		Use:   "show NAME",
		Short: "show what was seen in a tenant, last or at a time",
		Long: `Show the newest observation of a tenant, or with --at the newest that was made
until then: what could be read of it and what not, and every object with its
governed fields. It is what the tenant told; what it does not tell is said, and
is not absent.

Exit code 2 says that nothing was seen by then, or that it cannot be read.`,
		Example: `  rollcall tenant show n8n-prod
  rollcall tenant show n8n-prod --at 2026-11-24              as that day ended, UTC
  rollcall tenant show n8n-prod --at 2026-11-24T09:30:00Z
  rollcall tenant show n8n-prod --format json | jq '.objects[] | select(.kind == "token")'`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			at, err := moment(when)
			if err := errors.Join(err, knownFormat(format)); err != nil {
				return err
			}
			ctx := c.Context()
			db, err := from.view(ctx)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, db.Close()) }()
			s, seen, err := sightOf(ctx, db, args[0], at)
			if err != nil {
				return err
			}
			if !seen {
				names, err := db.Observed(ctx)
				return errors.Join(err, unseen(args[0], at, names))
			}
			if format == "json" {
				return s.json(c.OutOrStdout())
			}
			return s.text(c.OutOrStdout())
		},
	}
	from.add(c.Flags())
	addTenantFormat(c, &format)
	c.Flags().StringVar(&when, "at", "", "as it was seen then: YYYY-MM-DD, or a time like 2026-11-24T09:30:00Z (default: now)")
	return c
}

func addTenantFormat(c *cobra.Command, format *string) {
	c.Flags().StringVar(format, "format", "text", "text, or json for machines")
	must(c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp)))
}

func knownFormat(format string) error {
	if format != "text" && format != "json" {
		return fmt.Errorf("there is no format %q; use text or json", format)
	}
	return nil
}

// moment reads a time from a flag; empty is the zero time. A day is its end.
func moment(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day.AddDate(0, 0, 1).Add(-time.Millisecond), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("read the time %q: want YYYY-MM-DD, or a time like 2026-11-24T09:30:00Z", text)
	}
	return at, nil
}

// unseen says that there is no sight of a tenant, and of which there is.
func unseen(name string, at time.Time, names []string) error {
	for _, known := range names {
		if known == name {
			return fmt.Errorf("nothing is kept of tenant %q from %s or before; observations are kept for a while only", name, at.UTC().Format(time.RFC3339))
		}
	}
	if len(names) == 0 {
		return fmt.Errorf("tenant %q was never seen, and no other was; \"rollcall daemon\" or \"rollcall reconcile\" looks at them", name)
	}
	return fmt.Errorf("tenant %q was never seen; seen were %s", name, strings.Join(names, ", "))
}
