// Command rollcall calls the roll of integration platforms: it judges a
// registry of their identities, compares it with the live tenants, and reverts
// what is not on it, with evidence.
//
// A file is a command; all that stands here is wiring.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// Exit codes, the same for every command.
const (
	exitFine     = 0 // nothing is wrong
	exitFindings = 1 // the work was done and something is wrong: findings, drift, evidence that does not hold
	exitFailed   = 2 // the work could not be done
)

// errFindings ends a command that has shown what is wrong.
var errFindings = errors.New("findings")

func run(args []string, in io.Reader, out, errs io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return execute(ctx, args, in, out, errs)
}

func execute(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return exitFine
	case errors.Is(err, errFindings):
		return exitFindings
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		fmt.Fprintln(errs, "rollcall: stopped")
		return exitFailed
	}
	fmt.Fprintf(errs, "rollcall: %v\n", err)
	return exitFailed
}
