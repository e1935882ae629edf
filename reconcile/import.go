package reconcile

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// An Entry is a registry file for something that is live and not declared.
type Entry struct {
	ID   string // of the identity
	File string // its place in the registry, from the root
	Text string

	object string // its key
}

// Import writes an entry for each live object that nobody declares, disabled
// ones too. What only people know (owner, backup, purpose, what else the tenant
// does not tell) is an empty string with a comment, so that lint names exactly
// what is missing. What the catalogue knows gives the tier its least value.
//
// Accounts of people of the organisation are not imported, and neither is
// anything that cannot be told apart.
func Import(want *registry.Snapshot, got tenant.Observation, now time.Time) []Entry {
	d := differ{roll: match(want, &got), now: now}
	im := importer{roll: d.roll, catalogue: want.Catalogue, taken: map[string]bool{}, names: map[string]string{}}
	for _, id := range want.InTenant(got.Tenant) {
		im.taken[id.ID] = true
	}
	people := d.people()
	var objects []*tenant.Object
	for i := range got.Objects {
		o := &got.Objects[i]
		if d.claim[i] == nobody && !people[strings.ToLower(o.Login)] && slices.Contains(tenant.Kinds, o.Kind) {
			im.names[o.Key()] = im.name(o)
			objects = append(objects, o)
		}
	}
	var entries []Entry
	for _, o := range objects {
		id := im.names[o.Key()]
		entries = append(entries, Entry{id, "registry/identities/" + id + ".cue", im.text(id, o), o.Key()})
	}
	return entries
}

type importer struct {
	*roll
	catalogue *registry.Catalogue
	taken     map[string]bool   // ids
	names     map[string]string // ids by object key
}

// name makes an id from the object's name: what an id may not hold becomes a
// hyphen, and a number tells namesakes apart.
func (im *importer) name(o *tenant.Object) string {
	var b strings.Builder
	for _, r := range strings.ToLower(cmp.Or(o.Name, o.ID)) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() >= 60 {
			break
		}
	}
	base := strings.Trim(b.String(), "-")
	if base == "" {
		base = strings.ToLower(string(o.Kind))
	}
	id := im.got.Tenant + "/" + base
	for n := 2; im.taken[id]; n++ {
		id = fmt.Sprintf("%s/%s-%d", im.got.Tenant, base, n)
	}
	im.taken[id] = true
	return id
}

func (im *importer) text(id string, o *tenant.Object) string {
	w := &entryWriter{}
	w.line(`package registry`)
	w.line(``)
	w.line(`// Imported from what is live; each "" is to be filled in.`)
	w.line(`identities: %s: #%s & {`, quote(id), strings.ToUpper(string(o.Kind[:1]))+string(o.Kind[1:]))
	w.field("kind", string(o.Kind), "")
	w.field("owner", "", `the person or team that answers for it: "person/NAME" or "team/NAME"`)
	w.field("backup", "", "who answers while the owner is away")
	w.field("purpose", "", "why it exists, in a sentence that somebody from finance understands")
	w.tier(im.least(o))
	w.field("state", stateOf(o), "")
	if o.Kind != registry.Workflow && o.Kind != registry.Webhook {
		w.field("expires", dateOf(o.Expires), "the last day on which it may act, YYYY-MM-DD")
	}
	w.line(`	blastRadius: {`)
	w.line(`		systems: [] // the systems of the organisation file that it reaches`)
	w.line(`		data: "" // to be filled in: the most sensitive data it reaches: public, internal, confidential, restricted`)
	w.line(`	}`)
	w.line(`	live: id: %s // %s`, quote(o.ID), oneLine(o.Name))
	im.own(w, o)
	w.line(`}`)
	return w.String()
}

// own writes the fields of the object's kind, as far as the tenant tells them.
func (im *importer) own(w *entryWriter, o *tenant.Object) {
	switch o.Kind {
	case registry.Connector:
		w.field("app", o.App, "the application it signs in to, as the catalogue names it")
		w.choice("auth", o.Auth, "oauth2", "oidc", "apiKey", "basic", "mtls", "jwt", "none")
		w.optional("account", o.Account)
		w.list("scopes", o.Scopes)
	case registry.Token:
		w.list("scopes", o.Scopes)
		w.optional("lifetime", lifetimeOf(o))
	case registry.ServiceAccount:
		w.line("\t// Is it a person's account? Then delete this file, and put their e-mail into registry/organisation.cue.")
		w.field("login", o.Login, "the name it signs in with")
		w.optional("role", o.Role)
	case registry.Webhook:
		w.optional("path", o.Path)
		w.choice("auth", o.Auth, "none", "header", "basic", "jwt", "hmac")
		w.optional("workflow", im.names[string(registry.Workflow)+":"+o.Workflow])
	case registry.Workflow:
		if len(o.Triggers) > 0 {
			w.line(`	trigger: {type: %s%s}`, quote(o.Triggers[0].Type), cronOf(o.Triggers[0]))
		}
		w.list("uses", im.uses(o))
		im.steps(w, o)
	}
}

