package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/rollcall-dev/rollcall/internal/follow"
)

func newWatch() *cobra.Command {
	var f lintFlags
	c := &cobra.Command{
		Use:   "watch [DIR]",
		Short: "judge a registry again on every save",
		Long: `Judge the registry in a folder, as "rollcall lint" does, and again whenever a
file in it is saved. On a terminal the screen shows the latest result; in a pipe
the findings follow each other, and a line on standard error says when each
judgement was made. It ends with an interrupt (Ctrl-C).`,
		Example: `  rollcall watch my-registry
  rollcall watch --base main     only what this work adds to main`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return f.watch(c, folderOf(args))
		},
	}
	c.Flags().StringVar(&f.base, "base", "", "judge the change from this commit, branch or tag")
	c.Flags().BoolVar(&f.all, "all", false, "show each finding that was there before, and not only how many")
	f.registerView(c)
	return c
}

// clear empties a terminal's screen, what was scrolled away included.
const clear = "\x1b[H\x1b[2J\x1b[3J"

func (f *lintFlags) watch(c *cobra.Command, dir string) error {
	if err := f.check(); err != nil {
		return err
	}
	ctx, done := context.WithCancel(c.Context())
	defer done()
	spareMemory(ctx)
	folder := follow.Folder{Dir: dir}
	changes := folder.Changes(ctx) // before the first look, so that no save is missed
	out, notes := c.OutOrStdout(), c.ErrOrStderr()
	if err := f.look(dir, out, notes); err != nil {
		return err
	}
	blind := ""
	for range changes {
		if err := f.look(dir, out, notes); err != nil { // a file that was just moved; the next save tells
			fmt.Fprintf(notes, "rollcall: %v\n", err)
		}
		if err := folder.Err(); err != nil && err.Error() != blind {
			blind = err.Error()
			fmt.Fprintf(notes, "rollcall: %v; looking every 30 seconds instead\n", err)
		}
	}
	return nil
}

// look judges once and shows what was found.
func (f *lintFlags) look(dir string, out, notes io.Writer) error {
	j, err := f.judge(dir, notes)
	if err != nil {
		return err
	}
	if isTerminal(out) {
		fmt.Fprint(out, clear)
	}
	if err := f.show(out, j); err != nil {
		return err
	}
	if !isTerminal(out) {
		fmt.Fprintf(notes, "%s: ", time.Now().Format(time.TimeOnly))
	}
	return f.sum(notes, j)
}
