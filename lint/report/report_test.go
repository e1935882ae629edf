package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/lint/report"
	"github.com/rollcall-dev/rollcall/registry"
)

var update = flag.Bool("update", false, "write what is reported into the goldens")

// files are the judged ones.
var files = map[string]string{
	"registry/identities/n8n-prod/crm.cue": "package registry\n\nidentities: \"n8n-prod/crm\": #Workflow & {\n\ttier:   \"read-only\" // it reads\n\tbackup: \"team/crmm\"\n}\n",
}

func source(file string) ([]byte, error) {
	text, ok := files[file]
	if !ok {
		return nil, os.ErrNotExist
	}
	return []byte(text), nil
}

func result() lint.Result {
	const file = "registry/identities/n8n-prod/crm.cue"
	tier := lint.Finding{
		Rule: "tier/understated", Severity: lint.Error, Identity: "n8n-prod/crm", Field: "tier", Value: "read-only",
		Pos:      registry.Pos{File: file, Line: 4, Column: 2, Offset: 61},
		Message:  `workflow "n8n-prod/crm" has tier "read-only", but its step makes it privileged; set tier: "privileged"`,
		Controls: []string{"NHI5:2025", "NIST CSF 2.0 PR.AA-05"},
		Edit:     &registry.Edit{File: file, Start: 69, End: 80, New: `"privileged"`},
	}
	backup := lint.Finding{
		Rule: "ownership/unknown", Severity: lint.Warning, Identity: "n8n-prod/crm", Field: "backup", Value: "team/crmm",
		Pos:     registry.Pos{File: file, Line: 5, Column: 2, Offset: 94},
		Message: `workflow "n8n-prod/crm" has backup "team/crmm", who is nobody in the organisation; did you mean "team/crm"?`,
	}
	app := lint.Finding{
		Rule: "tier/unclassified-app", Severity: lint.Notice, Entry: lint.EntryPolicy, Message: "policy is empty; write one",
	}
	return lint.Result{
		Findings: []lint.Finding{app, tier, backup},
		Silenced: []lint.Silenced{{Finding: backup, Exception: "legacy"}},
		Skipped:  []lint.Skipped{{Rule: "lifecycle/removed-while-live", Why: "needs a recent observation of the tenants"}},
		Counts:   lint.Counts{Identities: 1, Rules: 40, Errors: 1, Warnings: 1, Notices: 1, Silenced: 1, Skipped: 1},
	}
}

// apart is a result of which all but one finding blocks nothing.
func apart() lint.Result {
	r := result()
	r.Before, r.Accepted, r.Findings = r.Findings[:1], r.Findings[2:], r.Findings[1:2]
	r.Silenced, r.Skipped = nil, nil
	r.Outdated = []lint.Accepted{{Fingerprint: "4f2a", Rule: "purpose/vague", Identity: "n8n-prod/crm", Field: "purpose", File: "registry/identities/n8n-prod/crm.cue"}}
	r.Counts = lint.Counts{Identities: 1, Rules: 40, Errors: 1, Before: 1, Accepted: 1, Outdated: 1}
	return r
}

// skipped are rules that were not judged, one for each reason.
func skipped() []lint.Skipped {
	return []lint.Skipped{
		{Rule: "lifecycle/removed-while-live", Why: "needs a recent observation of the tenants"},
		{Rule: "purpose/vague", Why: "switched off by policy"},
		{Rule: "review/policy-changed", Why: "needs a base to compare with"},
		{Rule: "secret/in-registry", Why: "needs files to search: those of a change, or all by --secrets"},
	}
}

func write(t *testing.T, format string, r lint.Result, o report.Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.Formats[format](&b, r, o); err != nil {
		t.Fatalf("write %s: %v", format, err)
	}
	return b.String()
}

