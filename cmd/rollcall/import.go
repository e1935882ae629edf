package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/rollcall-dev/rollcall/reconcile"
)

func newImport() *cobra.Command {
	var f fleetFlags
	var dry bool
	c := &cobra.Command{
		Use:   "import [DIR]",
		Short: "write registry files for what is live and not declared",
		Long: `Write a plain registry file for each thing that is live and that the registry
in DIR does not declare. What only people know (owner, backup, purpose, …) is
an empty string with a comment; "rollcall lint" then names exactly what is to be
filled in. No file is overwritten.`,
		Example: `  rollcall import my-registry --tenant n8n-prod
  rollcall import my-registry --dry-run`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			ctx := c.Context()
			dir := folderOf(args)
			if f.registry == "" {
				f.registry = dir
			}
			if _, _, err := openRegistry(dir, ""); err != nil {
				return err
			}
			fl, err := f.open(ctx, "look.git")
			if err != nil {
				return err
			}
			defer func() { err = fl.hide(err) }()
			if err := fl.known(ctx); err != nil {
				return err
			}
			done := slow(c.ErrOrStderr(), "reading %d tenants", len(fl.names))
			entries, err := fl.undeclared(c)
			done()
			if err != nil {
				return err
			}
			for _, e := range entries {
				path := filepath.Join(dir, filepath.FromSlash(e.File))
				if !dry {
					if err := newFile(path, []byte(e.Text)); err != nil {
						return fmt.Errorf("import %s: %w", e.ID, err)
					}
				}
				fmt.Fprintln(c.OutOrStdout(), path)
			}
			if len(entries) == 0 {
				fmt.Fprintln(c.ErrOrStderr(), "everything that is live is declared")
				return nil
			}
			fmt.Fprintf(c.ErrOrStderr(), "%d files; fill in what is \"\": rollcall lint %s\n", len(entries), dir)
			return nil
		},
	}
	f.add(c)
	c.Flags().BoolVar(&dry, "dry-run", false, "name the files and write none")
	return c
}

// undeclared are the entries for what is live and not declared. A kind that
// could not be read is said, and the others are imported.
func (fl *fleet) undeclared(c *cobra.Command) ([]reconcile.Entry, error) {
	ctx := c.Context()
	var entries []reconcile.Entry
	var failures []error
	for _, name := range fl.names {
		want, err := fl.desired.Snapshot(ctx)
		if err != nil {
			return nil, err
		}
		got, err := fl.drivers[name].Observe(ctx)
		if err != nil {
			failures = append(failures, fmt.Errorf("read %s: %w", name, err))
			continue
		}
		for kind, cover := range got.Read {
			if !cover.Whole {
				fmt.Fprintf(c.ErrOrStderr(), "rollcall: not every %s of %s could be read: %s\n", kind, name, oneLine(cover.Reason))
			}
		}
		entries = append(entries, reconcile.Import(want, got, time.Now())...)
	}
	return entries, errors.Join(failures...)
}
