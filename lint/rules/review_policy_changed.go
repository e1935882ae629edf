package rules

import (
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
A change touches the policy, the organisation, an exception, or which approval
policies there are. It is judged by those of the base, not by its own.

# Why
Who may change what is allowed can allow anything. Such a change is therefore
never mixed in unseen with what it allows: NIST CSF 2.0 PR.AA-05 and NIST AI RMF
GOVERN 1.4 ask that policy is managed in the open.

# Before
	// one change: a longer maxLifetime, and a token that needs it

# After
	// first the policy, reviewed by those who answer for it; then the token

# How to mend
Have those look at it who answer for the policy. What needs the new policy passes
once that is merged: put it into a change of its own.
`,
})

func policyChanged(p *lint.Pass) {
	const wayOut = "the change is judged by what was there before; have those look at it who answer for the policy"
	said := func(entry lint.Entry, name, field string, pos registry.Pos, what string) {
		p.Report(lint.Finding{Entry: entry, Identity: name, Field: field, Pos: pos, Message: what + "; " + wayOut})
	}
	if fields := differing(p.Base.Policy, p.Head.Policy); len(fields) > 0 {
		said(lint.EntryPolicy, "", fields[0], p.Head.Policy.Pos(fields[0]), "the change touches the policy: "+both(fields))
	}
	if fields := differing(p.Base.Organisation, p.Head.Organisation); len(fields) > 0 {
		said(lint.EntryOrganisation, "", fields[0], p.Head.Organisation.Pos(fields[0]), "the change touches the organisation: "+both(fields))
	}
	base, head := exceptionsOf(p.Base), exceptionsOf(p.Head)
	for _, id := range slices.Sorted(maps.Keys(head)) {
		switch was := base[id]; {
		case was == nil:
			said(lint.EntryException, id, "", head[id].Pos(""), fmt.Sprintf("the change adds exception %q", id))
		case len(differing(was, head[id])) > 0:
			said(lint.EntryException, id, "", head[id].Pos(""), fmt.Sprintf("the change touches exception %q", id))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(base)) {
		if head[id] == nil {
			said(lint.EntryException, id, "", registry.Pos{File: base[id].Source()}, fmt.Sprintf("the change removes exception %q", id))
		}
	}
	approvalsChanged(p, said)
}

func approvalsChanged(p *lint.Pass, said func(lint.Entry, string, string, registry.Pos, string)) {
	for _, name := range p.Head.Approvals {
		if !slices.Contains(p.Base.Approvals, name) {
			said(lint.EntryPolicy, name, "", cedar(name), fmt.Sprintf("the change adds approval policy %q", name))
		}
	}
	for _, name := range p.Base.Approvals {
		if !slices.Contains(p.Head.Approvals, name) {
			said(lint.EntryPolicy, name, "", cedar(name), fmt.Sprintf("the change removes approval policy %q", name))
		}
	}
}

func cedar(name string) registry.Pos { return registry.Pos{File: "policies/" + name + ".cedar"} }

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
