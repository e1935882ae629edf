package report

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
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
// file:line:column. On a terminal it shows the source line with a caret below.
// How many there are is said by [Summary].
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
	for _, line := range toldApart(r) {
		fmt.Fprintln(b, line)
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

// Summary writes what was judged and what that came to, in a line; how many rules
// were not judged, in another, or each with its reason by [Options.All].
func Summary(w io.Writer, r lint.Result, o Options) error {
	b := bufio.NewWriter(w)
	fmt.Fprintln(b, Line(r))
	if o.All {
		for _, s := range r.Skipped {
			fmt.Fprintf(b, "skipped %s: it %s\n", s.Rule, plain(s.Why))
		}
	} else if len(r.Skipped) > 0 {
		fmt.Fprintln(b, skipped(r.Skipped))
	}
	if n := mendable(r.Findings); n > 0 {
		fmt.Fprintf(b, "%s can be mended by `rollcall lint --fix`\n", count(n, "finding"))
	}
	return b.Flush()
}

// skipped says how many rules were not judged, and which flags they want.
func skipped(all []lint.Skipped) string {
	wanted, others := 0, 0
	flags := map[string]bool{}
	for _, s := range all {
		switch {
		case strings.HasPrefix(s.Why, "needs a base"):
			flags["--base"] = true
		case s.Why == "needs a recent observation of the tenants": // and none was asked for
			flags["--live"] = true
		case strings.HasPrefix(s.Why, "needs files"):
			flags["--secrets"] = true
		default:
			others++
			continue
		}
		wanted++
	}
	var parts []string
	if wanted > 0 {
		names := slices.Sorted(maps.Keys(flags))
		last := len(names) - 1
		text := names[last]
		if last > 0 {
			text = strings.Join(names[:last], ", ") + " or " + text
		}
		parts = append(parts, count(wanted, "rule")+map[bool]string{true: " needs ", false: " need "}[wanted == 1]+text)
	}
	if others > 0 {
		parts = append(parts, count(others, "rule")+map[bool]string{true: " was", false: " were"}[others == 1]+" not, or not wholly, judged")
	}
	return strings.Join(parts, ", ") + "; --all lists " + map[bool]string{true: "it", false: "them"}[len(all) == 1]
}

// Line is the first line of a [Summary].
func Line(r lint.Result) string {
	c := r.Counts
	line := judged(c) + ": "
	if len(r.Findings) == 0 {
		line += allWell(r)
	} else {
		line += fmt.Sprintf("%s, %s, %s", count(c.Errors, "error"), count(c.Warnings, "warning"), count(c.Notices, "notice"))
	}
	if c.Silenced > 0 {
		line += fmt.Sprintf("; %s silenced by exceptions", count(c.Silenced, "finding"))
	}
	return line
}

// allWell is what is said without findings.
func allWell(r lint.Result) string {
	switch {
	case len(r.Before) > 0:
		return "the change adds nothing wrong"
	case len(r.Accepted) > 0:
		return "nothing new is wrong"
	}
	return "nothing found"
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
