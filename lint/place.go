package lint

import (
	"cmp"
	"slices"

	"github.com/rollcall-dev/rollcall/registry"
)

// later is the line of a place that is looked for when all is judged: to look
// for it is to read a file again, which takes longer than a rule does.
const later = -1

// place is the file in which the identity or the tenant at fault stands; what
// else can be at fault brings its own place.
func (p *Pass) place(f Finding) registry.Pos {
	if at := p.at(f); at != nil {
		return registry.Pos{File: at.Source(), Line: later}
	}
	return registry.Pos{}
}

// placed is an entry that knows where its fields stand.
type placed interface {
	Source() string
	PosIn(r *registry.Reading, field string) registry.Pos
}

// at is the entry that is at fault, or nil.
func (p *Pass) at(f Finding) placed {
	switch f.Entry {
	case EntryIdentity:
		if id := p.Head.Identity(f.Identity); id != nil {
			return id
		}
	case EntryTenant:
		if t := p.Head.Tenant(f.Identity); t != nil {
			return t
		}
	}
	return nil
}

// find finds the places of findings, several files at a time: each is read once.
func (p *Pass) find(findings []*Finding) {
	findings = slices.DeleteFunc(findings, func(f *Finding) bool { return f.Pos.Line != later })
	slices.SortStableFunc(findings, func(a, b *Finding) int { return cmp.Compare(a.Pos.File, b.Pos.File) })
	var tasks []func() []Finding
	for start := 0; start < len(findings); {
		end := min(start+32, len(findings))
		for end < len(findings) && findings[end].Pos.File == findings[end-1].Pos.File {
			end++
		}
		some := findings[start:end]
		start = end
		tasks = append(tasks, func() []Finding {
			var read registry.Reading
			for _, f := range some {
				f.Pos = p.at(*f).PosIn(&read, f.Field)
			}
			return nil
		})
	}
	inParallel(tasks)
}

// settlePlaces gives all findings of a result their places, and their order by
// them.
func (res *Result) settlePlaces(p *Pass, brief bool) {
	var all []*Finding
	for i := range res.Findings {
		all = append(all, &res.Findings[i])
	}
	for i := range res.Silenced {
		all = append(all, &res.Silenced[i].Finding)
	}
	for i := range res.Before {
		if f := &res.Before[i]; !brief {
			all = append(all, f)
		} else if f.Pos.Line == later {
			f.Pos.Line = 0
		}
	}
	p.find(all)
	slices.SortFunc(res.Findings, order)
	slices.SortFunc(res.Before, order)
	slices.SortFunc(res.Silenced, func(a, b Silenced) int { return order(a.Finding, b.Finding) })
}
