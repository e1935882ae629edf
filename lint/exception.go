package lint

import (
	"slices"
	"strings"

	"github.com/rollcall-dev/rollcall/registry"
)

// settle parts what was found into what stands and what an exception
// silences.
func (res *Result) settle(found []Finding, rules []chosen, pass *Pass) {
	waivable := map[string]bool{}
	for _, r := range rules {
		waivable[r.ID] = r.Waivable
	}
	byRule := pass.running()
	for _, f := range found {
		ex := silencer(f, byRule[f.Rule])
		if ex == nil || !waivable[f.Rule] {
			res.Findings = append(res.Findings, f)
			continue
		}
		pass.used[ex.ID]++
		res.Silenced = append(res.Silenced, Silenced{f, ex.ID})
	}
}

// running are the exceptions that have not ended, by rule. One without an end
// has ended.
func (p *Pass) running() map[string][]*registry.Exception {
	byRule := map[string][]*registry.Exception{}
	for _, ex := range p.Exceptions() {
		if p.Now.Before(ex.Until.End()) {
			byRule[ex.Rule] = append(byRule[ex.Rule], ex)
		}
	}
	return byRule
}

// silencer is the first exception that names what is at fault, or nil.
// Exceptions name identities or a tenant; nothing else can be silenced. One that
// names both, which is a mistake, is for its identities alone.
func silencer(f Finding, exceptions []*registry.Exception) *registry.Exception {
	for _, ex := range exceptions {
		tenant, _, _ := strings.Cut(f.Identity, "/")
		of := ex.Tenant
		if len(ex.Identities) > 0 {
			of = ""
		}
		switch f.Entry {
		case EntryIdentity:
			if slices.Contains(ex.Identities, f.Identity) || f.Identity != "" && of == tenant {
				return ex
			}
		case EntryTenant:
			if f.Identity != "" && of == f.Identity {
				return ex
			}
		}
	}
	return nil
}
