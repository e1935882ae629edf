package rules

import (
	"fmt"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

// ownRulesChanged tells of the rules that the registry declares itself: each
// that the change adds, touches or removes, and what they share.
func ownRulesChanged(p *lint.Pass, said func(lint.Entry, string, string, registry.Pos, string)) {
	base, head := ownRules(p.Base), ownRules(p.Head)
	told := false
	tell := func(id string, pos registry.Pos, how string) {
		told = true
		said(lint.EntryPolicy, id, "", pos, fmt.Sprintf("the change %s rule %q", how, id))
	}
	for _, id := range sortedKeys(head) {
		switch was := base[id]; {
		case was == nil:
			tell(id, head[id].Pos(""), "adds")
		case len(differing(was, head[id])) > 0:
			tell(id, head[id].Pos(""), "touches")
		}
	}
	for _, id := range sortedKeys(base) {
		if head[id] == nil {
			tell(id, registry.Pos{File: base[id].Source()}, "removes")
		}
	}
	if !told && !registry.SameRules(p.Base, p.Head) {
		said(lint.EntryPolicy, "", "", firstLine(registry.RulesFile), "the change touches what the registry's own rules are made of")
	}
}

func ownRules(s *registry.Snapshot) map[string]*registry.OrganisationRule {
	by := map[string]*registry.OrganisationRule{}
	for _, r := range s.Rules {
		by[r.ID] = r
	}
	return by
}
