package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/rollcall-dev/rollcall/lint/report"
)

type lintFlags struct {
	rev           string
	base          string
	head          string
	staged        bool
	baseline      string
	writeBaseline string
	format        string
	at            string
	all           bool
	secrets       bool
	fix           bool
	strict        bool
	quiet         bool
	live          liveFlags
}

func newLint() *cobra.Command {
	var f lintFlags
	c := &cobra.Command{
		Use:   "lint [DIR]",
		Short: "judge a registry, or a change to it",
		Long: `Judge the registry in a folder, or at a commit of the git repository there,
by every rule. Each finding says where, what is wrong and the way out;
"rollcall explain RULE" says why it matters.

With --base, a change is judged: the files, or --head, against a commit. What the
change adds is found; what was there before is counted and blocks nothing. The
policy, organisation and exceptions of the base count, so that no change brings
its own law. Judge what merging would make: where the base has moved on, what
came there since looks removed. Files that the change touches, and each commit
that it brings, are searched for secrets; --secrets searches every file.

With --live, rules on what is live are judged too, by what the daemon saw last in
the tenants; where that is older than --fresh, it is said and does not count.

Exit code 1 says that there are errors; warnings and notices alone do not
(but see --strict).`,
		Example: `  rollcall lint                         the registry in this folder
  rollcall lint my-registry --rev main  a commit, without touching the work tree
  rollcall lint --base origin/main      what this work adds to main
  rollcall lint --staged                what the next commit adds, for a hook
  rollcall lint --base main --live      with what the daemon saw in the tenants
  rollcall lint --secrets               with a search of every file for secrets
  rollcall lint --format json           for machines
  rollcall lint --at 2027-04-01         as it will be judged on that day
  rollcall lint --fix                   mend what can be mended by itself

  rollcall lint --write-baseline accepted.json   start on a mess: accept today's
  rollcall lint --baseline accepted.json         findings, and see only new ones`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return f.run(c, folderOf(args))
		},
	}
	f.register(c)
	return c
}

func (f *lintFlags) register(c *cobra.Command) {
	c.Flags().StringVar(&f.rev, "rev", "", "judge this commit, branch or tag instead of the files")
	c.Flags().StringVar(&f.base, "base", "", "judge the change from this commit, branch or tag")
	c.Flags().StringVar(&f.head, "head", "", "with --base: judge the change to this commit instead of the files")
	c.Flags().BoolVar(&f.staged, "staged", false, "judge what is staged for the next commit, against --base or HEAD")
	c.Flags().StringVar(&f.baseline, "baseline", "", "count what this file accepts, and let it block nothing")
	c.Flags().StringVar(&f.writeBaseline, "write-baseline", "", "accept what is found now in this file")
	c.Flags().BoolVar(&f.all, "all", false, "show each finding that was there before or is in the baseline, and each rule that was skipped, and not only how many")
	c.Flags().BoolVar(&f.secrets, "secrets", false, "search every file for secrets, not only those that a change touches (a second and a half for 10,000 files)")
	c.Flags().BoolVar(&f.fix, "fix", false, "write the mends that are no guesses into the files, name each, and judge again")
	c.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "say nothing on standard error of how many were judged, and what that came to")
	c.Flags().BoolVar(&f.strict, "strict", false, "exit with 1 for warnings too")
	f.live.register(c)
	f.registerView(c)
	apart(c, [][]string{
		{"rev", "fix"}, {"head", "fix"}, {"staged", "fix"}, {"rev", "head", "staged"}, {"rev", "base"}, {"baseline", "write-baseline"},
		// what was there before does not block a change anyway
		{"base", "baseline"}, {"base", "write-baseline"}, {"staged", "baseline"}, {"staged", "write-baseline"},
	}...)
}

// registerView are the flags of what is shown.
func (f *lintFlags) registerView(c *cobra.Command) {
	c.Flags().StringVar(&f.format, "format", "text", "one of "+strings.Join(formats(), ", "))
	c.Flags().StringVar(&f.at, "at", "", "judge as on this day, YYYY-MM-DD (default: now)")
	must(c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats(), cobra.ShellCompDirectiveNoFileComp)))
}

func formats() []string { return report.Names() }

// check says what is wrong with the flags.
func (f *lintFlags) check() error {
	if _, ok := report.Formats[f.format]; !ok {
		return fmt.Errorf("there is no format %q; use one of %s", f.format, strings.Join(formats(), ", "))
	}
	if f.head != "" && f.base == "" {
		return fmt.Errorf("--head %s says where a change ends, and not where it begins; add --base, or use --rev", f.head)
	}
	return f.live.check()
}

func (f *lintFlags) run(c *cobra.Command, dir string) error {
	if err := f.check(); err != nil {
		return err
	}
	ctx, done := context.WithCancel(c.Context())
	defer done()
	spareMemory(ctx)
	j, err := f.judge(dir, c.ErrOrStderr())
	if err != nil {
		return err
	}
	if f.fix {
		if j, err = f.mend(dir, j, c.ErrOrStderr()); err != nil {
			return err
		}
	}
	if err := f.accept(&j, c.ErrOrStderr()); err != nil {
		return err
	}
	j.result.Gather()
	if err := f.show(c.OutOrStdout(), j); err != nil {
		return err
	}
	if err := f.sum(c.ErrOrStderr(), j); err != nil {
		return err
	}
	if n := j.result.Counts; n.Errors > 0 || f.strict && n.Warnings > 0 {
		return errFindings
	}
	return nil
}

// show writes what was found in the format that was asked for.
func (f *lintFlags) show(out io.Writer, j judgement) error {
	err := report.Formats[f.format](out, j.result, report.Options{
		Commit: j.commit, Version: versionOf().Version, Rules: j.rules,
		Change: j.change, All: f.all,
		Colour: isTerminal(out),
		Source: func(file string) ([]byte, error) { return fs.ReadFile(j.files, file) },
	})
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// sum writes how many were judged, and what that came to. What belongs to no
// machine's format is said with text alone.
func (f *lintFlags) sum(notes io.Writer, j judgement) (err error) {
	switch {
	case f.quiet:
	case f.format != "text":
		_, err = fmt.Fprintln(notes, report.Line(j.result))
	default:
		err = report.Summary(notes, j.result, report.Options{All: f.all})
	}
	if err != nil {
		return fmt.Errorf("write the summary: %w", err)
	}
	return nil
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == ""
}
