package registry

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// An assembly puts files together to a snapshot.
type assembly struct {
	Snapshot
	problems []Problem
	seen     map[string]map[string]string // files of entries by section and id
	read     func(name string) ([]byte, error)
	rules    int // of the registry's own
}

// take takes the entries of files, those first that stand where they belong:
// of two of the same id the other one is the mistake.
func (a *assembly) take(all []outcome) {
	files := notable(all)
	for _, f := range files {
		for i := range f.problems {
			if f.problems[i].Identity == "" {
				f.problems[i].Identity = identityOf(f.name)
			}
		}
		a.problems = append(a.problems, f.problems...)
	}
	for _, o := range all {
		if o.file != nil {
			a.addAll(o.file, true)
		} else {
			a.addIdentity(o.identity)
		}
	}
	for _, f := range files {
		a.addAll(f, false)
	}
}

// addAll adds the entries of a file that stand in their place, or the others.
func (a *assembly) addAll(f *file, placed bool) {
	for _, e := range f.entries {
		if e.placed == placed {
			a.add(e)
		}
	}
}

// addIdentity adds the identity of a file that holds nothing else.
func (a *assembly) addIdentity(id *Identity) {
	s, _ := sectionOf("identities")
	if !a.twice(s, id.ID, id.Source(), func() Pos { return id.Pos("") }) {
		a.Identities = append(a.Identities, id)
	}
}

func (a *assembly) add(e *entry) {
	if first := a.seen[e.section.name][e.id]; first != "" && e.idHere() != "" && !e.placed {
		a.copied(e, first)
		return
	}
	if a.twice(e.section, e.id, e.file, func() Pos { return e.first }) {
		return
	}
	src := source{file: e.file, path: e.at, read: a.read}
	switch v := e.value.(type) {
	case *Identity:
		v.source = src
		a.Identities = append(a.Identities, v)
	case *Tenant:
		v.source = src
		a.Tenants = append(a.Tenants, v)
	case *Organisation:
		v.source = src
		a.Organisation = v
	case *Policy:
		v.source = src
		a.Policy = v
	case *Exception:
		v.source = src
		a.Exceptions = append(a.Exceptions, v)
	case *Access:
		v.source = src
		a.Snapshot.Access = append(a.Snapshot.Access, v)
	case *Application:
		v.source = src
		a.Applications = append(a.Applications, v)
	case *OrganisationRule:
		v.source = src
		a.addRule(v, e.first)
	}
}

// twice notes an entry, and complains if there is one of the same id already.
func (a *assembly) twice(s section, id, file string, at func() Pos) bool {
	seen := a.seen[s.name]
	if seen == nil {
		seen = map[string]string{}
		a.seen[s.name] = seen
	}
	first, twice := seen[id]
	if !twice {
		seen[id] = file
		return false
	}
	p := Problem{Rule: ruleSchema, Pos: at(), Message: fmt.Sprintf("%s is declared twice, first in %s; keep one", s.named(s.noun, id), first)}
	if s.name == "identities" {
		p.Identity = id
	}
	a.problems = append(a.problems, p)
	return true
}

// copied complains of an entry that was copied from the file of its id to that
// of another one. It is no second declaration, and has no place to move to.
func (a *assembly) copied(e *entry, first string) {
	here := e.idHere()
	a.problems = slices.DeleteFunc(a.problems, func(p Problem) bool { return p.Rule == ruleMisplaced && p.Pos == e.first })
	p := Problem{Rule: ruleSchema, Pos: e.first, Message: fmt.Sprintf("this file declares %q, which stands in %s; write %s: %q here",
		clip(e.id), first, e.section.name, clip(here))}
	if e.section.name == "identities" {
		p.Identity = here
	}
	a.problems = append(a.problems, p)
}

// again reads a file again for a place in it.
func again(fsys fs.FS) func(name string) ([]byte, error) {
	return func(name string) ([]byte, error) { return readFile(fsys, name, large.bytes) }
}

func (a *assembly) finish() *Snapshot {
	a.checkWindows()
	a.checkExceptions()
	slices.SortFunc(a.Identities, func(x, y *Identity) int { return strings.Compare(x.ID, y.ID) })
	slices.SortFunc(a.Tenants, func(x, y *Tenant) int { return strings.Compare(x.ID, y.ID) })
	slices.SortFunc(a.Exceptions, func(x, y *Exception) int { return strings.Compare(x.ID, y.ID) })
	slices.SortFunc(a.Snapshot.Access, func(x, y *Access) int { return strings.Compare(x.ID, y.ID) })
	slices.SortFunc(a.Applications, func(x, y *Application) int { return strings.Compare(x.ID, y.ID) })
	slices.SortFunc(a.Rules, func(x, y *OrganisationRule) int { return strings.Compare(x.ID, y.ID) })
	a.extendCatalogue()
	slices.SortFunc(a.Approvals, func(x, y ApprovalPolicy) int { return strings.Compare(x.Name, y.Name) })
	slices.SortStableFunc(a.problems, comparePlaces)
	a.Snapshot.Problems = a.problems
	return Build(a.Snapshot)
}

func comparePlaces(x, y Problem) int {
	if c := strings.Compare(x.Pos.File, y.Pos.File); c != 0 {
		return c
	}
	if x.Pos.Line != y.Pos.Line {
		return x.Pos.Line - y.Pos.Line
	}
	return x.Pos.Column - y.Pos.Column
}
