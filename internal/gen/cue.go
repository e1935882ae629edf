package gen

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// definitions are the schema's, by kind.
var definitions = map[string]string{
	"connector": "#Connector", "token": "#Token", "workflow": "#Workflow",
	"webhook": "#Webhook", "serviceAccount": "#ServiceAccount", "approvalBot": "#ApprovalBot",
}

// A writer writes fields as `cue fmt` would, but for its columns.
type writer struct{ bytes.Buffer }

func (w *writer) line(depth int, format string, args ...any) {
	for range depth {
		w.WriteByte('\t')
	}
	fmt.Fprintf(w, format, args...)
	w.WriteByte('\n')
}

// field writes a text, unless there is none.
func (w *writer) field(depth int, name, value string) {
	if value != "" {
		w.line(depth, "%s: %s", name, strconv.Quote(value))
	}
}

// list writes one text a line.
func (w *writer) list(depth int, name string, values []string) {
	if len(values) == 0 {
		return
	}
	w.line(depth, "%s: [", name)
	for _, v := range values {
		w.line(depth+1, "%s,", strconv.Quote(v))
	}
	w.line(depth, "]")
}

// cue is the text of the identity's file.
func (t thing) cue() []byte {
	var w writer
	w.line(0, "package registry\n")
	w.line(0, "identities: %q: %s & {", t.id, definitions[t.kind])
	w.field(1, "kind", t.kind)
	w.field(1, "owner", t.owner)
	w.field(1, "backup", t.backup)
	w.field(1, "purpose", t.purpose)
	w.field(1, "tier", t.tier)
	w.field(1, "state", "active")
	w.field(1, "expires", t.expires)
	w.line(1, "recertified: {on: %q, by: %q}", t.looked, t.looker)
	w.field(1, "department", t.dept)
	w.field(1, "approval", t.approval)
	w.line(1, "blastRadius: {")
	w.list(2, "systems", t.systems)
	w.list(2, "access", t.access)
	w.field(2, "data", t.data)
	w.field(2, "note", t.note)
	w.line(1, "}")
	w.line(1, "live: id: %q", t.live)
	t.own(&w)
	w.line(1, "labels: {")
	for _, k := range slices.Sorted(maps.Keys(t.labels)) {
		w.line(2, "%q: %q", k, t.labels[k])
	}
	w.line(1, "}")
	w.list(1, "links", []string{"https://wiki.example.com/integrations/" + t.id, "https://tickets.example.com/" + t.labels["ticket"]})
	w.line(0, "}")
	return w.Bytes()
}

// own writes the fields of the kind.
func (t thing) own(w *writer) {
	switch t.kind {
	case "connector":
		w.field(1, "app", t.app)
		w.field(1, "account", t.account)
		w.field(1, "auth", t.auth)
		w.list(1, "scopes", t.scopes)
		w.line(1, "endpoint: host: %q", t.host)
		t.credential(w)
	case "token":
		w.field(1, "issuedTo", t.issuedTo)
		w.list(1, "scopes", t.scopes)
		w.field(1, "lifetime", t.lifetime)
		t.credential(w)
	case "workflow":
		t.work(w)
	case "webhook":
		w.field(1, "path", t.path)
		w.field(1, "auth", t.auth)
		w.field(1, "workflow", t.o.thing(t.workflow).id)
		w.list(1, "allowFrom", []string{"192.0.2.0/28", "198.51.100.0/28"})
	case "serviceAccount":
		w.field(1, "login", t.login)
		w.field(1, "role", t.role)
	case "approvalBot":
		w.field(1, "workflow", t.o.thing(t.workflow).id)
		w.field(1, "channel", "#access-"+strings.ReplaceAll(t.id, "/", "-"))
		w.field(1, "policy", "grant-access")
	}
}

func (t thing) credential(w *writer) {
	w.line(1, "credential: {")
	w.field(2, "store", "vault")
	w.field(2, "path", t.vault)
	w.field(2, "rotated", t.rotated)
	w.line(1, "}")
}

func (t thing) work(w *writer) {
	w.line(1, "trigger: {")
	w.field(2, "type", t.trigger)
	w.field(2, "cron", t.cron)
	w.line(1, "}")
	var uses []string
	for _, i := range t.uses {
		uses = append(uses, t.o.thing(i).id)
	}
	w.list(1, "uses", uses)
	w.line(1, "steps: [")
	for _, s := range t.steps {
		w.line(2, "{app: %q, operation: %q, effect: %q},", s.app, s.operation, s.effect)
	}
	w.line(1, "]")
}