// book are rules as the real ones are, with short pages.
func book() []lint.Rule {
	const doc = `what holds is said in a sentence

# What
Something is wrong.

# Why
It matters.

# Before
	tier: "read-only"

# After
	tier: "privileged"

# How to mend
Mend it.
`
	return []lint.Rule{
		{ID: "ownership/unknown", Doc: doc, Severity: lint.Error, Waivable: true, Controls: []string{"NIST CSF 2.0 PR.AA-01"}},
		{ID: "tier/unclassified-app", Doc: doc, Severity: lint.Notice, Waivable: true, Controls: []string{"NHI5:2025"}},
		{ID: "tier/understated", Doc: doc + "\n# How to configure\nBy the catalogue.\n", Severity: lint.Error, Controls: []string{"NHI5:2025"}},
	}
}

func TestReportGoldens(t *testing.T) {
	const name = "testdata/report.txtar"
	a, err := txtar.ParseFile(name)
	if err != nil && !*update {
		t.Fatal(err)
	}
	want := map[string]string{}
	if a != nil {
		for _, f := range a.Files {
			want[f.Name] = string(f.Data)
		}
	}
	o := report.Options{Commit: "4f2a", Version: "1.2.3", Rules: book(), Source: source}
	got := &txtar.Archive{Comment: []byte("The same three findings in every format.\n")}
	add := func(name, text string) {
		got.Files = append(got.Files, txtar.File{Name: name, Data: []byte(text)})
		if diff := cmp.Diff(want[name], text); diff != "" && !*update {
			t.Errorf("%s (-golden +written); run with -update and read it:\n%s", name, diff)
		}
	}
	for _, format := range report.Names() {
		add(format, write(t, format, result(), o))
		add(format+" of nothing", write(t, format, lint.Result{Counts: lint.Counts{Identities: 2, Rules: 40}}, o))
	}
	o.Change, o.All = true, true
	for _, format := range report.Names() {
		add(format+" of what blocks and what does not", write(t, format, apart(), o))
	}
	o.Change, o.All = false, false
	var page, pages bytes.Buffer
	if err := errors.Join(report.Explain(&page, book()[2]), report.RuleBook(&pages, book())); err != nil {
		t.Fatal(err)
	}
	add("a rule explained", page.String())
	add("the rule book", pages.String())
	o.Colour = true
	var summaries bytes.Buffer
	all := o
	all.All = true
	if err := errors.Join(report.Summary(&summaries, result(), o), report.Summary(&summaries, result(), all),
		report.Summary(&summaries, lint.Result{Counts: lint.Counts{Identities: 2, Rules: 40}, Skipped: skipped()}, o)); err != nil {
		t.Fatal(err)
	}
	add("summaries", summaries.String())
	add("text on a terminal", strings.ReplaceAll(write(t, "text", result(), o), "\x1b", "␛"))
	add("text of nothing on a terminal", strings.ReplaceAll(write(t, "text", lint.Result{Counts: lint.Counts{Identities: 2, Rules: 40}}, o), "\x1b", "␛"))
	if *update {
		if err := os.WriteFile(name, txtar.Format(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// hostile is a result every text of which was written by somebody who means
// harm.
func hostile() lint.Result {
	const evil = "x\x1b[2J\r\n::error::forged\n## <img src=x> `|@everyone]]>\u202e\u0085\u2028\x00\xff"
	f := lint.Finding{
		Rule: "tier/understated", Severity: lint.Error, Identity: evil, Field: evil, Value: evil, Message: evil,
		Pos:      registry.Pos{File: "registry/" + evil, Line: 1, Column: 1},
		Controls: []string{"NHI5:2025"},
		Edit:     &registry.Edit{File: "registry/" + evil, New: evil},
	}
	return lint.Result{
		Findings: []lint.Finding{f},
		Silenced: []lint.Silenced{{Finding: f, Exception: evil}},
		Skipped:  []lint.Skipped{{Rule: "tier/understated", Why: evil}},
		Before:   []lint.Finding{f},
		Accepted: []lint.Finding{f},
		Outdated: []lint.Accepted{{Fingerprint: evil, Rule: evil, Identity: evil, Field: evil, File: evil}},
		Counts:   lint.Counts{Errors: 1, Before: 1, Accepted: 1, Outdated: 1},
	}
}

func TestWhatStrangersWroteDoesNotActInAnyFormat(t *testing.T) {
	evilSource := func(string) ([]byte, error) { return []byte("a \x1b[2J\u202e b\r\n"), nil }
	for _, format := range report.Names() {
		out := write(t, format, hostile(), report.Options{Source: evilSource, All: true})
		for _, r := range out {
			if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028') {
				t.Errorf("%s lets the character %U through", format, r)
			}
		}
		for line := range strings.Lines(out) {
			if strings.HasPrefix(line, "::error::forged") || strings.HasPrefix(line, "## <img") {
				t.Errorf("%s lets a stranger begin a line: %q", format, line)
			}
		}
	}
}

func TestWhatStrangersWroteDoesNotActOnATerminal(t *testing.T) {
	evilSource := func(string) ([]byte, error) { return []byte("a \x1b[2J\u202e b\r\n"), nil }
	var sum bytes.Buffer
	if err := report.Summary(&sum, hostile(), report.Options{All: true}); err != nil {
		t.Fatal(err)
	}
	out := write(t, "text", hostile(), report.Options{Source: evilSource, Colour: true}) + sum.String()
	for _, ours := range []string{"\x1b[1m", "\x1b[2m", "\x1b[0m", "\x1b[31m"} {
		out = strings.ReplaceAll(out, ours, "")
	}
	if strings.ContainsFunc(out, func(r rune) bool { return r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) }) {
		t.Errorf("a terminal would obey a stranger: %q", out)
	}
	if n := strings.Count(out, "forged"); n != 1+1+1 {
		t.Errorf("what the stranger wrote is shown %d times, in place, message and reason: want 3 times", n)
	}
}

func TestHTMLMakesNoTagOfWhatStrangersWrote(t *testing.T) {
	out := write(t, "html", hostile(), report.Options{Commit: "<script>", Version: "<script>", All: true})
	for _, tag := range []string{"<img", "<script", "javascript:"} {
		if strings.Contains(out, tag) {
			t.Errorf("the page holds %q", tag)
		}
	}
	if n := strings.Count(out, "&lt;img"); n < 5 {
		t.Errorf("what the stranger wrote is shown %d times, want it in every list", n)
	}
}

func TestJSONKeepsWhatWasWritten(t *testing.T) {
	r := hostile()
	r.Findings[0].Message = strings.ToValidUTF8(r.Findings[0].Message, "\ufffd")
	var doc struct {
		Version  int
		Findings []struct{ Message string }
	}
	if err := json.Unmarshal([]byte(write(t, "json", r, report.Options{})), &doc); err != nil {
		t.Fatalf("the JSON does not read: %v", err)
	}
	if doc.Version != 1 || len(doc.Findings) != 1 || doc.Findings[0].Message != r.Findings[0].Message {
		t.Errorf("a program reads %+v, and not what the finding says", doc)
	}
}

func TestJUnitIsXML(t *testing.T) {
	for _, r := range []lint.Result{hostile(), result(), {}} {
		d := xml.NewDecoder(strings.NewReader(write(t, "junit", r, report.Options{})))
		for {
			_, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("the XML does not read: %v", err)
			}
		}
	}
}

type broken struct{}

var errFull = errors.New("the disk is full")

func (broken) Write([]byte) (int, error) { return 0, errFull }

func TestAReportThatCannotBeWrittenIsAnError(t *testing.T) {
	for name, format := range report.Formats {
		if err := format(broken{}, result(), report.Options{}); !errors.Is(err, errFull) {
			t.Errorf("%s says %v of a full disk", name, err)
		}
	}
}
