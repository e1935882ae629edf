package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/rollcall-dev/rollcall/lint"
)

// Explain writes a rule's page for a terminal.
func Explain(w io.Writer, r lint.Rule) error {
	b := bufio.NewWriter(w)
	sentence, _, _ := strings.Cut(r.Doc, "\n")
	fmt.Fprintf(b, "%s: %s\n", r.ID, sentence)
	for _, s := range page(r) {
		fmt.Fprintf(b, "\n%s\n", strings.ToUpper(s.title))
		for _, line := range s.lines {
			fmt.Fprintln(b, strings.TrimRight("  "+strings.ReplaceAll(line, "\t", "    "), " "))
		}
	}
	return b.Flush()
}

// RuleBook writes the pages of all rules as one Markdown document:
// docs/rules.md.
func RuleBook(w io.Writer, rules []lint.Rule) error {
	b := bufio.NewWriter(w)
	fmt.Fprint(b, "# Lint rules\n\nWritten from the rules' own values, as `rollcall explain RULE` shows them.\n\n")
	fmt.Fprint(b, "| rule | severity | what holds |\n| --- | --- | --- |\n")
	for _, r := range rules {
		sentence, _, _ := strings.Cut(r.Doc, "\n")
		fmt.Fprintf(b, "| [%s](#%s) | %s | %s |\n", r.ID, anchor(r.ID), r.Severity, sentence)
	}
	for _, r := range rules {
		sentence, _, _ := strings.Cut(r.Doc, "\n")
		fmt.Fprintf(b, "\n## %s\n\n**%s.**\n", r.ID, capital(sentence))
		for _, s := range page(r) {
			fmt.Fprintf(b, "\n### %s\n\n", s.title)
			markdownLines(b, s.lines)
		}
	}
	return b.Flush()
}

// A part of a page.
type part struct {
	title string
	lines []string
}

// page is a rule's page: the sections of its Doc, and what follows from its
// values.
func page(r lint.Rule) []part {
	parts := sections(r.Doc)
	for i, s := range parts {
		if s.title == "Why" {
			parts[i].lines = append(s.lines, controlLines(r)...)
		}
	}
	if parts[len(parts)-1].title != "How to configure" {
		parts = append(parts, part{title: "How to configure"})
	}
	last := &parts[len(parts)-1]
	if len(last.lines) > 0 {
		last.lines = append(last.lines, "")
	}
	last.lines = append(last.lines, severityLines(r)...)
	return append(parts, part{"Waivable", []string{waivable(r)}})
}

// sections parts a Doc at its "# Title" lines. The first line is the rule's
// sentence and is left out.
func sections(doc string) (parts []part) {
	for _, line := range strings.Split(strings.TrimSpace(doc), "\n")[1:] {
		title, is := strings.CutPrefix(line, "# ")
		if is {
			parts = append(parts, part{title: title})
			continue
		}
		if len(parts) > 0 {
			last := &parts[len(parts)-1]
			last.lines = append(last.lines, line)
		}
	}
	for i := range parts {
		parts[i].lines = trim(parts[i].lines)
	}
	return parts
}

func trim(lines []string) []string {
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

func controlLines(r lint.Rule) (lines []string) {
	if len(r.Controls) > 0 {
		lines = append(lines, "")
	}
	for _, c := range r.Controls {
		name := c
		if strings.HasPrefix(c, "NHI") {
			name = "OWASP " + c
		}
		if title := lint.ControlTitle(c); title != "" {
			name += ": " + title
		}
		lines = append(lines, "- "+name)
	}
	return lines
}

func severityLines(r lint.Rule) []string {
	if !r.Waivable && r.Severity == lint.Error {
		return []string{"Policy can neither lower it nor switch it off."}
	}
	return []string{
		fmt.Sprintf("It is %s unless registry/policy.cue says otherwise: error, warning, notice or off.", article(r.Severity)),
		"",
		fmt.Sprintf("\tpolicy: rules: %q: severity: \"warning\"", r.ID),
	}
}

func article(s lint.Severity) string {
	if s == lint.Error {
		return "an error"
	}
	return "a " + string(s)
}

func waivable(r lint.Rule) string {
	if r.Waivable {
		return "Yes: an exception with a reason and an end silences it on what it names."
	}
	return "No: no exception silences it."
}

// markdownLines writes text as it is and indented text as CUE.
func markdownLines(w io.Writer, lines []string) {
	code := false
	for _, line := range lines {
		text, indented := strings.CutPrefix(line, "\t")
		if indented != code && (indented || line != "") {
			fmt.Fprintln(w, map[bool]string{true: "```cue", false: "```"}[indented])
			code = indented
		}
		fmt.Fprintln(w, text)
	}
	if code {
		fmt.Fprintln(w, "```")
	}
}

func anchor(id string) string { return strings.ReplaceAll(id, "/", "") }

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
