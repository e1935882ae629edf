package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/lint/report"
	"github.com/rollcall-dev/rollcall/lint/rules"
)

func newExplain() *cobra.Command {
	return &cobra.Command{
		Use:   "explain [RULE]",
		Short: "say what a rule is about, why it matters and how to mend what it finds",
		Example: `  rollcall explain                    list the rules
  rollcall explain tier/understated   the page of one`,
		Args: cobra.MaximumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var ids []string
			for _, r := range rules.All() {
				ids = append(ids, r.ID)
			}
			return ids, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return listRules(c)
			}
			r, err := rules.Find(args[0])
			if err != nil {
				return fmt.Errorf("%w; \"rollcall explain\" lists them", err)
			}
			return report.Explain(c.OutOrStdout(), r)
		},
	}
}

func listRules(c *cobra.Command) error {
	for _, r := range rules.All() {
		if _, err := fmt.Fprintf(c.OutOrStdout(), "%-36s %-8s %s\n", r.ID, r.Severity, summaryOf(r)); err != nil {
			return err
		}
	}
	return nil
}

// summaryOf is the sentence that a rule's page begins with.
func summaryOf(r lint.Rule) string {
	first, _, _ := strings.Cut(r.Doc, "\n")
	return first
}
