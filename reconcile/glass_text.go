package reconcile

import (
	"strings"
	"time"
)

// Entry is the registry's file of the window, as it would be asked for in a
// pull request. What is empty is left out, and lint names it.
func (g Glass) Entry() Entry {
	w := &entryWriter{}
	w.line(`package registry`)
	w.line(``)
	w.line(`access: %s: #Access & {`, quote(g.Name))
	w.line("\tkind: %s", quote(breakGlass))
	w.list("identities", g.Identities)
	fields := [][2]string{
		{"reason", g.Reason}, {"owner", g.Owner}, {"requestedBy", g.By},
		{"from", g.From.UTC().Format(time.RFC3339)}, {"until", g.Until.UTC().Format(time.RFC3339)}, {"rollback", g.Rollback},
	}
	widest := len("requestedBy:")
	for _, f := range fields {
		if f[1] != "" {
			w.line("\t%s:%s %s", f[0], strings.Repeat(" ", widest-len(f[0])-1), quote(f[1]))
		}
	}
	w.line(`}`)
	return Entry{ID: g.Name, File: "registry/access/" + g.Name + ".cue", Text: w.String()}
}