func (im *importer) uses(o *tenant.Object) []string {
	var ids []string
	for _, to := range o.Uses {
		id := im.names[string(to.Kind)+":"+to.ID]
		if id == "" {
			name, known := im.resolve(to)
			if !known || strings.HasPrefix(name, "undeclared ") {
				continue // what the tenant does not have cannot be declared; lint and diff name it
			}
			id = name
		}
		ids = append(ids, id)
	}
	return set(ids)
}

// steps writes the steps that change access or that nobody can classify;
// reading ones are not declared.
func (im *importer) steps(w *entryWriter, o *tenant.Object) {
	var steps []string
	changesAccess := false
	for _, s := range o.Steps {
		effect, known := im.catalogue.OperationEffect(s.App, s.Operation)
		if known && effect.Power == registry.ReadOnly {
			continue
		}
		access := effect.Access
		note := ""
		if !known {
			note = " // grant, revoke, modify or none: the catalogue does not know this operation"
		}
		changesAccess = changesAccess || known && access != "none"
		step := fmt.Sprintf("\t\t{app: %s, operation: %s, effect: %s},%s", quote(s.App), quote(s.Operation), quote(access), note)
		if !slices.Contains(steps, step) {
			steps = append(steps, step)
		}
	}
	if len(steps) == 0 {
		return
	}
	w.line("\tsteps: [\n%s\n\t]", strings.Join(steps, "\n"))
	if changesAccess {
		w.field("approval", "", "the policy that decides on its access changes: policies/NAME.cedar")
	}
}

// least is the lowest tier that the catalogue allows for what the object can
// do; empty where it does not know everything.
func (im *importer) least(o *tenant.Object) registry.Tier {
	app := o.App
	if o.Kind == registry.Token || o.Kind == registry.ServiceAccount {
		app = im.got.Platform
	}
	least, all := registry.Tier(""), true
	rise := func(t registry.Tier, known bool) {
		all = all && known
		if known && t.Rank() > least.Rank() {
			least = t
		}
	}
	for _, s := range o.Scopes {
		rise(im.catalogue.ScopePower(app, s))
	}
	if o.Role != "" {
		rise(im.catalogue.RolePower(app, o.Role))
	}
	for _, s := range o.Steps {
		effect, known := im.catalogue.OperationEffect(s.App, s.Operation)
		rise(effect.Power, known)
	}
	if all || least == registry.Privileged {
		return least
	}
	return ""
}

func stateOf(o *tenant.Object) string {
	if o.State == tenant.Disabled {
		return string(registry.Suspended)
	}
	return string(registry.Active)
}

func dateOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// lifetimeOf is how long a token lives from its issue, in days begun; empty
// where the tenant does not tell.
func lifetimeOf(o *tenant.Object) string {
	const day = 24 * time.Hour
	life := o.Expires.Sub(o.Created)
	if o.Created.IsZero() || o.Expires.IsZero() || life <= 0 {
		return ""
	}
	return registry.Duration((life + day - 1).Truncate(day)).String()
}

func cronOf(t tenant.Trigger) string {
	if t.Cron == "" {
		return ""
	}
	return ", cron: " + quote(t.Cron)
}

type entryWriter struct{ strings.Builder }

func (w *entryWriter) line(format string, args ...any) {
	fmt.Fprintf(w, format+"\n", args...)
}

// field writes a field and, where its value is empty, what belongs into it.
func (w *entryWriter) field(name, value, fill string) {
	if value == "" {
		w.line("\t%s: \"\" // to be filled in: %s", name, fill)
		return
	}
	w.line("\t%s: %s", name, quote(value))
}

// choice writes a field of few values. What the platform calls otherwise is
// for a person to decide on.
func (w *entryWriter) choice(name, value string, of ...string) {
	fill := strings.Join(of, ", ")
	if value != "" && !slices.Contains(of, value) {
		fill += "; the tenant says " + quote(value)
		value = ""
	}
	w.field(name, value, fill)
}

func (w *entryWriter) optional(name, value string) {
	if value != "" {
		w.line("\t%s: %s", name, quote(value))
	}
}

func (w *entryWriter) list(name string, values []string) {
	if len(values) == 0 {
		return
	}
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = quote(v)
	}
	w.line("\t%s: [%s]", name, strings.Join(quoted, ", "))
}

func (w *entryWriter) tier(least registry.Tier) {
	const choice = "read-only, change-capable or privileged"
	if least == "" {
		w.field("tier", "", choice)
		return
	}
	w.line("\ttier: %s // the least that the catalogue knows of it: %s", quote(string(least)), choice)
}

// quote writes a string as CUE does; JSON's form is one of CUE's.
func quote(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string can always be encoded
	return strings.TrimSuffix(b.String(), "\n")
}
