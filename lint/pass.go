package lint

import (
	"time"

	"github.com/rollcall-dev/rollcall/registry"
)

// Report adds a finding. What the rule leaves out is filled in: rule,
// severity and controls from the rule, and the place from identity and field.
// A severity that policy sets for the rule wins over the finding's own.
//
// Of a field that the schema refuses the rules say nothing more: its value was
// not read, and one gap is one finding.
func (p *Pass) Report(f Finding) {
	f.Rule = p.rule.ID
	if f.Entry == EntryIdentity && p.faulty[fieldOf{f.Identity, f.Field}] && !reads[f.Rule] {
		return
	}
	if f.Severity == "" || p.forced {
		f.Severity = p.rule.Severity
	}
	if f.Controls == nil {
		f.Controls = p.rule.Controls
	}
	if f.Pos == (registry.Pos{}) {
		f.Pos = p.place(f)
	}
	p.report(f)
}

// schemaRule is the rule of a file that does not satisfy the schema.
const schemaRule = "integrity/schema"

// hostileRule is the rule of a file that is not read, for what it may do.
const hostileRule = "integrity/hostile"

// reads are the rules whose findings are made when the files are read.
var reads = map[string]bool{schemaRule: true, hostileRule: true, "integrity/misplaced": true}

// refused are the fields of identities that the schema complains about.
func refused(s *registry.Snapshot) map[fieldOf]bool {
	fields := map[fieldOf]bool{}
	for _, pr := range s.Problems {
		if pr.Rule == schemaRule && pr.Identity != "" && pr.Field != "" {
			fields[fieldOf{pr.Identity, pr.Field}] = true
		}
	}
	return fields
}

// law is the snapshot whose policy, organisation, catalogue and exceptions
// count: the base's where a change is judged, so that no change brings its
// own law.
func (p *Pass) law() *registry.Snapshot {
	if p.Base != nil {
		return p.Base
	}
	return p.Head
}

// Organisation is the one that counts: the base's where there is a base, but
// for the question what else is wrong once a change of it is merged.
func (p *Pass) Organisation() *registry.Organisation {
	if p.organisation != nil {
		return p.organisation
	}
	return p.law().Organisation
}

// Merged is the pass in which head's own organisation counts, as it does once
// the change is merged.
func (p *Pass) Merged() *Pass {
	q := *p
	q.organisation = p.Head.Organisation
	return &q
}

// Policy is the one that counts: the base's where there is a base.
func (p *Pass) Policy() *registry.Policy { return p.law().Policy }

// Catalogue is the one that counts: the base's where there is a base.
func (p *Pass) Catalogue() *registry.Catalogue { return p.law().Catalogue }

// Approvals are the approval policies that count: the base's where there is a
// base.
func (p *Pass) Approvals() []registry.ApprovalPolicy { return p.law().Approvals }

// ApprovalSchema is the schema of [Pass.Approvals].
func (p *Pass) ApprovalSchema() []byte { return p.law().ApprovalSchema }

// Exceptions are those that count: the base's where there is a base. Rules
// that judge exceptions look at Head.Exceptions instead.
func (p *Pass) Exceptions() []*registry.Exception { return p.law().Exceptions }

// Limits are the policy's limits of a tier; none where it sets none.
func (p *Pass) Limits(t registry.Tier) registry.TierPolicy { return p.Policy().Tiers[t] }

// Today is the day of Now, in UTC.
func (p *Pass) Today() registry.Date {
	if p.today != "" {
		return p.today
	}
	return registry.Date(p.Now.UTC().Format(time.DateOnly))
}

// Ran tells whether the rule of that id is among those that are judged in
// this run.
func (p *Pass) Ran(rule string) bool { return p.ran[rule] }

// Silences counts the findings that an exception silenced. Only a rule that
// [NeedsOutcome] may ask.
func (p *Pass) Silences(exception string) int { return p.used[exception] }
