package rules

import (
	"fmt"
	"math"

	"github.com/rollcall-dev/rollcall/lint"
)

var _ = register(lint.Rule{
	ID:       "review/mass-change",
	Severity: lint.Warning,
	Controls: []string{"NIST CSF 2.0 PR.PS-01"},
	Waivable: true,
	Needs:    lint.NeedsBase,
	Check:    massChange,
	Doc: `a change is of a size that people can review

# What
A change touches or removes more identities at once than policy allows, in number
or as a share of all. New identities do not count.

# Why
Nobody reads the ninetieth entry as carefully as the first, and one that does harm
hides well among many that do not. NIST CSF 2.0 PR.PS-01 asks that changes are
managed.

# Before
	// one change: 120 of 400 identities get another owner

# After
	// four changes, a team at a time

# How to mend
Split it. Where it belongs together, say in the pull request how it was made, and
have every entry reviewed: that nothing else is in it.

# How to configure
massChange: {count: 20, share: 0.1} in registry/policy.cue. Without it nothing is
too much.
`,
})

func massChange(p *lint.Pass) {
	limit := p.Policy().MassChange
	if limit.Count == 0 && limit.Share == 0 {
		return
	}
	changed, removed := 0, len(p.Compared().Removed)
	for _, pair := range p.Compared().Kept {
		if pair.Changed() {
			changed++
		}
	}
	n, all := changed+removed, len(p.Base.Identities)
	allowed := ""
	switch {
	case limit.Count > 0 && n > limit.Count:
		allowed = fmt.Sprintf("%d (massChange.count)", limit.Count)
	case limit.Share > 0 && float64(n) > limit.Share*float64(all):
		allowed = fmt.Sprintf("%s (massChange.share %g)", shareOf(limit.Share), limit.Share)
	default:
		return
	}
	p.Report(lint.Finding{
		Entry: lint.EntryPolicy,
		Field: "massChange",
		Value: fmt.Sprint(n),
		Pos:   p.Head.Policy.Pos("massChange"),
		Message: fmt.Sprintf("the change touches %d of %d identities (%d changed, %d removed), and policy allows %s at once; split it, or say in the pull request how it was made and have every entry reviewed",
			n, all, changed, removed, allowed),
	})
}

// shareOf says a share in words.
func shareOf(share float64) string {
	if share == 0.5 {
		return "half of them"
	}
	return fmt.Sprintf("%g%% of them", math.Round(share*1000)/10)
}
