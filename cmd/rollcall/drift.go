package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rollcall-dev/rollcall/reconcile"
)

func newDrift() *cobra.Command {
	c := &cobra.Command{
		Use:   "drift",
		Short: "list, show and accept the drift that stands",
		Long: `What the last passes saw, from the daemon's state: these commands reach no tenant.
For what is live this moment, "rollcall diff".`,
	}
	c.AddCommand(newDriftList(), newDriftShow(), newDriftAccept())
	return c
}

// A standing is a drift that stands, as these commands show it.
type standing struct {
	Key      string                `json:"key"`
	Since    time.Time             `json:"since"`
	Times    int                   `json:"times"`
	Severity reconcile.Severity    `json:"severity"`
	Drift    reconcile.Drift       `json:"drift"`
	Reverts  []time.Time           `json:"reverts,omitempty"`
	Failed   []time.Time           `json:"failed,omitempty"`
	Accepted *reconcile.Acceptance `json:"accepted,omitempty"`
}

// standings are a tenant's, the worst and the oldest first.
func standings(h reconcile.History) []standing {
	var all []standing
	for key, s := range h.Drifts {
		if s.Times == 0 {
			continue
		}
		x := standing{Key: key, Since: s.First, Times: s.Times, Severity: s.Drift.Severity(), Drift: s.Drift, Reverts: s.Reverts, Failed: s.Failed}
		if a, ok := h.Accepted[key]; ok {
			x.Accepted = &a
		}
		all = append(all, x)
	}
	slices.SortFunc(all, func(a, b standing) int {
		if a.Severity != b.Severity {
			return strings.Compare(string(a.Severity), string(b.Severity)) // critical before warning
		}
		if c := a.Since.Compare(b.Since); c != 0 {
			return c
		}
		return strings.Compare(a.Key, b.Key)
	})
	return all
}

func newDriftList() *cobra.Command {
	var from historyFlags
	c := &cobra.Command{
		Use:   "list",
		Short: "list the drift that stands, the worst and the oldest first",
		Example: `  rollcall drift list
  rollcall drift list --tenant n8n-prod --format json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			n := 0
			err := from.each(c.Context(), func(name string, h reconcile.History) error {
				all := standings(h)
				n += len(all)
				return listDrift(c.OutOrStdout(), all, from.format == "json")
			})
			if err == nil && n > 0 {
				return errFindings
			}
			return err
		},
	}
	from.add(c)
	return c
}

func listDrift(w io.Writer, all []standing, asJSON bool) error {
	for _, x := range all {
		if asJSON {
			text, err := json.Marshal(x)
			if err != nil {
				return fmt.Errorf("write the drift: %w", err)
			}
			fmt.Fprintf(w, "%s\n", text)
			continue
		}
		fmt.Fprintf(w, "%s  %-8s  %-12s  %s\n", x.Since.UTC().Format("2006-01-02 15:04"), x.Severity, x.Drift.Class, oneLine(x.Drift.Message))
		fmt.Fprintf(w, "                  %q", x.Key)
		if x.Drift.Owner != "" {
			fmt.Fprintf(w, ", owner %s", oneLine(x.Drift.Owner))
		}
		if a := x.Accepted; a != nil {
			fmt.Fprintf(w, ", accepted by %s until %s: %s", oneLine(a.By), a.Until.UTC().Format(time.RFC3339), oneLine(a.Reason))
		}
		fmt.Fprintln(w)
	}
	return nil
}

// find is the drift of that key, and its tenant.
func (f *historyFlags) find(c *cobra.Command, key string) (name string, found standing, err error) {
	err = f.each(c.Context(), func(tenant string, h reconcile.History) error {
		for _, x := range standings(h) {
			if strings.TrimSpace(x.Key) == strings.TrimSpace(key) {
				name, found = tenant, x
			}
		}
		return nil
	})
	if err == nil && name == "" {
		err = fmt.Errorf("no drift of the key %q stands; \"rollcall drift list\" shows the keys, in quotes", key)
	}
	return name, found, err
}

func newDriftShow() *cobra.Command {
	var from historyFlags
	c := &cobra.Command{
		Use:     "show KEY",
		Short:   "show one drift, whole",
		Example: `  rollcall drift show "n8n-prod undeclared workflow:Zk3"`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			_, x, err := from.find(c, args[0])
			if err != nil {
				return err
			}
			text, err := json.MarshalIndent(x, "", "  ")
			if err != nil {
				return fmt.Errorf("write the drift: %w", err)
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s\n", text)
			return err
		},
	}
	from.add(c)
	return c
}

func newDriftAccept() *cobra.Command {
	var f orderFlags
	var until string
	c := &cobra.Command{
		Use:   "accept KEY",
		Short: "leave a drift as it is for a while",
		Long: `Leave one drift as it is, for a reason and until a day: it is not reverted, and
nobody is reminded of it. If it changes, or the time is over, it counts again.
The policy's exceptions.maxDuration bounds how long that may be. What is to stay
belongs into the registry.`,
		Example: `  rollcall drift accept "n8n-prod undeclared workflow:Zk3" --until 2026-12-01 --reason "pilot, see ticket 12"`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			end, err := moment(until)
			switch {
			case err != nil:
				return err
			case f.reason == "" || end.IsZero():
				return errors.New("say why and until when: --reason and --until")
			case end.Before(time.Now()):
				return fmt.Errorf("--until %s is over already", until)
			}
			from := historyFlags{config: f.config, format: "text", tenants: f.tenants}
			name, x, err := from.find(c, args[0])
			if err != nil {
				return err
			}
			f.tenants = []string{name}
			names, err := f.give(c.Context(), reconcile.Order{Kind: reconcile.OrderAccept, Drift: x.Key, Until: end.UTC()})
			if err != nil {
				return err
			}
			return ordered(c.OutOrStdout(), names, fmt.Sprintf("%s is left as it is until %s", strings.TrimSpace(x.Key), end.UTC().Format(time.RFC3339)))
		},
	}
	f.add(c.Flags())
	c.Flags().StringVar(&until, "until", "", "when it ends: YYYY-MM-DD for the end of that day, or a time like 2026-11-24T22:00:00Z")
	return c
}
