package report

import (
	"encoding/xml"
	"fmt"
	"io"

	"github.com/rollcall-dev/rollcall/lint"
)

type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	File    string        `xml:"file,attr,omitempty"`
	Line    int           `xml:"line,attr,omitempty"`
	Failure *junitMessage `xml:"failure"`
	Skipped *junitMessage `xml:"skipped"`
	Out     string        `xml:"system-out,omitempty"`
}

type junitMessage struct {
	Type    string `xml:"type,attr,omitempty"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// JUnit writes a test suite for build servers: an error is a test that failed,
// a warning or a notice one that passed and says something, and a rule that
// was not judged one that was skipped.
func JUnit(w io.Writer, r lint.Result, _ Options) error {
	suite := junitSuite{Name: "rollcall lint", Failures: r.Counts.Errors, Skipped: len(r.Skipped)}
	for _, f := range r.Findings {
		suite.Cases = append(suite.Cases, junitFinding(f))
	}
	for _, s := range r.Skipped {
		suite.Cases = append(suite.Cases, junitCase{Class: s.Rule, Name: s.Rule, Skipped: &junitMessage{Message: plain(s.Why)}})
	}
	if len(suite.Cases) == 0 {
		suite.Cases = []junitCase{{Class: "rollcall", Name: judged(r.Counts)}}
	}
	suite.Tests = len(suite.Cases)
	text, err := xml.MarshalIndent(junitSuites{Suites: []junitSuite{suite}}, "", "  ")
	if err != nil {
		return fmt.Errorf("write findings as JUnit XML: %w", err)
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, text)
	return err
}

func junitFinding(f lint.Finding) junitCase {
	c := junitCase{
		Class: f.Rule,
		Name:  plain(f.Pos.String()),
		File:  plain(f.Pos.File),
		Line:  f.Pos.Line,
	}
	if f.Severity == lint.Error {
		c.Failure = &junitMessage{Type: f.Rule, Message: plain(f.Message), Text: plain(f.Pos.String())}
	} else {
		c.Out = fmt.Sprintf("%s: %s", f.Severity, plain(f.Message))
	}
	return c
}
