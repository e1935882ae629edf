package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/rollcall-dev/rollcall/lint"
)

// Markdown writes a short report for a comment or a job's summary. What others
// wrote stands in it as code, where it can neither mention anybody nor load
// anything.
func Markdown(w io.Writer, r lint.Result, o Options) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "## Rollcall: %s\n\n", verdict(r.Counts))
	if o.Commit != "" {
		fmt.Fprintf(b, "At commit %s: %s.\n\n", asCode(o.Commit), judged(r.Counts))
	} else {
		fmt.Fprintf(b, "%s.\n\n", judged(r.Counts))
	}
	for _, s := range []lint.Severity{lint.Error, lint.Warning, lint.Notice} {
		markdownFindings(b, s, r.Findings)
	}
	if lines := toldApart(r); len(lines) > 0 {
		fmt.Fprintf(b, "### Told apart\n\n- %s\n\n", strings.Join(lines, "\n- "))
	}
	if len(r.Silenced) > 0 {
		fmt.Fprint(b, "### Silenced by exceptions\n\n")
		for _, s := range r.Silenced {
			fmt.Fprintf(b, "- %s silences %s at %s\n", asCode(s.Exception), asCode(s.Finding.Rule), asCode(s.Finding.Pos.String()))
		}
		fmt.Fprintln(b)
	}
	if len(r.Skipped) > 0 {
		fmt.Fprint(b, "### Not judged\n\n")
		for _, s := range r.Skipped {
			fmt.Fprintf(b, "- %s: %s\n", asCode(s.Rule), asCode(s.Why))
		}
		fmt.Fprintln(b)
	}
	return b.Flush()
}

func verdict(c lint.Counts) string {
	if c.Errors+c.Warnings+c.Notices == 0 {
		return "nothing is wrong"
	}
	return fmt.Sprintf("%s, %s, %s", count(c.Errors, "error"), count(c.Warnings, "warning"), count(c.Notices, "notice"))
}

func markdownFindings(w io.Writer, severity lint.Severity, findings []lint.Finding) {
	headed := false
	for _, f := range findings {
		if f.Severity != severity {
			continue
		}
		if !headed {
			fmt.Fprintf(w, "### %ss\n\n", capital(string(severity)))
			headed = true
		}
		fmt.Fprintf(w, "- %s %s\n  %s\n", asCode(f.Pos.String()), asCode(f.Rule), asCode(f.Message))
	}
	if headed {
		fmt.Fprintln(w)
	}
}

// asCode is text as a code span, with a fence that is longer than any row of
// backticks in it.
func asCode(s string) string {
	s = plain(s)
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if s == "" || strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") || strings.Trim(s, " ") != s {
		return fence + " " + s + " " + fence
	}
	return fence + s + fence
}
