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
		Use:   "explain [RULE [DIR]]",
		Short: "say what a rule is about, why it matters and how to mend what it finds",
		Long: `Say what a rule is about, why it matters and how to mend what it finds. In a
policy repository, or with its folder, the rules of its registry/rules.cue are
among them.`,
		Example: `  rollcall explain                    list the rules
  rollcall explain tier/understated   the page of one
  rollcall explain acme/intake-proves-its-caller my-registry`,
		Args: cobra.MaximumNArgs(2),
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
			r, err := findRule(args[0], folderOf(args[1:]))
			if err != nil {
				return err
			}
			return report.Explain(c.OutOrStdout(), r)
		},
	}
}

// findRule is a rule of the book, or one that the registry in a folder declares
// itself.
func findRule(id, dir string) (lint.Rule, error) {
	r, unknown := rules.Find(id)
	if unknown == nil {
		return r, nil
	}
	own, err := organisationRules(dir)
	if err != nil {
		return lint.Rule{}, err
	}
	for _, r := range own {
		if r.ID == id {
			return r, nil
		}
	}
	return lint.Rule{}, fmt.Errorf("%w; \"rollcall explain\" lists them, in a policy repository its own too", unknown)
}

func listRules(c *cobra.Command) error {
	own, err := organisationRules(".")
	if err != nil {
		return err
	}
	for _, r := range append(rules.All(), own...) {
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
