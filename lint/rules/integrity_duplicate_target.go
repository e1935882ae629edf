package rules

import (
	"fmt"
	"hash/maphash"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "integrity/duplicate-target",
	Severity: lint.Error,
	Controls: []string{"NIST CSF 2.0 PR.AA-01", "NIST AI RMF 1.0 GOVERN 1.6"},
	Waivable: true,
	Check:    duplicateTarget,
	Doc: `one live object has one entry

# What
Two entries of one kind on one tenant claim the same live object, by its id or
by its name.

# Why
The daemon would compare the object with both, and set it back to one and then
to the other. And of two owners neither answers: NIST AI RMF GOVERN 1.6 asks for
an inventory, NIST CSF 2.0 PR.AA-01 for identities that are managed.

# Before
	identities: "n8n-prod/crm":     live: id: "Zk3vYq1"
	identities: "n8n-prod/crm-new": live: id: "Zk3vYq1"

# After
	identities: "n8n-prod/crm":     live: id: "Zk3vYq1"
	identities: "n8n-prod/crm-new": live: id: "Bt8wLm4"

# How to mend
Remove the entry that is out of date, or give this one the live.id of its own
object.
`,
})

// claim is what an entry says to be the live object it is for.
type claim struct {
	tenant string
	kind   registry.Kind
	field  string // "live.id" or "live.name"
	value  string
}

func duplicateTarget(p *lint.Pass) {
	// by hash, and not by the claim: of a hundred thousand nearly all are alone
	first := make(map[uint64]*registry.Identity, len(p.Head.Identities))
	same := map[claim]*registry.Identity{}
	for _, id := range p.Head.Identities {
		c := claimOf(id)
		key := maphash.Comparable(claimSeed, c)
		was := first[key]
		if was == nil {
			first[key] = id
			continue
		}
		if w := claimOf(was); same[w] == nil {
			same[w] = was
		}
		other := same[c]
		if other == nil { // another claim of the same hash
			same[c] = id
			continue
		}
		p.Report(lint.Finding{
			Identity: id.ID,
			Field:    c.field,
			Value:    c.value,
			Message: fmt.Sprintf("%s claims the live object with %s %q, as %q does; remove the entry that is out of date, or give this one the live.id of its own object",
				named(id), c.field, c.value, other.ID),
		})
	}
}

var claimSeed = maphash.MakeSeed()

func claimOf(id *registry.Identity) claim {
	c := claim{tenant: id.Tenant(), kind: id.Kind}
	switch {
	case id.Live.ID != "":
		c.field, c.value = "live.id", id.Live.ID
	case id.Live.Name != "":
		c.field, c.value = "live.name", id.Live.Name
	default:
		c.field, c.value = "live.name", id.Name()
	}
	return c
}
