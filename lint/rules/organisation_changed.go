package rules

import (
	"fmt"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

// mostRulesTold is how many rules a change may touch to be told of each.
const mostRulesTold = 20

// ownRulesChanged tells of the rules that the registry declares itself: each
// that the change adds, touches or removes, and what they share, but for files
// that are told of.
func ownRulesChanged(p *lint.Pass, said func(lint.Entry, string, string, registry.Pos, string), told map[string]bool) {
	base, head := ownRules(p.Base), ownRules(p.Head)
	if p.Head.Unread("rules") {
		return // what the change does to them will be seen when the file can be read
	}
	var added, touched, removed []string
	for _, id := range sortedKeys(head) {
		switch was := base[id]; {
		case was == nil:
			added = append(added, id)
		case len(differing(was, head[id])) > 0:
			touched = append(touched, id)
		}
	}
	for _, id := range sortedKeys(base) {
		if head[id] == nil {
			removed = append(removed, id)
		}
	}
	if n := len(added) + len(touched) + len(removed); n > mostRulesTold {
		said(lint.EntryPolicy, "", "", firstLine(registry.RulesFile),
			fmt.Sprintf("the change adds, touches or removes %d rules: it adds %d, touches %d and removes %d", n, len(added), len(touched), len(removed)))
		return
	}
	tell := func(id string, pos registry.Pos, how string) {
		said(lint.EntryPolicy, id, "", pos, fmt.Sprintf("the change %s rule %q", how, id))
	}
	var read registry.Reading
	for _, id := range added {
		tell(id, head[id].PosIn(&read, ""), "adds")
	}
	for _, id := range touched {
		tell(id, head[id].PosIn(&read, ""), "touches")
	}
	for _, id := range removed {
		tell(id, registry.Pos{File: base[id].Source()}, "removes")
	}
	if told[registry.RulesFile] || p.Head.UnreadLaw() {
		return
	}
	for _, file := range registry.ChangedRules(p.Base, p.Head) {
		if !told[file] {
			said(lint.EntryPolicy, "", "", firstLine(file), "the change touches what the registry's own rules are made of")
			return
		}
	}
}

func ownRules(s *registry.Snapshot) map[string]*registry.OrganisationRule {
	by := map[string]*registry.OrganisationRule{}
	for _, r := range s.Rules {
		by[r.ID] = r
	}
	return by
}
