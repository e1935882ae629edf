package rules

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "review/policy-changed",
	Severity: lint.Warning,
	Controls: []string{"NIST CSF 2.0 PR.AA-05", "NIST AI RMF 1.0 GOVERN 1.4"},
	Waivable: true,
	Needs:    lint.NeedsBase,
	Check:    policyChanged,
	Doc: `a change to the rules of the game is seen as one

# What
A change touches the policy, the organisation, a tenant, an exception, a rule of
the registry's own, what it says of an application, or which approval policies there
are; or a file that decides how changes are judged: the CUE module, the copy of the
schema, CODEOWNERS, a workflow. It is judged by those of the base, not by its own.
Of a tenant the message names old and new values, and identities on one that gets
another environment are judged by both. What a change of the organisation breaks
elsewhere is an error of the rule that it breaks, told at the organisation. Where a
scope, a role or an operation counts for less by the registry than by Rollcall
alone, the message says so.

# Why
Who may change what is allowed can allow anything. Such a change is therefore
never mixed in unseen with what it allows: NIST CSF 2.0 PR.AA-05 and NIST AI RMF
GOVERN 1.4 ask that policy is managed in the open.

# Before
	// one change: a longer maxLifetime, and a token that needs it

# After
	// first the policy, reviewed by those who answer for it; then the token

# How to mend
Have its code owners review it. What needs the new policy passes
once that is merged: put it into a change of its own.
`,
})

func policyChanged(p *lint.Pass) {
	const wayOut = "it takes effect when merged, and until then the base's version judges; have its code owners review it"
	told := map[string]bool{} // files that are spoken of
	said := func(entry lint.Entry, name, field string, pos registry.Pos, what string) {
		told[pos.File] = true
		out := wayOut
		if entry == lint.EntryTenant {
			out = "have its code owners review it"
		}
		p.Report(lint.Finding{Entry: entry, Identity: name, Field: field, Pos: pos, Message: what + "; " + out})
	}
	if fields := differing(p.Base.Policy, p.Head.Policy); len(fields) > 0 && !p.Head.Unread("policy") {
		said(lint.EntryPolicy, "", fields[0], p.Head.Policy.Pos(fields[0]), "the change touches the policy: "+both(fields))
	}
	if fields := differing(p.Base.Organisation, p.Head.Organisation); len(fields) > 0 && !p.Head.Unread("organisation") {
		said(lint.EntryOrganisation, "", fields[0], p.Head.Organisation.Pos(fields[0]), "the change touches the organisation: "+both(fields))
	}
	base, head := exceptionsOf(p.Base), exceptionsOf(p.Head)
	var read registry.Reading
	for _, id := range slices.Sorted(maps.Keys(head)) {
		switch was := base[id]; {
		case was == nil:
			said(lint.EntryException, id, "", head[id].PosIn(&read, ""), fmt.Sprintf("the change adds exception %q", id))
		case len(differing(was, head[id])) > 0:
			said(lint.EntryException, id, "", head[id].PosIn(&read, ""), fmt.Sprintf("the change touches exception %q", id))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(base)) {
		if head[id] == nil {
			said(lint.EntryException, id, "", registry.Pos{File: base[id].Source()}, fmt.Sprintf("the change removes exception %q", id))
		}
	}
	tenantsChanged(p, said)
	approvalsChanged(p, said)
	applicationsChanged(p, said)
	ownRulesChanged(p, said, told)
	guardedChanged(p, said)
}

func approvalsChanged(p *lint.Pass, said func(lint.Entry, string, string, registry.Pos, string)) {
	for _, is := range p.Head.Approvals {
		switch was := p.Base.Approval(is.Name); {
		case was == nil:
			said(lint.EntryPolicy, is.Name, "", firstLine(is.File), fmt.Sprintf("the change adds approval policy %q", is.Name))
		case !bytes.Equal(was.Text, is.Text):
			said(lint.EntryPolicy, is.Name, "", differsAt(is.File, was.Text, is.Text), fmt.Sprintf("the change touches approval policy %q", is.Name))
		}
	}
	for _, was := range p.Base.Approvals {
		if p.Head.Approval(was.Name) == nil {
			said(lint.EntryPolicy, was.Name, "", registry.Pos{File: was.File}, fmt.Sprintf("the change removes approval policy %q", was.Name))
		}
	}
	const file = registry.ApprovalSchemaFile
	switch was, is := p.Base.ApprovalSchema, p.Head.ApprovalSchema; {
	case bytes.Equal(was, is):
	case was == nil:
		said(lint.EntryPolicy, "", "", firstLine(file), "the change adds the schema of the approval policies")
	case is == nil:
		said(lint.EntryPolicy, "", "", registry.Pos{File: file}, "the change removes the schema of the approval policies")
	default:
		said(lint.EntryPolicy, "", "", differsAt(file, was, is), "the change touches the schema of the approval policies")
	}
}

func firstLine(file string) registry.Pos { return registry.Pos{File: file, Line: 1, Column: 1} }

// differsAt is the first line of a file that is not as it was.
func differsAt(file string, was, is []byte) registry.Pos {
	pos := firstLine(file)
	for line := range bytes.Lines(is) {
		rest, same := bytes.CutPrefix(was, line)
		if !same || len(rest) == len(was) {
			break
		}
		was = rest
		pos.Line, pos.Offset = pos.Line+1, pos.Offset+len(line)
	}
	return pos
}

func exceptionsOf(s *registry.Snapshot) map[string]*registry.Exception {
	by := map[string]*registry.Exception{}
	for _, ex := range s.Exceptions {
		by[ex.ID] = ex
	}
	return by
}

// differing names the fields in which two entries of the same kind differ, as
// the registry names them.
func differing(base, head any) (fields []string) {
	was, is := fieldsOf(base), fieldsOf(head)
	for _, name := range slices.Sorted(maps.Keys(is)) {
		if string(was[name]) != string(is[name]) {
			fields = append(fields, strings.ToLower(name[:1])+name[1:])
		}
	}
	return fields
}

// fieldsOf are the values of an entry by field.
func fieldsOf(entry any) map[string]json.RawMessage {
	text, err := json.Marshal(entry)
	if err != nil {
		panic(err) // strings, numbers, lists and maps of them always marshal
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(text, &fields); err != nil {
		panic(err) // it was written a moment ago
	}
	return fields
}
