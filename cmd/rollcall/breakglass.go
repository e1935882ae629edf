package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rollcall-dev/rollcall/reconcile"
	"github.com/rollcall-dev/rollcall/registry"
)

func newBreakglass() *cobra.Command {
	c := &cobra.Command{
		Use:   "breakglass",
		Short: "open and close break-glass windows, and see what is owed a review",
		Long: `In a break-glass window nothing is reverted of exactly what it names. It is a file
of the registry, and counts once it is merged; with --now it counts at once, for
the case that git is what is broken. Somebody who did not use it reviews it
afterwards, and writes "reviewed" into its file.`,
	}
	c.AddCommand(newBreakglassOpen(), newBreakglassClose(), newBreakglassList())
	return c
}

// glassFlags are those of the commands that open and close a window.
type glassFlags struct {
	orderFlags
	dir, branch string
	now, push   bool
}

func (f *glassFlags) add(c *cobra.Command) {
	flags := c.Flags()
	addConfigFlag(flags, &f.config)
	flags.StringVar(&f.by, "by", whoami(), "who asks: person/NAME of the organisation file, or the name alone")
	flags.StringVar(&f.reason, "reason", "", "why, for the registry and the evidence")
	flags.StringVar(&f.dir, "dir", ".", "the folder of the policy repository")
	flags.StringVar(&f.branch, "branch", "", "the branch that the commit is put on (default: one of the window's own)")
	flags.BoolVar(&f.now, "now", false, "tell the reconciler at once too, through its state")
	flags.BoolVar(&f.push, "push", false, "push the branch")
	must(c.MarkFlagDirname("dir"))
}

var windowName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*$`)

func newBreakglassOpen() *cobra.Command {
	var f glassFlags
	var g reconcile.Glass
	var length time.Duration
	c := &cobra.Command{
		Use:   "open NAME",
		Short: "open a window on some identities",
		Long: `Write registry/access/NAME.cue and commit it to the new branch breakglass/NAME, for
an expedited pull request; the work tree is not touched. In a folder without git
the file is written into it. With --now the reconciler is told at once: the
window counts from its next write on, until the registry has it or it is over,
and no longer than the policy allows (four hours where it sets no limit). Who
ordered it is in the evidence.`,
		Example: `  rollcall breakglass open outage-7 --identity n8n-prod/restore-groups --reason "SSO is down" --for 2h --push
  rollcall breakglass open outage-7 --identity n8n-prod/restore-groups --reason "git is down" --for 2h --now`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			g.Name, g.Reason = args[0], f.reason
			switch {
			case !windowName.MatchString(g.Name):
				return fmt.Errorf("%q is no name of a window: small letters, digits, \".\", \"_\" and \"-\"", g.Name)
			case len(g.Identities) == 0 || f.reason == "" || length <= 0:
				return errors.New("say on what, why and how long: --identity, --reason and --for")
			case length < time.Minute:
				return fmt.Errorf("--for %s is too short for anybody to use", length)
			}
			slices.Sort(g.Identities)
			g.Identities = slices.Compact(g.Identities)
			g.From = time.Now().UTC().Truncate(time.Second)
			g.Until = g.From.Add(length)
			return f.open(c, g)
		},
	}
	f.add(c)
	c.Flags().StringSliceVarP(&g.Identities, "identity", "i", nil, "an identity that it opens, by id; may be given again")
	c.Flags().DurationVar(&length, "for", 0, "how long it is open, like 2h")
	c.Flags().StringVar(&g.Rollback, "rollback", "", "how what is done in it is undone, in words")
	c.Flags().StringVar(&g.Owner, "owner", "", "who answers for it (default: the owner of the first identity)")
	return c
}

func (f *glassFlags) open(c *cobra.Command, g reconcile.Glass) error {
	repo, err := openPolicy(f.dir)
	if err != nil && !f.now {
		return err
	}
	defer repo.close()
	if err == nil {
		if g, err = f.check(repo.registry, g); err != nil {
			return err
		}
	}
	if f.now {
		if err := f.order(c, reconcile.OrderBreakGlass, g, fmt.Sprintf("break-glass window %q is open until %s", g.Name, g.Until.Format(time.RFC3339))); err != nil {
			return err
		}
	}
	if repo == nil {
		fmt.Fprintf(c.ErrOrStderr(), "rollcall: the window is in no file, since %s; write it once git is back, for its review is owed there\n", oneLine(err.Error()))
		return nil
	}
	if g.Rollback == "" {
		fmt.Fprintln(c.ErrOrStderr(), "rollcall: the window says not how it is undone; lint asks for its rollback")
	}
	entry := g.Entry()
	if err := fits(entry); err != nil {
		return err
	}
	return f.keep(c, repo, "HEAD", "breakglass/"+g.Name, change{entry.File, entry.Text, "open break-glass window " + g.Name, g.Reason, true})
}

// check completes a window by what the registry knows, and refuses one that
// lint would refuse.
func (f *glassFlags) check(s *registry.Snapshot, g reconcile.Glass) (reconcile.Glass, error) {
	if slices.ContainsFunc(s.Access, func(a *registry.Access) bool { return a.ID == g.Name }) {
		return g, fmt.Errorf("the registry has a window %q already; give this one another name", g.Name)
	}
	for _, id := range g.Identities {
		known := s.Identity(id)
		if known == nil {
			return g, fmt.Errorf("the registry declares no %q", id)
		}
		if g.Owner == "" {
			g.Owner = known.Owner
		}
	}
	if !s.Organisation.Knows(g.Owner) {
		return g, fmt.Errorf("the organisation file has no %q; name the owner of the window with --owner", g.Owner)
	}
	if g.By = f.by; !strings.Contains(g.By, "/") {
		g.By = "person/" + g.By
	}
	if !s.Organisation.Knows(g.By) {
		return g, fmt.Errorf("the organisation file has no %q; say who asks: --by person/NAME", g.By)
	}
	f.by = g.By
	length := g.Until.Sub(g.From)
	limit, tier := reconcile.GlassLimit(s, g.Identities)
	switch {
	case length <= limit:
	case tier != "":
		return g, fmt.Errorf("%s is longer than the %s that tier %q allows; set --for %s or less, and ask again if it takes longer", registry.Duration(length), registry.Duration(limit), tier, registry.Duration(limit))
	case f.now:
		return g, fmt.Errorf("the policy sets no limit, so what is opened with --now is open for %s at most; set --for %[1]s or less", registry.Duration(limit))
	}
	return g, nil
}

// order tells the reconciler of each tenant of which a window names something.
func (f *glassFlags) order(c *cobra.Command, kind reconcile.OrderKind, g reconcile.Glass, what string) error {
	if f.tenants == nil {
		for _, id := range g.Identities {
			name, _, _ := strings.Cut(id, "/")
			f.tenants = append(f.tenants, name)
		}
	}
	names, err := f.give(c.Context(), reconcile.Order{Kind: kind, Glass: &g})
	if err != nil {
		return err
	}
	return ordered(c.OutOrStdout(), names, what)
}

func newBreakglassClose() *cobra.Command {
	var f glassFlags
	c := &cobra.Command{
		Use:   "close NAME",
		Short: "end a window now",
		Long: `Set the end of a window to now, as a commit: on its branch breakglass/NAME where it
