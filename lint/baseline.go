package lint

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// A Baseline is what a team has accepted for now, so that it can start on a
// registry that is a mess: what is in it is counted and does not block.
type Baseline struct {
	Version  int        `json:"version"` // of the file's form: 1
	Findings []Accepted `json:"findings"`
}

// Accepted is one finding of a baseline. The fingerprint alone counts; the rest
// says to people what it is.
type Accepted struct {
	Fingerprint string `json:"fingerprint"`
	Rule        string `json:"rule"`
	Identity    string `json:"identity,omitempty"`
	Field       string `json:"field,omitempty"`
	File        string `json:"file,omitempty"`
}

const baselineVersion = 1

// NewBaseline accepts the findings of a result. Left are those of strict rules,
// which no baseline accepts.
func NewBaseline(rules []Rule, r Result) (b Baseline, left []Finding) {
	b = Baseline{Version: baselineVersion, Findings: []Accepted{}}
	strict := strictOf(rules)
	for _, f := range r.Findings {
		if strict[f.Rule] {
			left = append(left, f)
			continue
		}
		b.Findings = append(b.Findings, Accepted{f.Fingerprint(), f.Rule, f.Identity, f.Field, f.Pos.File})
	}
	return b, left
}

func strictOf(rules []Rule) map[string]bool {
	strict := map[string]bool{}
	for _, r := range rules {
		strict[r.ID] = r.Strict
	}
	return strict
}

// ReadBaseline reads what [Baseline.Text] wrote.
func ReadBaseline(text []byte) (Baseline, error) {
	var b Baseline
	if err := json.Unmarshal(text, &b); err != nil {
		return Baseline{}, fmt.Errorf("read a baseline: %w", err)
	}
	if b.Version != baselineVersion {
		return Baseline{}, fmt.Errorf("read a baseline: its version is %d, and this rollcall reads version %d; write it again", b.Version, baselineVersion)
	}
	for i, a := range b.Findings {
		if a.Fingerprint == "" {
			return Baseline{}, fmt.Errorf("read a baseline: finding %d has no fingerprint", i+1)
		}
	}
	return b, nil
}

// Text is the baseline as a file: JSON with a finding a line, so that changes
// to it read well.
func (b Baseline) Text() []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "{\"version\": %d, \"findings\": [", b.Version)
	for i, a := range b.Findings {
		line, err := json.Marshal(a)
		if err != nil {
			panic(err) // strings always marshal
		}
		if i > 0 {
			out.WriteByte(',')
		}
		fmt.Fprintf(&out, "\n  %s", line)
	}
	out.WriteString("\n]}\n")
	return out.Bytes()
}

// Accept takes what the baseline accepts out of the findings. One that is in it
// once is accepted once. What strict rules find is never accepted.
func (res *Result) Accept(rules []Rule, b Baseline) {
	strict := strictOf(rules)
	accepted := map[string]int{}
	for _, a := range b.Findings {
		accepted[a.Fingerprint]++
	}
	var stand []Finding
	for _, f := range res.Findings {
		name := f.Fingerprint()
		if accepted[name] == 0 || strict[f.Rule] {
			stand = append(stand, f)
			continue
		}
		accepted[name]--
		res.Accepted = append(res.Accepted, f)
	}
	res.Findings = stand
	for _, a := range b.Findings {
		if accepted[a.Fingerprint] > 0 {
			accepted[a.Fingerprint]--
			res.Outdated = append(res.Outdated, a)
		}
	}
	res.count(res.Counts.Identities, res.Counts.Rules)
}
