package rules

import (
	"fmt"
	"maps"
	"slices"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

// applicationsChanged reports what registry/catalogue says otherwise. Whoever
// may call a scope harmless may give it to anybody.
func applicationsChanged(p *lint.Pass, said func(lint.Entry, string, string, registry.Pos, string)) {
	base := map[string]*registry.Application{}
	for _, a := range p.Base.Applications {
		base[a.ID] = a
	}
	for _, a := range p.Head.Applications {
		was := base[a.ID]
		delete(base, a.ID)
		what := "adds"
		if was != nil {
			if len(differing(was.App, a.App)) == 0 {
				continue
			}
			what = "touches"
		}
		message := fmt.Sprintf("the change %s application %q of the catalogue", what, a.ID)
		for _, l := range a.Lowers {
			message += ", lowers " + l.String()
		}
		said(lint.EntryPolicy, a.ID, "", a.Pos(""), message)
	}
	for _, id := range slices.Sorted(maps.Keys(base)) {
		said(lint.EntryPolicy, id, "", registry.Pos{File: base[id].Source()}, fmt.Sprintf("the change removes application %q of the catalogue", id))
	}
}
