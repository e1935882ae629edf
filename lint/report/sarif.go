package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

// fingerprint is the name of our fingerprints; it changes when they do.
const fingerprint = "rollcall/v1"

// home is where the tool is described.
const home = "https://github.com/rollcall-dev/rollcall"

// SARIF writes SARIF 2.1.0, for code scanning. A finding that an exception
// silences is in it as a suppressed one; a mend is a fix; the fingerprint stays
// when lines move.
func SARIF(w io.Writer, r lint.Result, o Options) error {
	text, err := json.MarshalIndent(sarifReport(r, o), "", "  ")
	if err != nil {
		return fmt.Errorf("write findings as SARIF: %w", err)
	}
	_, err = w.Write(append(escapeJSON(text), '\n'))
	return err
}

func sarifReport(r lint.Result, o Options) *sarif.Report {
	run := sarif.NewRunWithInformationURI("rollcall", home)
	run.ColumnKind = new("unicodeCodePoints")
	if o.Version != "" {
		run.Tool.Driver.WithVersion(o.Version)
	}
	for _, rule := range o.Rules {
		sarifRule(run, rule)
	}
	s := sarifWriter{run: run, source: o.Source, seen: map[string]int{}}
	for _, f := range r.Findings {
		if res := s.add(f); o.Change {
			res.WithBaselineState("new")
		}
	}
	for _, f := range r.Before {
		s.add(f).WithBaselineState("unchanged")
	}
	for _, f := range r.Accepted {
		why := sarif.NewSuppression().WithKind("external").WithJustification("accepted by the baseline")
		s.add(f).Suppressions = []*sarif.Suppression{why}
	}
	for _, q := range r.Silenced {
		why := sarif.NewSuppression().WithKind("external").WithJustification("exception " + plain(q.Exception))
		s.add(q.Finding).Suppressions = []*sarif.Suppression{why}
	}
	for _, q := range r.Skipped {
		s.skip(q)
	}
	report := sarif.NewReport()
	report.AddRun(run)
	return report
}

func sarifRule(run *sarif.Run, rule lint.Rule) {
	sentence, _, _ := strings.Cut(rule.Doc, "\n")
	var page bytes.Buffer
	if err := Explain(&page, rule); err != nil {
		panic(err) // a buffer takes everything
	}
	d := run.AddRule(rule.ID)
	d.ShortDescription = sarif.NewMultiformatMessageString().WithText(capital(sentence) + ".")
	d.Help = sarif.NewMultiformatMessageString().WithText(page.String())
	about := "rules.md#" + anchor(rule.ID)
	if rule.Needs == lint.NeedsRuling { // an organisation's own
		about = "organisation-rules.md"
	}
	d.HelpURI = new(home + "/blob/main/docs/" + about)
	d.DefaultConfiguration = sarif.NewReportingConfiguration().WithLevel(levels[rule.Severity])
	d.Properties = sarif.NewPropertyBag().WithTags(rule.Controls)
}

var levels = map[lint.Severity]string{lint.Error: "error", lint.Warning: "warning", lint.Notice: "note"}

type sarifWriter struct {
	run    *sarif.Run
	source func(string) ([]byte, error)
	seen   map[string]int // fingerprints
}

func (s *sarifWriter) add(f lint.Finding) *sarif.Result {
	res := s.run.CreateResultForRule(f.Rule).
		WithLevel(levels[f.Severity]).
		WithMessage(sarif.NewTextMessage(linkless(f.Message)))
	name := f.Fingerprint()
	s.seen[name]++
	res.PartialFingerprints = map[string]string{fingerprint: fmt.Sprintf("%s:%d", name, s.seen[name])}
	if f.Pos.File != "" {
		place := sarif.NewPhysicalLocation().WithArtifactLocation(artifact(f.Pos.File))
		if f.Pos.Line > 0 {
			place.WithRegion(s.region(f.Pos.File, f.Pos.Offset, f.Pos))
		}
		res.AddLocation(sarif.NewLocationWithPhysicalLocation(place))
	}
	if f.Edit != nil {
		res.Fixes = []*sarif.Fix{s.fix(*f.Edit)}
	}
	return res
}

// region is the place of one byte; its column is counted in characters where
// the text can be read.
func (s *sarifWriter) region(file string, offset int, pos registry.Pos) *sarif.Region {
	r := sarif.NewRegion().WithStartLine(pos.Line).WithStartColumn(max(pos.Column, 1))
	if text := s.read(file); offset <= len(text) && offset > 0 {
		_, column := lineColumn(text, offset)
		r.WithStartColumn(column)
	}
	return r
}

func (s *sarifWriter) fix(e registry.Edit) *sarif.Fix {
	deleted := sarif.NewRegion().WithByteOffset(e.Start).WithByteLength(e.End - e.Start)
	if text := s.read(e.File); e.Start <= e.End && e.End <= len(text) {
		line, column := lineColumn(text, e.Start)
		endLine, endColumn := lineColumn(text, e.End)
		deleted.WithStartLine(line).WithStartColumn(column).WithEndLine(endLine).WithEndColumn(endColumn)
	}
	replacement := sarif.NewReplacement().
		WithDeletedRegion(deleted).
		WithInsertedContent(sarif.NewArtifactContent().WithText(e.New))
	change := sarif.NewArtifactChange().WithArtifactLocation(artifact(e.File))
	change.Replacements = []*sarif.Replacement{replacement}
	fix := sarif.NewFix()
	fix.ArtifactChanges = []*sarif.ArtifactChange{change}
	return fix
}

// skip notes a rule that was not judged.
func (s *sarifWriter) skip(q lint.Skipped) {
	if len(s.run.Invocations) == 0 {
		s.run.Invocations = []*sarif.Invocation{sarif.NewInvocation().WithExecutionSuccessful(true)}
	}
	note := sarif.NewNotification().WithLevel("note")
	note.Message = sarif.NewTextMessage(fmt.Sprintf("rule %s was skipped: it %s", q.Rule, linkless(q.Why)))
	in := s.run.Invocations[0]
	in.ToolExecutionNotifications = append(in.ToolExecutionNotifications, note)
}

func (s *sarifWriter) read(file string) []byte {
	if s.source == nil {
		return nil
	}
	text, err := s.source(file)
	if err != nil {
		return nil // without the text, bytes stand for characters
	}
	return text
}

// lineColumn is where a byte stands, both counted from 1, the column in
// characters.
func lineColumn(text []byte, offset int) (line, column int) {
	before := text[:offset]
	start := bytes.LastIndexByte(before, '\n') + 1
	return 1 + bytes.Count(before, []byte("\n")), 1 + utf8.RuneCount(before[start:])
}

func artifact(file string) *sarif.ArtifactLocation {
	u := url.URL{Path: file}
	return sarif.NewArtifactLocation().WithURI(u.EscapedPath()).WithURIBaseID("%SRCROOT%")
}

// linkless is a message in which no link begins, which SARIF would make of
// [text](address).
func linkless(s string) string { return strings.ReplaceAll(plain(s), "](", "] (") }
