package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

// jsonVersion is the version of the document that [JSON] writes. Fields are
// added without a new one; it is raised when one goes or means something else.
const jsonVersion = 1

// A jsonDocument is what [JSON] writes. Lists are never null; a finding that
// stands nowhere has no line; bytes are counted from 0, lines and columns from
// 1.
type jsonDocument struct {
	Version  int             `json:"version"`
	Commit   string          `json:"commit,omitempty"`
	Findings []jsonFinding   `json:"findings"` // by place, then rule
	Silenced []jsonSilenced  `json:"silenced"` // by an exception
	Skipped  []jsonSkipped   `json:"skipped"`  // rules that were not judged
	Before   []jsonFinding   `json:"before"`   // the change; they do not block
	Accepted []jsonFinding   `json:"accepted"` // by the baseline; they do not block
	Outdated []lint.Accepted `json:"outdated"` // of the baseline, and found no more
	Summary  jsonSummary     `json:"summary"`
}

type jsonFinding struct {
	Rule        string        `json:"rule"`
	Severity    lint.Severity `json:"severity"`
	Fingerprint string        `json:"fingerprint"`
	Entry       lint.Entry    `json:"entry,omitempty"` // what identity names, where it is none
	Identity    string        `json:"identity,omitempty"`
	Others      []string      `json:"others,omitempty"` // identities of which the same is true
	Field       string        `json:"field,omitempty"`
	Value       string        `json:"value,omitempty"`
	Message     string        `json:"message"`
	File        string        `json:"file,omitempty"`
	Line        int           `json:"line,omitempty"`
	Column      int           `json:"column,omitempty"`
	Offset      *int          `json:"offset,omitempty"`
	Controls    []string      `json:"controls"`
	Edit        *jsonEdit     `json:"edit,omitempty"`
}

// A jsonEdit replaces the bytes from start to end, the end excluded.
type jsonEdit struct {
	File  string `json:"file"`
	Start int    `json:"start"`
	End   int    `json:"end"`
	New   string `json:"new"`
}

type jsonSilenced struct {
	Finding   jsonFinding `json:"finding"`
	Exception string      `json:"exception"`
}

type jsonSkipped struct {
	Rule string `json:"rule"`
	Why  string `json:"why"`
}

type jsonSummary struct {
	Identities int `json:"identities"`
	Rules      int `json:"rules"`
	Errors     int `json:"errors"`
	Warnings   int `json:"warnings"`
	Notices    int `json:"notices"`
	Silenced   int `json:"silenced"`
	Skipped    int `json:"skipped"`
	Before     int `json:"before"`
	Accepted   int `json:"accepted"`
	Outdated   int `json:"outdated"`
}

// JSON writes one document with everything, for programs. docs/lint-json.md
// says what its fields mean.
func JSON(w io.Writer, r lint.Result, o Options) error {
	doc := jsonDocument{
		Version:  jsonVersion,
		Commit:   o.Commit,
		Findings: []jsonFinding{},
		Silenced: []jsonSilenced{},
		Skipped:  []jsonSkipped{},
		Before:   []jsonFinding{},
		Accepted: []jsonFinding{},
		Outdated: append([]lint.Accepted{}, r.Outdated...),
		Summary:  jsonSummary(r.Counts),
	}
	for _, f := range r.Findings {
		doc.Findings = append(doc.Findings, findingJSON(f))
	}
	for _, s := range r.Silenced {
		doc.Silenced = append(doc.Silenced, jsonSilenced{findingJSON(s.Finding), s.Exception})
	}
	for _, s := range r.Skipped {
		doc.Skipped = append(doc.Skipped, jsonSkipped(s))
	}
	for _, f := range r.Before {
		doc.Before = append(doc.Before, findingJSON(f))
	}
	for _, f := range r.Accepted {
		doc.Accepted = append(doc.Accepted, findingJSON(f))
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(doc); err != nil {
		return fmt.Errorf("write findings as JSON: %w", err)
	}
	_, err := w.Write(escapeJSON(b.Bytes()))
	return err
}

func findingJSON(f lint.Finding) jsonFinding {
	j := jsonFinding{
		Rule:        f.Rule,
		Severity:    f.Severity,
		Fingerprint: f.Fingerprint(),
		Entry:       f.Entry,
		Identity:    f.Identity,
		Others:      f.Others,
		Field:       f.Field,
		Value:       f.Value,
		Message:     f.Message,
		File:        f.Pos.File,
		Line:        f.Pos.Line,
		Column:      f.Pos.Column,
		Controls:    append([]string{}, f.Controls...),
		Edit:        editJSON(f.Edit),
	}
	if f.Pos.Line > 0 {
		j.Offset = &f.Pos.Offset
	}
	return j
}

func editJSON(e *registry.Edit) *jsonEdit {
	if e == nil {
		return nil
	}
	return &jsonEdit{File: e.File, Start: e.Start, End: e.End, New: e.New}
}

// escapeJSON writes the characters that act, and that JSON allows as they are,
// as \u codes: a reader of the document gets the same, a terminal does nothing.
func escapeJSON(doc []byte) []byte {
	var b bytes.Buffer
	for _, r := range string(doc) {
		switch {
		case r == '\n' || !acts(r):
			b.WriteRune(r)
		case r > 0xffff:
			hi, lo := (r-0x10000)>>10+0xd800, (r-0x10000)&0x3ff+0xdc00
			fmt.Fprintf(&b, `\u%04x\u%04x`, hi, lo)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.Bytes()
}
