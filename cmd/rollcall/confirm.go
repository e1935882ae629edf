package main

import (
	"errors"
	"fmt"
	"os/user"

	"github.com/spf13/cobra"

	"github.com/rollcall-dev/rollcall/internal/follow"
	"github.com/rollcall-dev/rollcall/reconcile"
)

func newConfirm() *cobra.Command {
	var f orderFlags
	var commit string
	c := &cobra.Command{
		Use:   "confirm",
		Short: "accept a much smaller registry, or a branch that was rewound, as meant",
		Long: `Rollcall stops all reverts when the registry declares much less of a tenant
than it did, and follows no branch that went back: both are more likely a bad
merge than meant. Where it is meant, a person says so here. Who confirmed a
smaller registry is in the evidence. For --commit stop the daemon first.`,
		Example: `  rollcall confirm --tenant n8n-prod --reason "the old exports are gone"
  rollcall confirm --commit 4b825dc642cb6eb9a060e54bf8d69288fbee4904`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case commit != "":
				return f.accept(c, commit)
			case len(f.tenants) == 0:
				return errors.New("say what is meant: --tenant NAME for a registry that declares less of it, --commit ID for a branch that went back to it")
			}
			names, err := f.give(c.Context(), reconcile.Order{Kind: reconcile.OrderConfirm})
			if err != nil {
				return err
			}
			return ordered(c.OutOrStdout(), names, "what is declared now is meant, says "+f.by)
		},
	}
	f.add(c.Flags())
	c.Flags().StringVar(&commit, "commit", "", "follow this commit although the branch went back to it")
	apart(c, []string{"commit", "tenant"})
	return c
}

// accept follows a commit to which the branch was rewound.
func (f *orderFlags) accept(c *cobra.Command, commit string) (err error) {
	open := fleetFlags{config: f.config}
	fl, err := open.open(c.Context(), "registry.git")
	if err != nil {
		return err
	}
	defer func() { err = fl.hide(err) }()
	g, ok := fl.desired.source.(*follow.Git)
	if !ok {
		return errors.New("--commit: the configuration follows a folder, which has no commits")
	}
	if err := g.Fetch(c.Context()); err != nil && !errors.Is(err, follow.ErrRewound) {
		return err
	}
	if err := g.Accept(commit); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "commit %s is followed\n", commit)
	return err
}

func whoami() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "unknown"
}
