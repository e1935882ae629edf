package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/rollcall-dev/rollcall/examples"
)

func newInit() *cobra.Command {
	var acme bool
	c := &cobra.Command{
		Use:   "init DIR",
		Short: "lay out a policy repository",
		Long: `Lay out a policy repository in a folder: the schema that editors complete from,
an organisation, a policy, a tenant and an example of an entry. It passes
"rollcall lint" and plain "cue vet ./...". Nothing is overwritten.`,
		Example: `  rollcall init my-registry
  rollcall init acme --acme    a larger example, with every kind of identity`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			dir, from := args[0], examples.Starter()
			if acme {
				from = examples.Acme()
			}
			files, err := examples.LayOut(dir, from, time.Now())
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), `%d files are in %s. Next:
  rollcall lint %s                       it is in order now
  put your own people into registry/organisation.cue
  write rollcall.yaml, outside of it, and say where your tenant is:
    registry: {path: %s}
    state: rollcall-data/state.db
    evidence: {dir: rollcall-data/evidence}
    tenants:
      n8n: {platform: n8n, url: "http://localhost:5678", apiKey: "env:N8N_API_KEY"}
  rollcall diff                          what is live and not declared
  rollcall import %s                     write entries for it
"rollcall config example" shows every other setting.
`, len(files), dir, dir, dir, dir)
			return err
		},
	}
	c.Flags().BoolVar(&acme, "acme", false, "the larger example that the demo uses")
	return c
}
