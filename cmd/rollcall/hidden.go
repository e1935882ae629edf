package main

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/rollcall-dev/rollcall/internal/gen"
	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/schema"
)

// newEvaluate is the child that evaluates what is no plain data, within limits
// that its parent sets.
func newEvaluate() *cobra.Command {
	return &cobra.Command{
		Use:    "evaluate",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return registry.EvaluateMain(c.InOrStdin(), c.OutOrStdout())
		},
	}
}

// newGenerate writes registries for measurements.
func newGenerate() *cobra.Command {
	var o gen.Options
	var bare bool
	c := &cobra.Command{
		Use:    "generate N DIR",
		Short:  "write a made-up registry of N identities, for measurements",
		Hidden: true,
		Args:   cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			n, err := strconv.Atoi(args[0])
			if err != nil || n < 1 {
				return fmt.Errorf("read the number of identities %q: want a number from 1", args[0])
			}
			o.Identities, o.Schema = n, schema.CUE
			if !bare {
				return gen.Write(args[1], o)
			}
			commit, err := gen.WriteGit(args[1], o)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(c.OutOrStdout(), commit)
			return err
		},
	}
	c.Flags().Float64Var(&o.Broken, "broken", 0, "share of the identities with a mistake, 0 to 1")
	c.Flags().StringVar(&o.Platform, "platform", "n8n", "of the tenants")
	c.Flags().IntVar(&o.Tenants, "tenants", 0, "how many tenants")
	c.Flags().BoolVar(&bare, "git", false, "as the commit of a bare git repository")
	return c
}
