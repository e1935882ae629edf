package main

import (
	"errors"
	"fmt"
	"os/user"

	"github.com/spf13/cobra"

	"github.com/rollcall-dev/rollcall/internal/follow"
)

func newConfirm() *cobra.Command {
	var f fleetFlags
	var commit, by string
	c := &cobra.Command{
		Use:   "confirm",
		Short: "accept a much smaller registry, or a branch that was rewound, as meant",
		Long: `Rollcall stops all reverts when the registry declares much less of a tenant
than it did, and follows no branch that went back: both are more likely a bad
merge than meant. Where it is meant, a person says so here; it is in the
evidence who did. Stop the daemon first: one at a time uses the state.`,
		Example: `  rollcall confirm --tenant n8n-prod
  rollcall confirm --commit 4b825dc642cb6eb9a060e54bf8d69288fbee4904`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if commit == "" && len(f.tenants) == 0 {
				return errors.New("say what is meant: --tenant NAME for a registry that declares less of it, --commit ID for a branch that went back to it")
			}
			ctx := c.Context()
			fl, err := f.open(ctx, "registry.git")
			if err != nil {
				return err
			}
			defer func() { err = fl.hide(err) }()
			on, closeAll, err := fl.openDuty(ctx, errorsOnly(newLogger(c.ErrOrStderr(), fl.redactor)), false)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, closeAll()) }()
			if commit != "" {
				if err := fl.accept(c, commit); err != nil {
					return err
				}
			}
			for _, name := range fl.names {
				r := on.reconciler(name, on.db)
				r.Record = on.record
				before, now, err := r.Confirm(ctx, by)
				if err != nil {
					return err
				}
				fmt.Fprintf(c.OutOrStdout(), "%s: %d identities are declared, %d were before; accepted by %s\n", name, now, before, by)
			}
			return on.remember(ctx)
		},
	}
	f.add(c)
	c.Flags().StringVar(&commit, "commit", "", "follow this commit although the branch went back to it")
	c.Flags().StringVar(&by, "by", whoami(), "who confirms it, for the evidence")
	return c
}

// accept follows a commit to which the branch was rewound.
func (fl *fleet) accept(c *cobra.Command, commit string) error {
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
	_, err := fmt.Fprintf(c.OutOrStdout(), "commit %s is followed\n", commit)
	return err
}

func whoami() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "unknown"
}
