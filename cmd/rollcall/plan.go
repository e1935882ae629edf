package main

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/spf13/cobra"

	"github.com/rollcall-dev/rollcall/reconcile"
)

func newPlan() *cobra.Command {
	c := &cobra.Command{
		Use:   "plan",
		Short: "let a plan through once that a limit holds",
		Long: `A plan that would revert more than the limits allow does nothing, and says its
id ("rollcall diff", "rollcall status"). Two people can let it through: one asks,
another one approves. The approval is for that plan on that state alone, is good
for a day and for once; the limit stays. Both are in the evidence, and so is who
approved each of its acts.`,
	}
	c.AddCommand(
		newPlanOrder(reconcile.OrderAsk, "ask", "ask that a held plan is let through", "asked for; somebody else approves it with \"rollcall plan approve %s\""),
		newPlanOrder(reconcile.OrderApprove, "approve", "approve a plan that somebody else asked for", "plan %s is approved"),
	)
	return c
}

var planID = regexp.MustCompile(`^[0-9a-f]{16}$`)

func newPlanOrder(kind reconcile.OrderKind, verb, short, said string) *cobra.Command {
	var f orderFlags
	c := &cobra.Command{
		Use:     verb + " ID",
		Short:   short,
		Example: "  rollcall plan " + verb + " 379f64f4180912eb --tenant n8n-prod --reason \"the old exports have to go\"",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case !planID.MatchString(args[0]):
				return fmt.Errorf("%q is no id of a plan: 16 of 0-9 and a-f; \"rollcall status\" shows it", args[0])
			case len(f.tenants) != 1:
				return errors.New("a plan is one tenant's: name it with --tenant")
			case kind == reconcile.OrderAsk && f.reason == "":
				return errors.New("say why: --reason")
			}
			names, err := f.give(c.Context(), reconcile.Order{Kind: kind, Plan: args[0]})
			if err != nil {
				return err
			}
			return ordered(c.OutOrStdout(), names, fmt.Sprintf(said, args[0]))
		},
	}
	f.add(c.Flags())
	return c
}
