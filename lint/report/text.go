package report

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/rollcall-dev/rollcall/lint"
)

// ANSI codes of a terminal.
const (
	bold    = "\x1b[1m"
	dim     = "\x1b[2m"
	plainly = "\x1b[0m"
)

var colours = map[lint.Severity]string{
	lint.Error:   "\x1b[31m",
	lint.Warning: "\x1b[33m",
	lint.Notice:  "\x1b[36m",
}

// Text writes a line a finding, for people and for tools that read
// file:line:column. On a terminal it shows the source line with a caret below,
// and ends with a summary; in a pipe it says nothing but the findings.
func Text(w io.Writer, r lint.Result, o Options) error {
	b := bufio.NewWriter(w)
	lines := sourceLines{read: o.Source}
	for _, f := range r.Findings {
		if !o.Colour {
			textLine(b, f, "")
			continue
		}
		fmt.Fprintf(b, "%s%s:%s %s%s:%s %s %s[%s]%s\n", bold, plain(f.Pos.String()), plainly,
			colours[f.Severity], f.Severity, plainly, plain(f.Message), dim, f.Rule, plainly)
		if line, caret := lines.at(f); line != "" {
			fmt.Fprintf(b, "    %s\n    %s%s%s\n", line, colours[f.Severity], caret, plainly)
		}
	}
	if o.All {
		textApart(b, r)
	}
	switch lines := toldApart(r); {
	case o.Colour:
		summary(b, r)
	case len(lines) > 0:
		fmt.Fprintf(b, "%s\n", strings.Join(lines, "\n"))
	}
	return b.Flush()
}

func textLine(w io.Writer, f lint.Finding, why string) {
	fmt.Fprintf(w, "%s: %s%s: %s [%s]\n", plain(f.Pos.String()), why, f.Severity, plain(f.Message), f.Rule)
}

// textApart writes the findings that do not block, each with the reason.
func textApart(w io.Writer, r lint.Result) {
	for _, f := range r.Before {
		textLine(w, f, "from before: ")
	}
	for _, f := range r.Accepted {
		textLine(w, f, "in the baseline: ")
	}
	for _, a := range r.Outdated {
		fmt.Fprintf(w, "%s: no more: %s of %s [%s]\n", plain(orDash(a.File)), plain(orDash(a.Field)), plain(orDash(a.Identity)), plain(a.Rule))
	}
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func summary(w io.Writer, r lint.Result) {
	if len(r.Findings) > 0 {
		fmt.Fprintln(w)
	}
	for _, s := range r.Skipped {
		fmt.Fprintf(w, "%sskipped %s: it %s%s\n", dim, s.Rule, plain(s.Why), plainly)
	}
	c := r.Counts
	fmt.Fprintf(w, "%s: ", judged(c))
	if len(r.Findings) == 0 {
		fmt.Fprint(w, allWell(r))
	} else {
		fmt.Fprintf(w, "%s, %s, %s", count(c.Errors, "error"), count(c.Warnings, "warning"), count(c.Notices, "notice"))
	}
	if c.Silenced > 0 {
		fmt.Fprintf(w, "; %s silenced by exceptions", count(c.Silenced, "finding"))
	}
	fmt.Fprintln(w)
	for _, line := range toldApart(r) {
		fmt.Fprintln(w, line)
	}
	if n := mendable(r.Findings); n > 0 {
		fmt.Fprintf(w, "%s can be mended by `rollcall lint --fix`\n", count(n, "finding"))
	}
}

// allWell is what is said without findings.
func allWell(r lint.Result) string {
	switch {
	case len(r.Before) > 0:
		return "the change adds nothing wrong"
	case len(r.Accepted) > 0:
		return "nothing new is wrong"
	}
	return "nothing is wrong"
}

// judged says what was looked at.
func judged(c lint.Counts) string {
	return count(c.Identities, "identity") + ", " + count(c.Rules, "rule")
}

func mendable(findings []lint.Finding) (n int) {
	for _, f := range findings {
		if f.Edit != nil {
			n++
		}
	}
	return n
}

// sourceLines finds the line of a finding. Findings come by file, so that one
// file at a time is kept.
type sourceLines struct {
	read  func(string) ([]byte, error)
	file  string
	lines [][]byte
}

// widest is how much of a line is shown.
const widest = 160

// at is the line on which a finding stands and a caret below its column; empty
// where the text cannot be read.
func (s *sourceLines) at(f lint.Finding) (line, caret string) {
	if s.read == nil || f.Pos.Line == 0 || f.Secret {
		return "", ""
	}
	if s.file != f.Pos.File {
		text, err := s.read(f.Pos.File)
		if err != nil {
			text = nil
		}
		s.file, s.lines = f.Pos.File, bytes.Split(text, []byte("\n"))
	}
	if f.Pos.Line > len(s.lines) {
		return "", ""
	}
	whole := s.lines[f.Pos.Line-1]
	column := min(max(f.Pos.Column-1, 0), len(whole))
	if column > widest {
		return "", ""
	}
	before := strings.ReplaceAll(string(whole[:column]), "\t", "    ")
	after := strings.TrimRight(string(whole[column:]), "\r")
	line = plain(before) + plain(after)
	if runes := []rune(line); len(runes) > widest {
		line = string(runes[:widest]) + "…"
	}
	return line, strings.Repeat(" ", len([]rune(plain(before)))) + "^"
}