is not merged yet, else on the new branch breakglass/NAME-close. With --now the
reconciler is told at once, and reverts what the window held back in its next
pass. Who did not use the window then reviews it, and fills in "reviewed".`,
		Example: `  rollcall breakglass close outage-7 --push
  rollcall breakglass close outage-7 --now --reason "SSO is back"`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return f.close(c, args[0]) },
	}
	f.add(c)
	return c
}

func (f *glassFlags) close(c *cobra.Command, name string) error {
	repo, err := openPolicy(f.dir)
	if err != nil && !f.now {
		return err
	}
	defer repo.close()
	found, edit, err := closing{}, change{}, err
	if repo != nil {
		if found, err = repo.window(name); err == nil {
			edit, err = found.shut(time.Now().UTC())
		}
		if err != nil && !f.now {
			return err
		}
	}
	if f.now {
		if err := f.closeNow(c, name); err != nil {
			return err
		}
	}
	if err != nil {
		fmt.Fprintf(c.ErrOrStderr(), "rollcall: no file has the end of the window, since %s\n", oneLine(err.Error()))
		return nil
	}
	if err := f.keep(c, repo, found.rev, found.branch, edit); err != nil {
		return err
	}
	fmt.Fprintf(c.OutOrStdout(), "a review is owed: somebody who did not use the window looks at what was done in it, and adds reviewed: {on, by, outcome} to %s\n", edit.file)
	return nil
}

// closeNow orders the end in each tenant in which the window is open.
func (f *glassFlags) closeNow(c *cobra.Command, name string) error {
	from := historyFlags{config: f.config, format: "text"}
	err := from.each(c.Context(), func(tenant string, h reconcile.History) error {
		_, ordered := h.Glass[name]
		if ordered || slices.ContainsFunc(h.Windows, func(w reconcile.Window) bool { return w.Name == name }) {
			f.tenants = append(f.tenants, tenant)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if f.tenants == nil {
		return fmt.Errorf("the last pass of no tenant saw a break-glass window %q open; \"rollcall status\" shows those that are", name)
	}
	return f.order(c, reconcile.OrderCloseGlass, reconcile.Glass{Name: name}, fmt.Sprintf("break-glass window %q is closed", name))
}
