package reconcile

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// A world is a small installation: a registry, a tenant in memory, a state and
// a log that outlive the reconcilers that use them. Before and after each of
// its operations it calls step, which may panic or give an error.
type world struct {
	want    *registry.Snapshot
	objects map[string]tenant.Object
	read    map[tenant.Kind]tenant.Coverage
	can     map[tenant.Kind][]tenant.Ability
	blind   []string
	broken  error // of Observe
	changes int   // writes that changed something

	history []byte
	kept    kept
	acts    map[string][]byte
	log     []Record
	alerts  []Alert

	step func(when, what string) error
}

// kept is the observation that was saved last.
type kept struct {
	at   time.Time
	body []byte
}

var everyField = []tenant.Field{
	tenant.FieldState, tenant.FieldScopes, tenant.FieldRole, tenant.FieldUses, tenant.FieldTrigger, tenant.FieldAuth,
	tenant.FieldPath, tenant.FieldAccount, tenant.FieldApp, tenant.FieldDraft,
}

func newWorld(want registry.Snapshot, objects ...tenant.Object) *world {
	w := &world{
		want: registry.Build(want), objects: map[string]tenant.Object{}, acts: map[string][]byte{},
		read: map[tenant.Kind]tenant.Coverage{}, can: map[tenant.Kind][]tenant.Ability{},
		step: func(string, string) error { return nil },
	}
	for _, k := range tenant.Kinds {
		w.read[k] = tenant.Coverage{Whole: true, Fields: everyField}
	}
	w.read[registry.Token] = tenant.Coverage{Whole: true, Fields: append([]tenant.Field{tenant.FieldExpires}, everyField...)}
	w.can[registry.Workflow] = []tenant.Ability{tenant.CanSuspend, tenant.CanResume, tenant.CanRestore}
	w.can[registry.ServiceAccount] = []tenant.Ability{tenant.CanSuspend, tenant.CanRestore}
	w.can[registry.Token] = []tenant.Ability{tenant.CanRevoke}
	for _, o := range objects {
		w.objects[o.Key()] = o
	}
	return w
}

// reconciler is a new one, as after a restart.
func (w *world) reconciler() *Reconciler {
	return &Reconciler{
		Tenant:  "t",
		Desired: func(context.Context) (*registry.Snapshot, error) { return w.want, nil },
		Driver:  w, Writer: w, State: w, Record: w,
		Alert: func(_ context.Context, a Alert) error {
			w.alerts = append(w.alerts, a)
			return nil
		},
	}
}

func (w *world) pass(t *testing.T) Outcome {
	t.Helper()
	out, err := w.reconciler().Pass(t.Context())
	if err != nil {
		t.Fatalf("pass: %v", err)
	}
	return out
}

func (w *world) put(o tenant.Object) { w.objects[o.Key()] = o }

func (w *world) object(kind tenant.Kind, id string) tenant.Object {
	return w.objects[tenant.Object{Kind: kind, ID: id}.Key()]
}

func (w *world) around(what string, do func() error) error {
	if err := w.step("before", what); err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	return w.step("after", what)
}

func (w *world) Observe(context.Context) (got tenant.Observation, err error) {
	err = w.around("observe", func() error {
		got = tenant.Observation{Tenant: "t", Platform: "fake", At: time.Now(), Read: w.read, Can: w.can, Blind: w.blind}
		got.Objects = slices.SortedFunc(maps.Values(w.objects), func(a, b tenant.Object) int { return cmp.Compare(a.Key(), b.Key()) })
		return w.broken
	})
	return got, err
}

func (w *world) Read(_ context.Context, kind tenant.Kind, id string) (o tenant.Object, err error) {
	err = w.around("read", func() error {
		if o = w.object(kind, id); o.ID == "" {
			return tenant.ErrGone
		}
		return nil
	})
	return o, err
}

func (w *world) change(what string, o, after tenant.Object) (tenant.Receipt, error) {
	return tenant.Receipt{Request: what + " " + o.Key(), Response: "200 OK", Undo: "by hand"}, w.around("write", func() error {
		if !sameSight(&after, ptr(w.object(o.Kind, o.ID))) {
			w.changes++
		}
		w.put(after)
		return nil
	})
}

func ptr[T any](v T) *T { return &v }

func (w *world) Suspend(_ context.Context, o tenant.Object) (tenant.Receipt, error) {
	after := w.object(o.Kind, o.ID)
	after.State = tenant.Disabled
	return w.change("suspend", o, after)
}

func (w *world) Resume(_ context.Context, o tenant.Object) (tenant.Receipt, error) {
	after := w.object(o.Kind, o.ID)
	after.State = tenant.Enabled
	return w.change("resume", o, after)
}

func (w *world) Revoke(_ context.Context, o tenant.Object) (tenant.Receipt, error) {
	after := w.object(o.Kind, o.ID)
	after.Expires = time.Now().Add(-time.Second)
	if o.Kind == registry.Connector {
		after.State = tenant.Disabled
	}
	return w.change("revoke", o, after)
}

func (w *world) Restore(_ context.Context, now, good tenant.Object) (tenant.Receipt, error) {
	return w.change("restore", now, good)
}

func (w *world) History(context.Context, string) (body []byte, err error) {
	err = w.around("load", func() error { body = w.history; return nil })
	return body, err
}

func (w *world) SaveHistory(_ context.Context, _ string, body []byte) error {
	return w.around("save", func() error { w.history = body; return nil })
}

func (w *world) SaveObservation(_ context.Context, _ string, at time.Time, body []byte) error {
	return w.around("keep", func() error { w.kept = kept{at, body}; return nil })
}

func (w *world) Begin(_ context.Context, _, act string, body []byte) error {
	return w.around("begin", func() error { w.acts[act] = body; return nil })
}

func (w *world) Pending(context.Context, string) (acts map[string][]byte, err error) {
	err = w.around("pending", func() error { acts = maps.Clone(w.acts); return nil })
	return acts, err
}

func (w *world) End(_ context.Context, act string) error {
	return w.around("end", func() error { delete(w.acts, act); return nil })
}

func (w *world) Append(r Record) (string, error) {
	return "1", w.around("append "+string(r.Kind), func() error { w.log = append(w.log, r); return nil })
}

// records are those of a kind.
func (w *world) records(k RecordKind) []Record {
	return slices.DeleteFunc(slices.Clone(w.log), func(r Record) bool { return r.Kind != k })
}

// enforcing is a tenant that reverts these classes, ten minutes after they
// were first seen.
func enforcing(classes ...Class) *registry.Tenant {
	e := map[string]registry.Enforcement{}
	for _, c := range classes {
		e[string(c)] = registry.Enforcement{Mode: string(Revert)}
	}
	return &registry.Tenant{ID: "t", Platform: "fake", Owner: "team/security", Enforcement: e}
}

func workflow(name string, uses ...string) *registry.Identity {
	return &registry.Identity{ID: "t/" + name, Kind: registry.Workflow, State: registry.Active, Owner: "team/crm", Uses: append([]string{}, uses...)}
}

func live(kind tenant.Kind, id, name string) tenant.Object {
	return tenant.Object{Kind: kind, ID: id, Name: name, State: tenant.Enabled, Version: "v1"}
}

func registryOf(t *registry.Tenant, ids ...*registry.Identity) registry.Snapshot {
	return registry.Snapshot{Commit: "c0ffee", Tenants: []*registry.Tenant{t}, Identities: ids}
}
