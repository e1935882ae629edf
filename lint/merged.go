package lint

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/rollcall-dev/rollcall/registry"
)

// byEither judges a change once more where it changes what others are judged
// by. What its own organisation breaks is found now and not when it is merged;
// and where it says of a tenant that it is in another environment, what is
// wrong by the one before is wrong still.
func (res *Result) byEither(rules []Rule, p *Pass, was []Finding) {
	rules = slices.DeleteFunc(slices.Clone(rules), func(r Rule) bool { return r.Needs == NeedsFiles || r.Needs == NeedsOutcome })
	known := gapsOf(was, res.Findings, res.Before)
	if p.reorganised() {
		merged := p.otherwise(rules, p.Head, p.Head.Organisation)
		p.tellHealed(rules, res.Findings, gapsOf(merged))
		res.Findings = append(res.Findings, p.broken(lacking(known, merged))...)
	}
	if head := asBefore(p.Base, p.Head); head != nil {
		for _, f := range lacking(known, p.otherwise(rules, head, nil)) {
			f.Message = "by the environments that tenants had before this change, " + f.Message
			res.Findings = append(res.Findings, f)
		}
	}
}

// otherwise are the findings of the change with another head or, where it is
// not nil, another organisation that counts.
func (p *Pass) otherwise(rules []Rule, head *registry.Snapshot, o *registry.Organisation) []Finding {
	q := *p
	q.Head, q.organisation, q.common = head, o, &common{head: head.Identities}
	if ruling, ok := p.Rulings[p.Head]; ok {
		q.Rulings = map[*registry.Snapshot]registry.Ruling{head: ruling}
	}
	return Run(rules, q).Findings
}

// reorganised tells whether the change is one of the organisation. One that
// cannot be read is to be mended first: else everything would lead nowhere.
func (p *Pass) reorganised() bool {
	if p.Head.Unread("organisation") {
		return false
	}
	for _, pr := range p.Head.Problems {
		if (pr.Rule == schemaRule || pr.Rule == hostileRule) && strings.HasPrefix(pr.Pos.File, "registry/organisation.") {
			return false
		}
	}
	return !sameFields(reflect.ValueOf(p.Base.Organisation).Elem(), reflect.ValueOf(p.Head.Organisation).Elem())
}

// asBefore is head with the environments that its tenants had at base, or nil
// where these are the same. A tenant that had none had no say.
func asBefore(base, head *registry.Snapshot) *registry.Snapshot {
	before := *head
	before.Tenants = slices.Clone(head.Tenants)
	moved := false
	for i, t := range before.Tenants {
		was := base.Tenant(t.ID)
		if was == nil || was.Environment == "" || was.Environment == t.Environment {
			continue
		}
		as := *t
		as.Environment = was.Environment
		before.Tenants[i], moved = &as, true
	}
	if !moved {
		return nil
	}
	return registry.Build(before)
}

// gap is what a finding is about, however it says so: what is wrong with a
// field by two organisations is wrong once.
func gap(f Finding) same {
	k := key(f)
	k.message = ""
	return k
}

func gapsOf(findings ...[]Finding) map[same]bool {
	gaps := map[same]bool{}
	for _, some := range findings {
		for _, f := range some {
			gaps[gap(f)] = true
		}
	}
	return gaps
}

// lacking are the findings that are not among those known.
func lacking(known map[same]bool, findings []Finding) []Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f Finding) bool { return known[gap(f)] })
}

// tellHealed says of findings that the change's own organisation would not
// make what they wait for.
func (p *Pass) tellHealed(rules []Rule, findings []Finding, merged map[same]bool) {
	again := map[string]bool{}
	for _, r := range rules {
		again[r.ID] = true
	}
	for i := range findings {
		f := &findings[i]
		if !again[f.Rule] || merged[gap(*f)] {
			continue
		}
		file, quoted := p.organisationFile(), strconv.Quote(f.Value)
		what := withoutWayOut(f.Message)
		who, _, named := strings.Cut(what, quoted)
		if named && declaredAt(p.Head.Organisation, f.Value) != "" && declaredAt(p.Base.Organisation, f.Value) == "" {
			f.Message = fmt.Sprintf("%s%s, which is declared by this change alone, and counts once %s is merged; merge that first", who, quoted, file)
		} else {
			f.Message = fmt.Sprintf("%s; it is right by what this change makes of %s, which counts once merged: merge that first", what, file)
		}
		f.Edit = nil
	}
}

// broken says what the change's own organisation makes wrong, once for each
// rule and thing that is named.
func (p *Pass) broken(findings []Finding) (together []Finding) {
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Value, b.Value), cmp.Compare(a.Severity, b.Severity), order(a, b))
	})
	for len(findings) > 0 {
		f := findings[0]
		n := slices.IndexFunc(findings, func(g Finding) bool {
			return g.Rule != f.Rule || g.Value != f.Value || g.Severity != f.Severity
		})
		if n < 0 {
			n = len(findings)
		}
		findings = findings[n:]
		p.find([]*Finding{&f})
		places := "one place,"
		if n > 1 {
			places = fmt.Sprintf("%d places, the first", n)
		}
		g := Finding{Rule: f.Rule, Severity: f.Severity, Controls: f.Controls, Entry: EntryOrganisation, Value: f.Value}
		g.Field = declaredAt(p.Base.Organisation, f.Value)
		if g.Pos = p.Head.Organisation.Pos(g.Field); g.Pos.File == "" {
			g.Pos.File = p.organisationFile()
		}
		g.Message = fmt.Sprintf("once merged, this change of the organisation breaks %s %s: %s; mend what names it in the same change, or leave the organisation as it was", places, f.Pos, withoutWayOut(f.Message))
		together = append(together, g)
	}
	return together
}

func (p *Pass) organisationFile() string {
	return cmp.Or(p.Head.Organisation.Source(), p.Base.Organisation.Source(), "registry/organisation.cue")
}

// declaredAt is the field in which an organisation declares what references
// name, or "".
func declaredAt(o *registry.Organisation, ref string) string {
	kind, name, _ := strings.Cut(ref, "/")
	section := map[string]string{"person": "people", "team": "teams"}[kind]
	switch {
	case section != "" && o.Knows(ref):
		return fmt.Sprintf("%s.%q", section, name)
	case has(o.Environments, ref):
		section = "environments"
	case has(o.Departments, ref):
		section = "departments"
	case has(o.Systems, ref):
		section = "systems"
	default:
		return ""
	}
	return fmt.Sprintf("%s.%q", section, ref)
}

func has[V any](in map[string]V, name string) bool { _, ok := in[name]; return ok }

// withoutWayOut is a message up to its last semicolon.
func withoutWayOut(message string) string {
	if at := strings.LastIndex(message, "; "); at >= 0 {
		return message[:at]
	}
	return message
}
