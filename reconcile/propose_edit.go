package reconcile

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing/fstest"
	"time"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// A change gives a field of an entry a value, a literal as CUE writes it.
type change struct{ field, literal string }

// retirement retires what does not answer, or is not used. Whoever answers for
// it ends it, by merging.
func retirement(id *registry.Identity, x Drift, since time.Time) []change {
	if id == nil {
		return nil
	}
	reason := fmt.Sprintf("%s in the tenant since %s", map[Class]string{Missing: "not found", Dormant: "not used"}[x.Class], since.UTC().Format(time.DateOnly))
	if x.Class == Dormant {
		reason = "not used for longer than its tier allows"
	}
	return []change{
		{"state", quote(string(registry.Retired))},
		{"retired", fmt.Sprintf("{on: %s, reason: %s, by: %s}", quote(since.UTC().Format(time.DateOnly)), quote(reason), quote(id.Owner))},
	}
}

// changes declare a governed field as it is live, or say why that cannot be
// written.
func (m *proposer) changes(x Drift) ([]change, string) {
	id, o := m.want.Identity(x.Identity), m.objectOf(x.Kind, x.ObjectID)
	if id == nil || o == nil {
		return nil, "it is no longer there"
	}
	set := func(value string) ([]change, string) {
		if value == "" {
			return nil, fmt.Sprintf("it has no %s, and an entry cannot take one back", x.Field)
		}
		return []change{{string(x.Field), quote(value)}}, ""
	}
	switch x.Field {
	case tenant.FieldState:
		return []change{{"state", quote(string(registry.Suspended))}}, ""
	case tenant.FieldScopes:
		return []change{{"scopes", literalOf(o.Scopes)}}, ""
	case tenant.FieldRole:
		return set(o.Role)
	case tenant.FieldPath:
		return set(o.Path)
	case tenant.FieldAccount:
		return set(o.Account)
	case tenant.FieldApp:
		return set(o.App)
	case tenant.FieldExpires:
		return set(dateOf(o.Expires))
	case tenant.FieldAuth:
		if o.Auth == "" {
			return set(none)
		}
		return set(o.Auth)
	case tenant.FieldUses:
		return m.usesOf(id, o)
	case tenant.FieldTrigger:
		return triggerOf(id, o)
	case tenant.FieldDraft:
		return nil, "a draft does not run, so there is nothing to declare"
	}
	return nil, fmt.Sprintf("no edit of the registry declares its %s", x.Field)
}

// usesOf declares what is used in the tenant, beside what is declared of
// others, which cannot be seen here.
func (m *proposer) usesOf(id *registry.Identity, o *tenant.Object) ([]change, string) {
	var uses []string
	for _, u := range id.Uses {
		if t, _, _ := strings.Cut(u, "/"); t != m.got.Tenant {
			uses = append(uses, u)
		}
	}
	for _, to := range o.Uses {
		switch to.Kind {
		case registry.Connector, registry.Token, registry.Workflow:
		default:
			continue
		}
		name, known := m.resolve(to)
		if !known || m.want.Identity(name) == nil {
			return nil, "it uses what is not declared, which comes first"
		}
		uses = append(uses, name)
	}
	return []change{{"uses", literalOf(uses)}}, ""
}

// triggerOf declares the one trigger that covers all that start the workflow.
func triggerOf(id *registry.Identity, o *tenant.Object) ([]change, string) {
	for _, t := range o.Triggers {
		if !sameTrigger(registry.Trigger(t), o.Triggers) {
			continue
		}
		if id.Trigger.Type == t.Type && id.Trigger.Cron != "" && t.Cron != "" {
			return []change{{"trigger.cron", quote(t.Cron)}}, ""
		}
		return []change{{"trigger", "{type: " + quote(t.Type) + cronOf(t) + "}"}}, ""
	}
	return nil, "an entry declares one trigger, and no one trigger says how it starts"
}

func literalOf(values []string) string {
	quoted := set(values)
	for i, v := range quoted {
		quoted[i] = quote(v)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// edited is the file of an identity with changes made, if the schema takes it
// and the drift is gone with it; else why not.
func (m *proposer) edited(x Drift, changes []change) (file, text, why string) {
	id := m.want.Identity(x.Identity)
	if id == nil {
		return "", "", "it is no longer declared"
	}
	old, err := id.Text()
	if err != nil {
		return "", "", fmt.Sprintf("its entry cannot be read again: %v", err)
	}
	var edits []registry.Edit
	for _, c := range changes {
		if losesComment(id, old, c.field) {
			return "", "", fmt.Sprintf("the edit of %s would lose the comments in it", c.field)
		}
		e := id.Replace(c.field, c.literal)
		if e == nil {
			e = id.Insert(c.field, c.literal)
		}
		if e == nil {
			return "", "", fmt.Sprintf("%s of %s cannot be edited by a program", c.field, id.Source())
		}
		edits = append(edits, *e)
	}
	after, err := registry.Apply(old, edits)
	if err != nil {
		return "", "", fmt.Sprintf("the edits of %s do not go together: %v", id.Source(), err)
	}
	if !m.settles(x, id.Source(), after) {
		return "", "", fmt.Sprintf("the registry has no way to declare it as it is: %q", x.Got)
	}
	return id.Source(), string(after), ""
}

var texts = regexp.MustCompile(`"(\\.|[^"\\\n])*"|'[^'\n]*'`)

// losesComment tells whether comments stand inside a value that an edit would
// replace.
func losesComment(id *registry.Identity, text []byte, field string) bool {
	start, end, ok := id.Span(field)
	if !ok || end > len(text) {
		return false
	}
	bare := texts.ReplaceAllString(string(text[start:end]), "")
	return strings.Contains(bare, "//") || strings.Contains(bare, "#")
}

// settles tells whether the schema takes the text of an identity's file, and a
// drift of the identity is none with it.
func (m *proposer) settles(x Drift, file string, text []byte) bool {
	s, err := alone(file, text)
	if err != nil || len(s.Problems) > 0 || s.Identity(x.Identity) == nil {
		return false
	}
	id := s.Identity(x.Identity)
	if x.Class != Changed || x.Field == tenant.FieldState {
		return id.State != registry.Active
	}
	return !slices.ContainsFunc(m.differences(id, m.objectOf(x.Kind, x.ObjectID)), func(d difference) bool { return d.field == x.Field })
}

// found tells whether an imported entry can be read, with nothing wrong but
// fields that people are to fill in or correct, and finds its object: what a
// tenant calls a thing may be more than a file can hold.
func found(e Entry, x Drift) bool {
	s, err := alone(e.File, []byte(e.Text))
	if err != nil || slices.ContainsFunc(s.Problems, func(p registry.Problem) bool { return p.Rule != "integrity/schema" || p.Field == "" }) {
		return false
	}
	id := s.Identity(e.ID)
	return id != nil && id.Kind == x.Kind && id.Live.ID == x.ObjectID
}

// alone is a registry of one file.
func alone(file string, text []byte) (*registry.Snapshot, error) {
	return registry.Load(fstest.MapFS{file: {Data: text}}, "")
}
