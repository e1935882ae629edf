package reconcile

import (
	"fmt"
	"io"
	"strings"
)

// most is how many actions of a verb are shown; the rest are counted.
const most = 20

// verbs are in the order in which they are shown, with what people read.
var verbs = []struct {
	verb        Verb
	name, title string
}{
	{DoSuspend, "to suspend", "suspend"},
	{DoRevoke, "to revoke", "revoke"},
	{DoResume, "to resume", "resume"},
	{DoRestore, "to set back", "set back"},
	{DoWait, "waiting", "wait, and revert when the grace period is over"},
	{DoPropose, "to propose", "propose a change to the registry"},
	{DoFlag, "flagged", "flag"},
}

func title(v Verb) string {
	for _, known := range verbs {
		if known.verb == v {
			return known.title
		}
	}
	return string(v)
}

// Digest names what a plan would do and why, in hex: it stays the same while
// that does, whenever the plan was made.
func (p Plan) Digest() string {
	type act struct{ id, key, message, why string }
	acts := make([][4]string, 0, len(p.Actions))
	for _, a := range p.Actions {
		x := act{a.ID, a.Drift.Key(), a.Drift.Message, a.Why}
		if a.Verb == DoWait {
			x.why = "" // it tells no more than the id
		}
		acts = append(acts, [4]string{x.id, x.key, x.message, x.why})
	}
	return digest([]any{p.Tenant, p.Commit, p.Held, acts, p.Blind, p.Ignored})
}

// Text writes the plan as a person reads it in a terminal: what it comes to,
// what is done about what, and what could not be known. Of many of a kind it
// shows some and counts the rest.
func (p Plan) Text(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", oneLine(p.title()), p.summary())
	if p.Held != "" {
		fmt.Fprintf(&b, "\nheld: %s\n", oneLine(p.Held))
	}
	if p.Limit {
		fmt.Fprintf(&b, "to let this plan through once: rollcall plan ask %s --tenant %s\n", p.ID, p.Tenant)
	}
	if a := p.Approval; a != nil {
		fmt.Fprintf(&b, "\nover a limit, and let through once: asked for by %q, approved by %q\n", a.Asked, a.By)
	}
	for _, v := range verbs {
		p.group(&b, v.verb, v.title)
	}
	if len(p.Blind) > 0 {
		fmt.Fprint(&b, "\nnot known:\n")
		for _, s := range p.Blind {
			fmt.Fprintf(&b, "  %s\n", oneLine(s))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// last is what is remembered of a plan.
func (p Plan) last() Last {
	l := Last{Plan: p.ID, Held: p.Held, Limit: p.Limit}
	for _, a := range p.Actions {
		if a.Reverts() || a.Verb == DoFlag && a.Would != "" {
			l.Reverts++
		}
	}
	return l
}

func (p Plan) title() string {
	if p.Commit == "" {
		return fmt.Sprintf("tenant %s", p.Tenant)
	}
	return fmt.Sprintf("tenant %s at commit %.12s", p.Tenant, p.Commit)
}

func (p Plan) summary() string {
	var parts []string
	for _, v := range verbs {
		if n := p.Count(v.verb); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v.name))
		}
	}
	if p.Ignored > 0 {
		parts = append(parts, fmt.Sprintf("%d ignored by the policy", p.Ignored))
	}
	if len(parts) == 0 {
		return "no drift"
	}
	return strings.Join(parts, ", ")
}

// Count is how many actions have a verb.
func (p Plan) Count(v Verb) int {
	n := 0
	for _, a := range p.Actions {
		if a.Verb == v {
			n++
		}
	}
	return n
}

// Reverts are the actions that write to the tenant.
func (p Plan) Reverts() []Action {
	var r []Action
	for _, a := range p.Actions {
		if a.Reverts() {
			r = append(r, a)
		}
	}
	return r
}

func (p Plan) group(b *strings.Builder, v Verb, title string) {
	n := p.Count(v)
	if n == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s (%d):\n", title, n)
	shown := 0
	for _, a := range p.Actions {
		if a.Verb != v {
			continue
		}
		if shown == most {
			fmt.Fprintf(b, "  … and %d more\n", n-shown)
			return
		}
		shown++
		fmt.Fprintf(b, "  %-10s %s\n", a.Drift.Class, oneLine(a.Drift.Message))
		fmt.Fprintf(b, "             %s\n", oneLine(a.reason()))
	}
}

// reason is why, and what else people want to know of an action.
func (a Action) reason() string {
	s := a.Why
	if a.Verb == DoWait {
		s += "; to " + title(a.Would)
		if !a.Due.IsZero() {
			s += " at " + clock(a.Due)
		}
	} else if a.Would != "" {
		s += fmt.Sprintf("; else to %s", title(a.Would))
	}
	if a.Drift.Owner != "" {
		s += "; owner " + a.Drift.Owner
	}
	return s
}
