package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rollcall-dev/rollcall/examples"
	"github.com/rollcall-dev/rollcall/tenant/sandbox"
)

func newInit() *cobra.Command {
	var acme bool
	c := &cobra.Command{
		Use:   "init DIR",
		Short: "lay out a policy repository",
		Long: `Lay out a policy repository in a folder: the schema that editors complete from,
an organisation, a policy, a tenant and an example of an entry. It passes
"rollcall lint" and plain "cue vet ./...". Nothing is overwritten: a README that
is there stays, and a registry that is there is an error.`,
		Example: `  rollcall init my-registry
  rollcall init .              in this folder, a repository with a README
  rollcall init acme --acme    a larger example, with every kind of identity`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return nil
			}
			return errors.New("say in which one folder the repository is laid out, as in \"rollcall init my-registry\"")
		},
		RunE: func(c *cobra.Command, args []string) error {
			dir, from, next := args[0], examples.Starter(), starterNext
			if acme {
				from, next = examples.Acme(), acmeNext
			}
			laid, err := examples.LayOut(dir, from, time.Now())
			if err != nil {
				return err
			}
			return sayLaidOut(c.OutOrStdout(), dir, laid, next)
		},
	}
	c.Flags().BoolVar(&acme, "acme", false, "the larger example that the demo uses")
	return c
}

// A step is what to do next, and why.
type step struct{ do, why string }

const settings = `write rollcall.yaml, outside of it, and say where your tenant is:
    registry: {path: %s}
    state: rollcall-data/state.db
    evidence: {dir: rollcall-data/evidence}
    tenants:
      %s`

func starterNext(dir string) []step {
	return []step{
		{"rollcall lint " + dir, "it is in order now"},
		{"put your own people into registry/organisation.cue", ""},
		{fmt.Sprintf(settings, dir, `n8n: {platform: n8n, url: "http://localhost:5678", apiKey: "env:N8N_API_KEY"}`), ""},
		{"rollcall diff", "what is live and not declared"},
		{"rollcall import " + dir, "write entries for it"},
	}
}

func acmeNext(dir string) []step {
	return []step{
		{"rollcall lint " + dir, "it is in order now"},
		{"rollcall sandbox", "run one of its three tenants, in a terminal of its own"},
		{fmt.Sprintf(settings, dir, sandboxTenant("http://"+sandboxAddress, sandbox.Seed().ID)), ""},
		{"export " + sandboxVariable + "=" + sandbox.Token, "as the sandbox says it"},
		{"rollcall diff", "the roll and the sandbox agree"},
		{"rollcall sandbox drift open-webhook", "make drift in it"},
		{"rollcall diff", "and find it"},
	}
}

func sayLaidOut(w io.Writer, dir string, laid examples.Laid, next func(dir string) []step) error {
	var text strings.Builder
	fmt.Fprintf(&text, "%s in %s", counted(len(laid.Written), "file"), dir)
	if len(laid.Written) == 1 {
		text.WriteString(" was written.")
	} else {
		text.WriteString(" were written.")
	}
	if len(laid.Left) > 0 {
		fmt.Fprintf(&text, " Left alone, for it was there: %s.", strings.Join(laid.Left, ", "))
	}
	text.WriteString(" Next:\n")
	steps := next(dir)
	width := 0
	for _, s := range steps {
		if s.why != "" {
			width = max(width, len(s.do))
		}
	}
	for _, s := range steps {
		if s.why == "" {
			fmt.Fprintf(&text, "  %s\n", s.do)
		} else {
			fmt.Fprintf(&text, "  %-*s  %s\n", width, s.do, s.why)
		}
	}
	text.WriteString("\"rollcall config example\" shows every other setting.\n")
	_, err := io.WriteString(w, text.String())
	return err
}
