package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/rollcall-dev/rollcall/lint"
)

//go:embed html.tmpl
var htmlText string

var htmlPage = template.Must(template.New("html").Funcs(template.FuncMap{
	"plain": plain,
	"count": count,
	"title": lint.ControlTitle,
}).Parse(htmlText))

// An htmlReport is what the page shows.
type htmlReport struct {
	lint.Result
	Options
	Verdict  string
	Apart    []string
	Controls []htmlControl // OWASP's, all ten
	Other    htmlCounts    // of findings that name none of them
	Groups   []htmlGroup   // those with findings, the worst first
}

type htmlCounts struct{ Errors, Warnings, Notices int }

type htmlControl struct {
	ID, Title string
	htmlCounts
}

type htmlGroup struct {
	Severity lint.Severity
	Name     string
	Rules    []htmlRule // by number of findings, the most first
}

type htmlRule struct {
	ID       string
	Sentence string   // what holds; empty where the rule is not known
	Controls []string // of its first finding
	Findings []lint.Finding
}

// HTML writes one page for people who do not read code: how much there is, by
// severity and by OWASP's risks of non-human identities, then the findings by
// rule. It needs nothing else, runs no script and loads nothing.
func HTML(w io.Writer, r lint.Result, o Options) error {
	page := htmlReport{
		Result: r, Options: o,
		Verdict: capital(htmlVerdict(r)),
		Apart:   toldApart(r),
		Groups:  htmlGroups(r.Findings, o.Rules),
	}
	page.Controls, page.Other = htmlByControl(r.Findings)
	var b bytes.Buffer
	if err := htmlPage.Execute(&b, page); err != nil {
		return fmt.Errorf("write findings as HTML: %w", err)
	}
	_, err := w.Write(b.Bytes())
	return err
}

func htmlVerdict(r lint.Result) string {
	if len(r.Findings) == 0 {
		return allWell(r)
	}
	return verdict(r.Counts)
}

func (c *htmlCounts) add(s lint.Severity) {
	switch s {
	case lint.Error:
		c.Errors++
	case lint.Warning:
		c.Warnings++
	default:
		c.Notices++
	}
}

// Any tells whether there is anything.
func (c htmlCounts) Any() bool { return c != htmlCounts{} }

// htmlByControl counts findings by OWASP's ten; a finding that names two counts
// for both.
func htmlByControl(findings []lint.Finding) (controls []htmlControl, other htmlCounts) {
	for n := range 10 {
		id := fmt.Sprintf("NHI%d:2025", n+1)
		controls = append(controls, htmlControl{ID: id, Title: lint.ControlTitle(id)})
	}
	for _, f := range findings {
		named := false
		for i := range controls {
			if slices.Contains(f.Controls, controls[i].ID) {
				controls[i].add(f.Severity)
				named = true
			}
		}
		if !named {
			other.add(f.Severity)
		}
	}
	return controls, other
}

func htmlGroups(findings []lint.Finding, rules []lint.Rule) (groups []htmlGroup) {
	sentences := map[string]string{}
	for _, r := range rules {
		sentence, _, _ := strings.Cut(r.Doc, "\n")
		sentences[r.ID] = sentence
	}
	for _, s := range []lint.Severity{lint.Error, lint.Warning, lint.Notice} {
		g := htmlGroup{Severity: s, Name: capital(string(s)) + "s"}
		at := map[string]int{}
		for _, f := range findings {
			if f.Severity != s {
				continue
			}
			i, known := at[f.Rule]
			if !known {
				i = len(g.Rules)
				at[f.Rule] = i
				g.Rules = append(g.Rules, htmlRule{ID: f.Rule, Sentence: sentences[f.Rule], Controls: f.Controls})
			}
			g.Rules[i].Findings = append(g.Rules[i].Findings, f)
		}
		slices.SortStableFunc(g.Rules, func(a, b htmlRule) int { return len(b.Findings) - len(a.Findings) })
		if len(g.Rules) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}
