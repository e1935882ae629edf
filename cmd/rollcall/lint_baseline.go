package main

import (
	"fmt"
	"io"
	"os"

	"github.com/rollcall-dev/rollcall/lint"
)

// accept takes what the baseline accepts out of what was found; with
// --write-baseline, that is all that is found now.
func (f *lintFlags) accept(j *judgement, notes io.Writer) error {
	if f.baseline != "" {
		text, err := os.ReadFile(f.baseline)
		if err != nil {
			return fmt.Errorf("read the baseline: %w; write it with --write-baseline", err)
		}
		b, err := lint.ReadBaseline(text)
		if err != nil {
			return fmt.Errorf("%s: %w", f.baseline, err)
		}
		j.result.Accept(j.rules, b)
	}
	if f.writeBaseline == "" {
		return nil
	}
	b, left := lint.NewBaseline(j.rules, j.result)
	if err := replaceFile(f.writeBaseline, b.Text()); err != nil {
		return fmt.Errorf("write the baseline: %w", err)
	}
	fmt.Fprintf(notes, "%s accepts %d findings from now on\n", f.writeBaseline, len(b.Findings))
	if len(left) > 0 {
		fmt.Fprintf(notes, "%d findings may be accepted by no baseline\n", len(left))
	}
	j.result.Accept(j.rules, b)
	return nil
}
