package reconcile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// show names an object as people know it, quoted, for others wrote it.
func show(name, id string) string {
	switch {
	case name == "":
		return strconv.Quote(id)
	case id == "":
		return strconv.Quote(name)
	}
	return fmt.Sprintf("%q (%s)", name, strings.Trim(strconv.Quote(id), `"`))
}

var plurals = map[tenant.Kind]string{
	registry.Workflow:       "workflows",
	registry.Webhook:        "webhooks",
	registry.Connector:      "connectors",
	registry.Token:          "tokens",
	registry.ServiceAccount: "service accounts",
}

func plural(k tenant.Kind) string {
	if p, ok := plurals[k]; ok {
		return p
	}
	return string(k) + "s"
}

func singular(k tenant.Kind) string { return strings.TrimSuffix(plural(k), "s") }

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func identities(n int) string {
	if n == 1 {
		return "1 identity"
	}
	return fmt.Sprintf("%d identities", n)
}

func by(editor string) string {
	if editor == "" {
		return ""
	}
	return fmt.Sprintf("; last edited by %q", editor)
}

// subject is an identity and, where it goes by another name in the tenant, that.
func subject(x Drift) string {
	s := fmt.Sprintf("%s %q", singular(x.Kind), x.Identity)
	if x.Name != "" && !strings.HasSuffix(x.Identity, "/"+x.Name) {
		s += fmt.Sprintf(" (live as %q)", x.Name)
	}
	return s
}

func sayUnread(name, platform string, k tenant.Kind, c tenant.Coverage, offered bool, declared int) string {
	s := fmt.Sprintf("the %s of tenant %q could not all be read", plural(k), name)
	switch {
	case !offered:
		s = fmt.Sprintf("platform %q does not tell the %s of tenant %q", platform, plural(k), name)
	case c.Reason != "":
		s += fmt.Sprintf(": %s", oneLine(c.Reason))
	case c.Cause != "":
		s += ": " + string(c.Cause)
	}
	return s + fmt.Sprintf("; %s declared, and none is taken for missing", identities(declared))
}

func (d *differ) sayUnclear(id *registry.Identity) string {
	if claims := d.Rivals(id); len(claims) > 0 {
		var names []string
		for _, k := range claims {
			names = append(names, d.ids[k].ID)
		}
		return fmt.Sprintf("%s %q is not told apart: %s claim the same live object; keep one of them, or give each its own live.id",
			singular(id.Kind), id.ID, quoted(set(names)))
	}
	if id.Live.ID != "" {
		return fmt.Sprintf("%s %q is not told apart: tenant %q lists the id %q more than once", singular(id.Kind), id.ID, d.got.Tenant, id.Live.ID)
	}
	var twins []string
	for _, i := range d.Twins(id) {
		twins = append(twins, d.got.Objects[i].ID)
	}
	return fmt.Sprintf("%s %q is not told apart: tenant %q has several %s named %q (ids %s); give it the live.id of the right one",
		singular(id.Kind), id.ID, d.got.Tenant, plural(id.Kind), tenant.Sought(id), quoted(set(twins)))
}

// quoted lists a few of the texts and how many more there are.
func quoted(texts []string) string {
	q := make([]string, len(texts))
	for i, t := range texts {
		q[i] = strconv.Quote(t)
	}
	return few(q)
}

// few lists some of the texts and how many more there are.
func few(texts []string) string {
	const most = 5
	if len(texts) > most {
		texts = append(slices.Clone(texts[:most]), fmt.Sprintf("%d more", len(texts)-most))
	}
	return strings.Join(texts, ", ")
}

func wantOf(c Class, id *registry.Identity) string {
	if c == Expired {
		return "expires " + string(id.Expires)
	}
	return string(id.State)
}

func sayOverdue(x Drift) string {
	state := "enabled"
	if x.Got != tenant.Enabled {
		state = "still there"
	}
	switch x.Class {
	case Expired:
		return fmt.Sprintf("%s is %s though it expired: the registry has %q%s", subject(x), state, x.Want, by(x.Editor))
	case Unreleased:
		return fmt.Sprintf("%s is %s though the registry has it as %q, not approved yet%s", subject(x), state, x.Want, by(x.Editor))
	}
	return fmt.Sprintf("%s is %s though the registry has it as %q%s", subject(x), state, x.Want, by(x.Editor))
}

func sayMissing(name string, id *registry.Identity) string {
	looked := fmt.Sprintf("no %s named %q", singular(id.Kind), tenant.Sought(id))
	if id.Live.ID != "" {
		looked = fmt.Sprintf("no %s with the id %q", singular(id.Kind), id.Live.ID)
	}
	return fmt.Sprintf("%s %q is declared active, and tenant %q has %s", singular(id.Kind), id.ID, name, looked)
}

func sayChanged(x Drift) string {
	is := "is"
	if x.Field == tenant.FieldScopes || x.Field == tenant.FieldUses {
		is = "are"
	}
	return fmt.Sprintf("%s: %s %s %q in the tenant and %q in the registry%s", subject(x), x.Field, is, x.Got, x.Want, by(x.Editor))
}

func sayDraft(x Drift, diffs []difference) string {
	var changes []string
	for _, d := range diffs {
		changes = append(changes, fmt.Sprintf("%s to %q, where the registry has %q", d.field, d.got, d.want))
	}
	return fmt.Sprintf("%s has a draft that is not published and does not run yet; publishing it would set %s%s",
		subject(x), strings.Join(changes, ", and "), by(x.Editor))
}

func bothSides(diffs []difference) (want, got string) {
	var w, g []string
	for _, d := range diffs {
		w = append(w, string(d.field)+": "+d.want)
		g = append(g, string(d.field)+": "+d.got)
	}
	return strings.Join(w, "; "), strings.Join(g, "; ")
}

func sayUndeclared(name string, o *tenant.Object) string {
	state := "is " + o.State
	if o.State != tenant.Enabled && o.State != tenant.Disabled {
		state = "exists"
	}
	return fmt.Sprintf("%s %s %s in tenant %q, and the registry has no such identity%s", singular(o.Kind), show(o.Name, o.ID), state, name, by(o.Editor))
}

// oneLine keeps what others wrote from being more than a line.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if strconv.IsPrint(r) {
			return r
		}
		return ' '
	}, s)
}
