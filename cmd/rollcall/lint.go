package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/lint/report"
	"github.com/rollcall-dev/rollcall/lint/rules"
	"github.com/rollcall-dev/rollcall/registry"
)

type lintFlags struct {
	rev    string
	format string
	at     string
	fix    bool
	strict bool
}

func newLint() *cobra.Command {
	var f lintFlags
	c := &cobra.Command{
		Use:   "lint [DIR]",
		Short: "judge a registry",
		Long: `Judge the registry in a folder, or at a commit of the git repository there,
by every rule. Each finding says where, what is wrong and the way out;
"rollcall explain RULE" says why it matters.

Exit code 1 says that there are errors; warnings and notices alone do not
(but see --strict).`,
		Example: `  rollcall lint                         the registry in this folder
  rollcall lint my-registry --rev main  a commit, without touching the work tree
  rollcall lint --format json           for machines
  rollcall lint --at 2027-04-01         as it will be judged on that day
  rollcall lint --fix                   mend what can be mended by itself`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return f.run(c, folderOf(args))
		},
	}
	c.Flags().StringVar(&f.rev, "rev", "", "judge this commit, branch or tag instead of the files")
	c.Flags().StringVar(&f.format, "format", "text", "one of "+strings.Join(formats(), ", "))
	c.Flags().StringVar(&f.at, "at", "", "judge as on this day, YYYY-MM-DD (default: now)")
	c.Flags().BoolVar(&f.fix, "fix", false, "write the mends that findings carry into the files, then judge again")
	c.Flags().BoolVar(&f.strict, "strict", false, "exit with 1 for warnings too")
	c.MarkFlagsMutuallyExclusive("rev", "fix")
	must(c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats(), cobra.ShellCompDirectiveNoFileComp)))
	return c
}

func formats() []string { return report.Names() }

func (f *lintFlags) run(c *cobra.Command, dir string) error {
	write, ok := report.Formats[f.format]
	if !ok {
		return fmt.Errorf("there is no format %q; use one of %s", f.format, strings.Join(formats(), ", "))
	}
	ctx, done := context.WithCancel(c.Context())
	defer done()
	spareMemory(ctx)
	result, fsys, commit, err := f.judge(dir)
	if err != nil {
		return err
	}
	if f.fix {
		mended, err := mend(dir, result.Findings)
		if err != nil {
			return err
		}
		if mended > 0 {
			fmt.Fprintf(c.ErrOrStderr(), "mended %d places\n", mended)
			if result, fsys, commit, err = f.judge(dir); err != nil {
				return err
			}
		}
	}
	out := c.OutOrStdout()
	err = write(out, result, report.Options{
		Commit: commit, Version: versionOf().Version, Rules: rules.All(),
		Colour: isTerminal(out),
		Source: func(file string) ([]byte, error) { return fs.ReadFile(fsys, file) },
	})
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if result.Counts.Errors > 0 || f.strict && result.Counts.Warnings > 0 {
		return errFindings
	}
	return nil
}

func (f *lintFlags) judge(dir string) (lint.Result, fs.FS, string, error) {
	now, err := day(f.at)
	if err != nil {
		return lint.Result{}, nil, "", err
	}
	fsys, commit, err := openRegistry(dir, f.rev)
	if err != nil {
		return lint.Result{}, nil, "", err
	}
	snapshot, err := registry.Load(fsys, commit)
	if err != nil {
		return lint.Result{}, nil, "", err
	}
	return lint.Run(rules.All(), lint.Pass{Head: snapshot, Now: now}), fsys, commit, nil
}

// mend writes the edits that findings carry, each file whole or not at all,
// and counts them. Edits that touch each other wait for another run.
func mend(dir string, findings []lint.Finding) (int, error) {
	edits, _ := lint.Mends(findings)
	n := 0
	for file, of := range edits {
		path := filepath.Join(dir, filepath.FromSlash(file))
		text, err := os.ReadFile(path)
		if err != nil {
			return n, fmt.Errorf("mend %s: %w", file, err)
		}
		mended, err := registry.Apply(text, of)
		if err != nil {
			return n, fmt.Errorf("mend %s: %w", file, err)
		}
		if err := replaceFile(path, mended); err != nil {
			return n, fmt.Errorf("mend %s: %w", file, err)
		}
		n += len(of)
	}
	return n, nil
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == ""
}
