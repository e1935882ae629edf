package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/rollcall-dev/rollcall/examples"
	"github.com/rollcall-dev/rollcall/internal/config"
	"github.com/rollcall-dev/rollcall/internal/secret"
)

func addConfigFlag(flags *pflag.FlagSet, path *string) {
	flags.StringVarP(path, "config", "c", "", "the configuration (default: $ROLLCALL_CONFIG, rollcall.yaml here, or rollcall/rollcall.yaml in your configuration folder)")
}

// configPath is the file that is meant: the one that was named, or the first
// of the usual ones that is there.
func configPath(named string) (string, error) {
	if named != "" {
		return named, nil
	}
	if env := os.Getenv("ROLLCALL_CONFIG"); env != "" {
		return env, nil
	}
	usual := []string{"rollcall.yaml"}
	if dir, err := os.UserConfigDir(); err == nil {
		usual = append(usual, filepath.Join(dir, "rollcall", "rollcall.yaml"))
	}
	for _, path := range usual {
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("there is no configuration (%s); write one with \"rollcall config example > rollcall.yaml\" and name it with --config", strings.Join(usual, ", "))
}

// loadConfig reads the configuration; its secrets are not read.
func loadConfig(named string) (*config.Config, error) {
	path, err := configPath(named)
	if err != nil {
		return nil, err
	}
	cfg, problems, err := config.Load(path)
	if err != nil {
		return nil, err
	}
	return cfg, saidProblems(problems)
}

// resolveConfig reads the configuration and every secret that it refers to.
// The redactor knows them from then on.
func resolveConfig(ctx context.Context, named string) (*config.Config, *secret.Redactor, error) {
	path, err := configPath(named)
	if err != nil {
		return nil, nil, err
	}
	cfg, problems, err := config.Load(path)
	if err != nil {
		return nil, nil, err
	}
	redactor := &secret.Redactor{}
	if len(problems) == 0 {
		problems = cfg.Resolve(ctx, path, secret.Resolver{Redactor: redactor})
		problems = append(problems, badChannels(path, cfg.Alerts)...)
	}
	return cfg, redactor, saidProblems(problems)
}

func saidProblems(problems []config.Problem) error {
	if len(problems) == 0 {
		return nil
	}
	lines := make([]string, 0, len(problems)+1)
	lines = append(lines, "the configuration has mistakes; nothing was started")
	for _, p := range problems {
		lines = append(lines, p.String())
	}
	return errors.New(strings.Join(lines, "\n"))
}

func newConfig() *cobra.Command {
	c := &cobra.Command{
		Use:   "config",
		Short: "write an example of the configuration, or check one",
		Long: `The configuration says where the registry and the tenants are, and refers to
the credentials. It stands apart from the registry: whoever can write a pull
request can aim no credential anywhere.`,
	}
	var path string
	check := &cobra.Command{
		Use:   "check",
		Short: "read the configuration and every secret that it refers to, and say what is wrong",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, _, err := resolveConfig(c.Context(), path)
			if err != nil {
				return err
			}
			if gap := untold(cfg.Alerts); gap != "" {
				fmt.Fprintln(c.OutOrStdout(), "note: "+gap)
			}
			for _, warning := range undeclared(cfg) {
				fmt.Fprintln(c.OutOrStdout(), "warning: "+warning)
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "the configuration is sound: %s, state %s, evidence %s\n", counted(len(cfg.Tenants), "tenant"), stateOf(cfg), cmp.Or(cfg.Evidence.Dir, "in the state until a daemon that has evidence.dir takes it"))
			return err
		},
	}
	addConfigFlag(check.Flags(), &path)
	c.AddCommand(check, &cobra.Command{
		Use:     "example",
		Short:   "write an example with every setting, and a comment on each",
		Example: "  rollcall config example > rollcall.yaml",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := c.OutOrStdout().Write(examples.Config)
			return err
		},
	})
	return c
}
