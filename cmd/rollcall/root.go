package main

import (
	"github.com/spf13/cobra"
)

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "rollcall",
		Short: "call the roll of your integration platforms",
		Long: `Rollcall keeps a registry in git of every identity on your integration
platforms (connectors, tokens, workflows, webhooks, service accounts, approval
bots), judges it, compares it with the live tenants, and reverts what is not
on it, with evidence that nobody can rewrite unseen.

Begin with:
  rollcall demo                 see the whole job on an example
  rollcall init my-registry     lay out a registry of your own
  rollcall lint my-registry     judge it

Exit codes: 0 nothing is wrong, 1 something is (findings, drift), 2 the work
could not be done.`,
		SilenceUsage:      true,
		SilenceErrors:     true,
		DisableAutoGenTag: true,
	}
	root.AddGroup(
		&cobra.Group{ID: "registry", Title: "The registry:"},
		&cobra.Group{ID: "tenants", Title: "The tenants:"},
		&cobra.Group{ID: "evidence", Title: "The evidence:"},
		&cobra.Group{ID: "try", Title: "To try it:"},
	)
	add := func(group string, commands ...*cobra.Command) {
		for _, c := range commands {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	add("registry", newInit(), newLint(), newWatch(), newExplain(), newCatalogue(), newImport())
	add("tenants", newDiff(), newReconcile(), newDaemon(), newStatus(), newDrift(), newPlan(), newPause(), newResume(), newBreakglass(), newConfirm(), newAlerts(), newTenant(), newConfig())
	add("evidence", newEvidence())
	add("try", newDemo(), newSandbox())
	root.AddCommand(newVersion(), newEvaluate(), newGenerate())
	return root
}
