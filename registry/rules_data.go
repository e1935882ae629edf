package registry

import (
	"encoding/json"
	"slices"
)

// identityFields give an identity back as an entry writes it, with what it
// leaves out filled in: a nil is a field that is not there.
var identityFields = map[string]func(*Identity) any{
	"kind":          func(id *Identity) any { return said(string(id.Kind)) },
	"owner":         func(id *Identity) any { return said(id.Owner) },
	"backup":        func(id *Identity) any { return said(id.Backup) },
	"purpose":       func(id *Identity) any { return said(id.Purpose) },
	"tier":          func(id *Identity) any { return said(string(id.Tier)) },
	"state":         func(id *Identity) any { return said(string(id.State)) },
	"proposed":      func(id *Identity) any { return proposalData(id.Proposed) },
	"retired":       func(id *Identity) any { return retirementData(id.Retired) },
	"expires":       func(id *Identity) any { return said(string(id.Expires)) },
	"recertified":   func(id *Identity) any { return recertificationData(id.Recertified) },
	"blastRadius":   func(id *Identity) any { return blastRadiusData(id.BlastRadius) },
	"live":          func(id *Identity) any { return pairs("id", id.Live.ID, "name", id.Live.Name) },
	"department":    func(id *Identity) any { return said(id.Department) },
	"access":        func(id *Identity) any { return orElse(id.Access, "standing") },
	"approval":      func(id *Identity) any { return said(id.Approval) },
	"vendorManaged": func(id *Identity) any { return id.Vendor },
	"compensating":  func(id *Identity) any { return compensatingData(id.Compensating) },
	"labels":        func(id *Identity) any { return labelsData(id.Labels) },
	"links":         func(id *Identity) any { return items(id.Links) },

	"app":        func(id *Identity) any { return said(id.App) },
	"account":    func(id *Identity) any { return said(id.Account) },
	"auth":       func(id *Identity) any { return said(id.Auth) },
	"scopes":     func(id *Identity) any { return items(id.Scopes) },
	"endpoint":   func(id *Identity) any { return some(pairs("host", id.Endpoint.Host)) },
	"credential": func(id *Identity) any { return credentialData(id.Credential) },
	"issuedTo":   func(id *Identity) any { return said(id.IssuedTo) },
	"lifetime":   func(id *Identity) any { return lifetimeData(id.Lifetime) },

	"trigger": func(id *Identity) any { return triggerData(id.Trigger) },
	"uses":    func(id *Identity) any { return items(id.Uses) },
	"steps":   func(id *Identity) any { return stepsData(id.Steps) },

	"path":      func(id *Identity) any { return said(id.Path) },
	"workflow":  func(id *Identity) any { return said(id.Workflow) },
	"allowFrom": func(id *Identity) any { return items(id.AllowFrom) },
	"channel":   func(id *Identity) any { return said(id.Channel) },
	"policy":    func(id *Identity) any { return said(id.Policy) },

	"login": func(id *Identity) any { return said(id.Login) },
	"role":  func(id *Identity) any { return said(id.Role) },
}

// A teller tells identities as data: the fields that are wanted, of those that
// a kind has.
type teller map[Kind][]string

func tellerOf(wanted reach) teller {
	t := teller{}
	for kind, s := range identityShapes() {
		t[kind] = slices.DeleteFunc(slices.Clone(s.names), func(name string) bool { return wanted != nil && !wanted[name] })
		if wanted == nil || wanted["id"] {
			t[kind] = append(t[kind], "id")
		}
	}
	return t
}

// tell is the identity with its id and with the environment that it acts in.
func (t teller) tell(id *Identity, environment string) map[string]any {
	data := map[string]any{}
	for _, name := range t[id.Kind] {
		var v any
		switch name {
		case "id":
			v = id.ID
		case "environment":
			v = said(environment)
		default:
			v = identityFields[name](id)
		}
		if v != nil {
			data[name] = v
		}
	}
	return data
}

// said is a value that is there, or nil.
func said(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func orElse(s, otherwise string) any {
	if s == "" {
		return otherwise
	}
	return s
}

// items are a list, which is empty where it is left out.
func items(l []string) any {
	if l == nil {
		return []string{}
	}
	return l
}

// pairs are the texts of those that are there, by name.
func pairs(of ...string) map[string]any {
	m := map[string]any{}
	for i := 0; i < len(of); i += 2 {
		if of[i+1] != "" {
			m[of[i]] = of[i+1]
		}
	}
	return m
}

// some is a struct that is not there where it is empty.
func some(m map[string]any) any {
	if len(m) == 0 {
		return nil
	}
	return m
}

func proposalData(p *Proposal) any {
	if p == nil {
		return nil
	}
	return pairs("on", string(p.On), "by", p.By)
}

func retirementData(r *Retirement) any {
	if r == nil {
		return nil
	}
	return pairs("on", string(r.On), "reason", r.Reason, "by", r.By)
}

func recertificationData(r *Recertification) any {
	if r == nil {
		return nil
	}
	return pairs("on", string(r.On), "by", r.By)
}

func blastRadiusData(b BlastRadius) any {
	m := pairs("data", b.Data, "note", b.Note)
	m["systems"], m["access"] = items(b.Systems), items(b.Access)
	return m
}

func compensatingData(c *Compensating) any {
	if c == nil {
		return nil
	}
	m := pairs("network", c.Network, "monitoring", c.Monitoring)
	m["separateTenants"] = c.SeparateTenants
	return m
}

func labelsData(l map[string]string) any {
	if l == nil {
		return map[string]string{}
	}
	return l
}

func credentialData(c *Credential) any {
	if c == nil {
		return nil
	}
	return pairs("store", c.Store, "path", c.Path, "rotated", string(c.Rotated))
}

func lifetimeData(d Duration) any {
	if d == 0 {
		return nil
	}
	return d.String()
}

func triggerData(t *Trigger) any {
	if t == nil {
		return nil
	}
	return pairs("type", t.Type, "cron", t.Cron)
}

func stepsData(steps []Step) any {
	data := make([]any, len(steps))
	for i, s := range steps {
		data[i] = pairs("app", s.App, "operation", s.Operation, "effect", s.Effect)
	}
	return data
}

// dataText is data as JSON, the same for the same data.
func dataText(data any) string {
	text, err := json.Marshal(data)
	if err != nil {
		panic(err) // texts, truth values and lists of them always marshal
	}
	return string(text)
}
