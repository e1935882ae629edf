package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rollcall-dev/rollcall/reconcile"
	"github.com/rollcall-dev/rollcall/registry"
)

func newBreakglassList() *cobra.Command {
	var from historyFlags
	var dir string
	c := &cobra.Command{
		Use:   "list",
		Short: "list the windows: open, closed, and owed a review",
		Long: `List the break-glass windows of the registry in a folder and, where the state of
a reconciler is there, those that were opened with --now. It ends with 1 where a
review is overdue.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := knownFormat(from.format); err != nil {
				return err
			}
			all, err := glassWindows(c.Context(), c.ErrOrStderr(), dir, &from)
			if err != nil {
				return err
			}
			return listWindows(c.OutOrStdout(), all, from.format == "json")
		},
	}
	from.add(c)
	c.Flags().StringVar(&dir, "dir", ".", "the folder of the policy repository")
	must(c.MarkFlagDirname("dir"))
	return c
}

// glassWindows are the windows of the registry in a folder, and those that were
// ordered. One of the two has to be there; what is not is said.
func glassWindows(ctx context.Context, stderr io.Writer, dir string, from *historyFlags) ([]reconcile.Window, error) {
	now := time.Now()
	var all []reconcile.Window
	fsys, _, err := openRegistry(dir, "")
	if err == nil {
		var s *registry.Snapshot
		if s, err = registry.Load(fsys, ""); err != nil {
			return nil, err
		}
		all = slices.DeleteFunc(reconcile.Windows(s, now), func(w reconcile.Window) bool { return w.Kind != "breakGlass" })
	}
	told := from.each(ctx, func(_ string, h reconcile.History) error {
		for _, w := range h.Windows {
			if known := slices.ContainsFunc(all, func(x reconcile.Window) bool { return x.Name == w.Name }); w.Ordered && !known {
				all = append(all, w.At(now))
			}
		}
		return nil
	})
	switch {
	case err != nil && told != nil:
		return nil, errors.Join(err, told)
	case err != nil:
		fmt.Fprintf(stderr, "rollcall: only what was opened with --now is listed: %s\n", oneLine(err.Error()))
	case told != nil:
		fmt.Fprintf(stderr, "rollcall: what was opened with --now is not listed: %s\n", oneLine(told.Error()))
	}
	return all, nil
}

// listWindows writes windows, and tells by its error whether a review is
// overdue.
func listWindows(w io.Writer, all []reconcile.Window, asJSON bool) error {
	var overdue error
	for _, x := range all {
		if x.State == reconcile.WindowOverdue {
			overdue = errFindings
		}
		if !asJSON {
			fmt.Fprintln(w, sayWindow(x))
			continue
		}
		text, err := json.Marshal(x)
		if err != nil {
			return fmt.Errorf("write the window: %w", err)
		}
		fmt.Fprintf(w, "%s\n", text)
	}
	return overdue
}

// sayWindow is a window on one line.
func sayWindow(w reconcile.Window) string {
	kind := "break-glass window"
	if w.Kind != "breakGlass" {
		kind = w.Kind + " window"
	}
	s := fmt.Sprintf("%s %s on %s: ", kind, oneLine(w.Name), oneLine(strings.Join(w.Identities, ", ")))
	until := w.Until.UTC().Format(time.RFC3339)
	switch w.State {
	case reconcile.WindowAhead:
		s += "opens at " + w.From.UTC().Format(time.RFC3339)
	case reconcile.WindowOpen:
		s += "open until " + until
	case reconcile.WindowClosed, reconcile.WindowOverdue:
		s += "closed at " + until + ", and owed a review"
		if !w.ReviewBy.IsZero() {
			s += " by " + w.ReviewBy.UTC().Format(time.RFC3339)
		}
		if w.State == reconcile.WindowOverdue {
			s += ", which is overdue"
		}
	case reconcile.WindowReviewed:
		s += "closed at " + until + ", and reviewed"
	default:
		s += "over since " + until
	}
	if w.Ordered {
		s += "; opened with --now, and not in the registry yet"
	}
	if w.By != "" || w.Reason != "" {
		s += fmt.Sprintf("; asked for by %s: %s", oneLine(w.By), oneLine(w.Reason))
	}
	return s
}
