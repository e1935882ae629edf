package lint

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

func TestALiveRuleSaysWhichTenantsItDidNotJudge(t *testing.T) {
	base, head := registry.Build(registry.Snapshot{}), registry.Build(registry.Snapshot{})
	rule := Rule{ID: "live/rule", Severity: Error, Needs: NeedsBaseAndLive, Check: func(p *Pass) {
		for name := range p.Live {
			p.Report(Finding{Identity: name, Pos: registry.Pos{File: "x"}, Message: "seen"})
		}
	}}
	live := map[string]tenant.Observation{"a": {Tenant: "a"}}
	unseen := map[string]string{"b": "seen last on 2026-11-20", "c": "never seen"}
	for _, c := range []struct {
		name  string
		pass  Pass
		found int
		why   string
	}{
		{"all seen", Pass{Head: head, Base: base, Live: live}, 1, ""},
		{"no base", Pass{Head: head, Live: live}, 0, "needs a base to compare with"},
		{"not asked for", Pass{Head: head, Base: base}, 0, "needs a recent observation of the tenants"},
		{"none seen", Pass{Head: head, Base: base, Unseen: unseen}, 0, `needs a recent observation of the tenants: "b" (seen last on 2026-11-20), "c" (never seen)`},
		{"some seen", Pass{Head: head, Base: base, Live: live, Unseen: unseen}, 1, `was judged for some tenants only; it needs a recent observation of the others: "b" (seen last on 2026-11-20), "c" (never seen)`},
	} {
		t.Run(c.name, func(t *testing.T) {
			res := Run([]Rule{rule}, c.pass)
			why := ""
			for _, s := range res.Skipped {
				why += s.Why
			}
			if len(res.Findings) != c.found || why != c.why {
				t.Errorf("%d findings, want %d; skipped because it %q, want %q", len(res.Findings), c.found, why, c.why)
			}
		})
	}
}

func TestManyUnseenTenantsAreCounted(t *testing.T) {
	p := Pass{Unseen: map[string]string{}}
	for i := range 900 {
		p.Unseen[fmt.Sprint("t", 100+i)] = "never seen"
	}
	if got := p.SayUnseen(); !strings.HasSuffix(got, `"t104" (never seen), 895 more`) {
		t.Errorf("900 tenants are listed as %s", got)
	}
}
