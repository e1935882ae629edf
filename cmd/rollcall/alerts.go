package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rollcall-dev/rollcall/internal/alert"
)

func newAlerts() *cobra.Command {
	c := &cobra.Command{
		Use:   "alerts",
		Short: "try the channels that people are told by, and list what was not delivered",
		Long: `Alerts go to the webhook and the channels of the configuration. One that could
not be delivered waits in a file and is tried again, for a day if the
configuration says nothing else (alerts.giveUp); then it is given up, and stays
in the list until somebody has it tried again.`,
	}
	c.AddCommand(newAlertsTest(), newAlertsList(), newAlertsRetry())
	return c
}

func newAlertsTest() *cobra.Command {
	var path string
	c := &cobra.Command{
		Use:   "test",
		Short: "send a test alert to the webhook and every channel, and say which took it",
		Long: `Send a test alert to the webhook and to every channel, whoever it is for, and
say which took it. Nothing else is started. Exit code 1 says that one did not.`,
		Example: `  rollcall alerts test
  rollcall alerts test --config /etc/rollcall/rollcall.yaml`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, redactor, err := resolveConfig(c.Context(), path)
			if err != nil {
				return err
			}
			sender, err := newSender(cfg.Alerts, redactor, slog.New(slog.DiscardHandler))
			if err != nil {
				return err
			}
			done := slow(c.ErrOrStderr(), "sending a test alert")
			tried, err := sender.Try(c.Context(), alert.Alert{
				Type: alert.Test, Time: time.Now().UTC(), Message: "this is a test of rollcall's alerts by " + whoami() + "; nothing is wrong",
			})
			done()
			if err != nil {
				return err
			}
			return sayTried(c.OutOrStdout(), tried)
		},
	}
	addConfigFlag(c.Flags(), &path)
	return c
}

func sayTried(w io.Writer, tried []alert.Tried) error {
	if len(tried) == 0 {
		return errors.New("there is no webhook and no channel to try; alerts go into the log alone: see alerts in \"rollcall config example\"")
	}
	var failed error
	for _, t := range tried {
		came := "took the test alert"
		if t.Err != nil {
			came, failed = t.Err.Error(), errFindings
		}
		if _, err := fmt.Fprintf(w, "%s: %s\n", t.To, oneLine(came)); err != nil {
			return err
		}
	}
	return failed
}

func newAlertsList() *cobra.Command {
	var path string
	var givenUp, asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "list the alerts that wait to be delivered, and those that were given up",
		Example: `  rollcall alerts list
  rollcall alerts list --given-up
  rollcall alerts list --json | jq .text`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := loadConfig(path)
			if err != nil {
				return err
			}
			all, err := alert.Kept(cfg.Alerts.Undone)
			if err != nil {
				return fmt.Errorf("read the alerts: %w", err)
			}
			if givenUp {
				all = slices.DeleteFunc(all, func(l alert.Letter) bool { return !l.Dead() })
			}
			return listLetters(c.OutOrStdout(), all, asJSON)
		},
	}
	addConfigFlag(c.Flags(), &path)
	c.Flags().BoolVar(&givenUp, "given-up", false, "only those that are tried no more")
	c.Flags().BoolVar(&asJSON, "json", false, "one JSON a line, for machines")
	return c
}

func listLetters(w io.Writer, all []alert.Letter, asJSON bool) error {
	if asJSON {
		lines := json.NewEncoder(w)
		for _, l := range all {
			if err := lines.Encode(l); err != nil {
				return err
			}
		}
		return nil
	}
	if len(all) == 0 {
		_, err := fmt.Fprintln(w, "no alert waits")
		return err
	}
	for _, l := range all {
		if _, err := fmt.Fprintln(w, oneLine(letterLine(l, time.Now()))); err != nil {
			return err
		}
	}
	return nil
}

// letterLine is what a person reads of an alert on its way.
func letterLine(l alert.Letter, now time.Time) string {
	state := "waits"
	switch {
	case l.Dead():
		state = "given up"
	case l.Due.After(now):
		state = "waits until " + l.Due.Format(time.RFC3339)
	}
	switch {
	case l.Tries == 1:
		state += ", tried once"
	case l.Tries > 1:
		state += fmt.Sprintf(", tried %d times", l.Tries)
	}
	if l.Why != "" {
		state += ": " + l.Why
	}
	what := l.Text
	if what == "" {
		what = string(l.Type)
	}
	return fmt.Sprintf("%s to %s of %s: %s (%s)", l.ID, l.To, l.Time.Format(time.RFC3339), what, state)
}

func newAlertsRetry() *cobra.Command {
	var path string
	c := &cobra.Command{
		Use:   "retry [ID ...]",
		Short: "have alerts that were given up tried again: those named, or all",
		Long: `Have alerts that were given up tried again: those named as "rollcall alerts
list" does, or all. The daemon tries them within half a minute; without one, the
next "rollcall reconcile" does.`,
		Example: `  rollcall alerts retry
  rollcall alerts retry 7b36621bd87a`,
		RunE: func(c *cobra.Command, ids []string) error {
			cfg, err := loadConfig(path)
			if err != nil {
				return err
			}
			if err := allGivenUp(cfg.Alerts.Undone, ids); err != nil {
				return err
			}
			n, err := alert.Retry(cfg.Alerts.Undone, ids...)
			if err != nil {
				return fmt.Errorf("have the alerts tried again: %w", err)
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "to be tried again: %d\n", n)
			return err
		},
	}
	addConfigFlag(c.Flags(), &path)
	return c
}

// allGivenUp refuses an id that names no alert that was given up.
func allGivenUp(file string, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	all, err := alert.Kept(file)
	if err != nil {
		return fmt.Errorf("read the alerts: %w", err)
	}
	ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		return slices.ContainsFunc(all, func(l alert.Letter) bool { return l.ID == id && l.Dead() })
	})
	if len(ids) > 0 {
		return fmt.Errorf("no alert %q was given up; \"rollcall alerts list --given-up\" shows those that were", strings.Join(ids, ", "))
	}
	return nil
}
