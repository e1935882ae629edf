package reconcile

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// mostProposals is how many proposals of a tenant are open at a time: people
// decide on no more, and a wrong turn of ours costs no more.
const mostProposals = 20

// mostTries is how many drifts are tried in vain in a pass: each takes a while.
const mostTries = 500

// A Proposal is a change to the registry after which a drift is none any more,
// for people to decide on.
type Proposal struct {
	Key   string            `json:"key"`   // the drift's
	Title string            `json:"title"` // one line, in which nothing stands that others wrote
	Body  string            `json:"body"`  // Markdown; what others wrote stands in it as code
	Files map[string]string `json:"files"` // whole new texts, by path from the registry's root
	State string            `json:"state"` // of the drift that is proposed to be declared: another state is another question
}

// propose makes the proposals that the actions of a plan ask for. An action
// whose drift no edit of the registry can declare becomes a flag that says why;
// so does one that is not to be proposed now.
//
// Drift is proposed when it was seen twice, the class's grace period apart,
// like a revert. While the registry itself is in doubt nothing is proposed:
// what has no entry may only have lost it.
func (m *proposer) propose(p *Plan) {
	mute := cmp.Or(m.mute, doubt(m.policy, m.got.Tenant, m.seen))
	m.open()
	for i := range p.Actions {
		a := &p.Actions[i]
		if a.Verb != DoPropose {
			continue
		}
		proposal, why := Proposal{}, cmp.Or(mute, m.seen.accepted(a.Drift, m.now), m.young(a.Drift))
		if why == "" {
			proposal, why = m.next(a.Drift)
		}
		if why != "" {
			a.Verb, a.Why = DoFlag, fmt.Sprintf("%s, and none is made: %s", a.Why, why)
			a.ID = a.identify()
			continue
		}
		a.Why += ": " + proposal.Title
		p.Proposals = append(p.Proposals, proposal)
	}
}

// doubt is why what the registry has cannot be trusted to propose more of it.
func doubt(policy Policy, name string, seen History) string {
	declared := len(policy.want.InTenant(name))
	switch problems := policy.want.Problems; {
	case len(problems) > 0:
		return fmt.Sprintf("the registry has %s, the first at %s", count(len(problems), "mistake"), problems[0].Pos)
	case declared == 0:
		return fmt.Sprintf("the registry declares nothing in tenant %q; its first entries are written by rollcall import", name)
	case shrunk(policy.Limits.Shrink, declared, seen.Declared):
		return fmt.Sprintf("the registry declares %s in the tenant and declared %d before; a person confirms that with rollcall confirm --tenant %s", identities(declared), seen.Declared, name)
	}
	return ""
}

// A proposer makes the proposals of one tenant. The fields down to now are
// required.
type proposer struct {
	*roll
	policy Policy
	seen   History
	known  map[string]Proposed // what is remembered of proposals, by key
	mute   string              // why none is made, or ""
	now    time.Time

	entries map[string]Entry // by object; made when first asked for
	opened  int              // proposals that are open, or will be
	tries   int              // drifts that were looked at and had none
}

// young is why drift is not proposed yet, or "".
func (m *proposer) young(x Drift) string {
	grace := m.policy.of(x.Class).Grace
	s := m.seen.Drifts[x.Key()]
	switch {
	case s.Times == 0 || !s.First.Before(m.now):
		return fmt.Sprintf("it is to be seen twice, %s apart", registry.Duration(grace))
	case s.First.Add(grace).After(m.now):
		return fmt.Sprintf("it is proposed after %s; first seen at %s", registry.Duration(grace), clock(s.First))
	}
	return ""
}

// open counts the proposals that are open.
func (m *proposer) open() {
	for _, k := range m.known {
		if !k.Closed {
			m.opened++
		}
	}
}

// next is the proposal for a drift, unless people have enough to decide on, or
// have decided on it.
func (m *proposer) next(x Drift) (Proposal, string) {
	known, had := m.known[x.Key()]
	switch {
	case had && !known.Closed:
		return m.make(x)
	case m.opened >= mostProposals:
		return Proposal{}, fmt.Sprintf("%d proposals are open already; it is proposed when one of them is decided on", m.opened)
	case m.tries >= mostTries:
		return Proposal{}, fmt.Sprintf("%d drifts before it were tried and cannot be proposed, and so many are tried in a pass", m.tries)
	}
	p, why := m.make(x)
	if why == "" && had && known.State == p.State {
		return Proposal{}, "a person closed the proposal; it is not opened again until the drift changes"
	}
	if why == "" {
		m.opened++
	} else {
		m.tries++
	}
	return p, why
}

// make is the proposal for a drift, or why there is none.
func (m *proposer) make(x Drift) (Proposal, string) {
	since := m.seen.Drifts[x.Key()].First
	p := Proposal{Key: x.Key(), State: digest([]string{x.Want, x.Got})}
	var file, text, why string
	switch x.Class {
	case Undeclared:
		e, ok := m.entry(x)
		if !ok || !found(e, x) {
			return Proposal{}, "rollcall import can write no entry that finds it"
		}
		p.Title = fmt.Sprintf("declare %s, a %s that is live", e.ID, singular(x.Kind))
		p.State = digest([]string{p.State, e.Text})
		file, text = e.File, e.Text
	case Missing, Dormant:
		p.Title = fmt.Sprintf("retire %s, which is %s", x.Identity, x.Class)
		file, text, why = m.edited(x, retirement(m.want.Identity(x.Identity), x, since))
	case Changed:
		p.Title = fmt.Sprintf("declare the %s of %s as it is live", x.Field, x.Identity)
		var c []change
		if c, why = m.changes(x); why == "" {
			file, text, why = m.edited(x, c)
		}
	default:
		why = fmt.Sprintf("what is %s is for a person to settle, and no edit of the registry makes it right", x.Class)
	}
	if why == "" && !inside(file, x.Tenant) {
		why = fmt.Sprintf("its entry does not stand in a file of its own below %s", folderOf(x.Tenant))
	}
	if why != "" {
		return Proposal{}, why
	}
	p.Files = map[string]string{file: text}
	p.Body = m.body(x, file, since)
	return p, ""
}

func (m *proposer) entry(x Drift) (Entry, bool) {
	if m.entries == nil {
		m.entries = map[string]Entry{}
		for _, e := range Import(m.want, *m.got, m.now) {
			m.entries[e.object] = e
		}
	}
	e, ok := m.entries[tenant.Object{Kind: x.Kind, ID: x.ObjectID}.Key()]
	return e, ok
}

func folderOf(name string) string { return "registry/identities/" + name + "/" }

// inside tells whether a file is one of a tenant's identities. Names from the
// tenant are in none of our paths but as letters, digits and hyphens; this
// holds even if that should change.
func inside(file, name string) bool {
	base, ok := strings.CutPrefix(file, folderOf(name))
	return ok && base != "" && strings.Trim(base, "abcdefghijklmnopqrstuvwxyz0123456789._-") == "" && !strings.HasPrefix(base, ".")
}
