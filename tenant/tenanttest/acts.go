package tenanttest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/rollcall-dev/rollcall/tenant"
)

// A doing is an ability as a function of the object that it is used on; nil
// where the driver has no such method.
type doing func(ctx context.Context, o tenant.Object) (tenant.Receipt, error)

var abilities = []tenant.Ability{tenant.CanSuspend, tenant.CanResume, tenant.CanRevoke, tenant.CanRestore}

func doingOf(d tenant.Driver, a tenant.Ability) doing {
	switch a {
	case tenant.CanSuspend:
		if s, ok := d.(tenant.Suspender); ok {
			return s.Suspend
		}
	case tenant.CanResume:
		if r, ok := d.(tenant.Resumer); ok {
			return r.Resume
		}
	case tenant.CanRevoke:
		if r, ok := d.(tenant.Revoker); ok {
			return r.Revoke
		}
	case tenant.CanRestore:
		if r, ok := d.(tenant.Restorer); ok {
			return func(ctx context.Context, o tenant.Object) (tenant.Receipt, error) { return r.Restore(ctx, o, o) }
		}
	}
	return nil
}

func (h Harness) actClaims(t *testing.T) {
	ob := h.healthy(t, h.Driver(t))
	for k := range ob.Can {
		if _, ok := ob.Read[k]; !ok {
			t.Errorf("the driver can do something to %s, a kind it does not read", k)
		}
	}
	for _, k := range kindsOf(ob) {
		for _, a := range abilities {
			if !slices.Contains(ob.Can[k], a) {
				t.Run("no "+string(a)+" of a "+string(k)+" that cannot be", func(t *testing.T) { h.cannot(t, k, a) })
				continue
			}
			t.Run(string(a)+" of a "+string(k)+" holds", func(t *testing.T) { h.can(t, k, a) })
			t.Run(string(a)+" of a "+string(k)+" that is gone says so", func(t *testing.T) { h.gone(t, k, a) })
			t.Run(string(a)+" of a "+string(k)+" that is not carried out is no success", func(t *testing.T) { h.unheard(t, k, a) })
		}
	}
}

// cannot tries what the driver does not name in Can.
func (h Harness) cannot(t *testing.T, k tenant.Kind, a tenant.Ability) {
	d := h.Driver(t)
	do := doingOf(d, a)
	if do == nil {
		return // it has no such method, as it says
	}
	before := h.healthy(t, d)
	for _, o := range objectsOf(before, k) {
		if o.Self {
			continue
		}
		if _, err := do(t.Context(), o); !errors.Is(err, tenant.ErrUnsupported) {
			t.Errorf("the driver does not say that it can %s %s, and trying it is %v instead of ErrUnsupported", a, o.Key(), err)
		}
		break
	}
	after := h.healthy(t, d)
	if !slices.EqualFunc(before.Objects, after.Objects, func(a, b tenant.Object) bool { return governed(a) == governed(b) }) {
		t.Errorf("%s, which cannot be done, changed the tenant", a)
	}
}

// fresh is a new object of a kind, as read.
func (h Harness) fresh(t *testing.T, d tenant.Reader, k tenant.Kind) tenant.Object {
	t.Helper()
	if h.Fresh[k] == nil {
		h.lacking(t, "Fresh "+string(k))
	}
	id := h.Fresh[k](t)
	return h.read(t, d, k, id)
}

func (h Harness) read(t *testing.T, d tenant.Reader, k tenant.Kind, id string) tenant.Object {
	t.Helper()
	o, err := d.Read(t.Context(), k, id)
	if err != nil {
		t.Fatalf("read %s %q: %v", k, id, err)
	}
	h.noSecret(t, "what is read", o)
	return o
}

func (h Harness) can(t *testing.T, k tenant.Kind, a tenant.Ability) {
	d, ok := h.Driver(t).(tenant.Reader)
	if !ok || doingOf(d, a) == nil {
		t.Fatalf("the driver says that it can %s a %s, and has no such method", a, k)
	}
	o := h.fresh(t, d, k)
	before := keys(objectsOf(h.healthy(t, d), k))
	switch a {
	case tenant.CanSuspend:
		h.twice(t, d, k, a, o, tenant.Disabled)
	case tenant.CanResume:
		if suspend := doingOf(d, tenant.CanSuspend); suspend != nil {
			if _, err := suspend(t.Context(), o); err != nil {
				t.Fatalf("suspend %s: %v", o.Key(), err)
			}
		}
		h.twice(t, d, k, a, h.read(t, d, k, o.ID), tenant.Enabled)
	case tenant.CanRevoke:
		h.revokes(t, d, o)
		before = slices.DeleteFunc(before, func(key string) bool { return key == o.Key() })
	case tenant.CanRestore:
		h.restores(t, d, o)
	}
	after := keys(objectsOf(h.healthy(t, d), k))
	for _, key := range before {
		if !slices.Contains(after, key) {
			t.Errorf("%s is gone after %s: nothing of ours deletes", key, a)
		}
	}
}

// twice does it and does it again, and looks each time.
func (h Harness) twice(t *testing.T, d tenant.Reader, k tenant.Kind, a tenant.Ability, o tenant.Object, state string) {
	t.Helper()
	for _, time := range []string{"once", "twice"} {
		receipt, err := doingOf(d, a)(t.Context(), o)
		if err != nil {
			t.Fatalf("%s %s %s: %v", a, o.Key(), time, err)
		}
		h.receipt(t, receipt)
		if got := h.read(t, d, k, o.ID); got.State != state {
			t.Errorf("%s was asked to %s %s and returned, and it is %s", o.Key(), a, time, got.State)
		}
	}
}

func (h Harness) receipt(t *testing.T, r tenant.Receipt) {
	t.Helper()
	h.noSecret(t, "the receipt", r)
	if r.Request == "" || r.Response == "" || r.Undo == "" {
		t.Errorf("the receipt does not say what was asked, what came back and how to undo it: %+v", r)
	}
}

func (h Harness) revokes(t *testing.T, d tenant.Reader, o tenant.Object) {
	t.Helper()
	revoke := doingOf(d, tenant.CanRevoke)
	receipt, err := revoke(t.Context(), o)
	if err != nil {
		t.Fatalf("revoke %s: %v", o.Key(), err)
	}
	h.receipt(t, receipt)
	got, err := d.Read(t.Context(), o.Kind, o.ID)
	if err == nil && got.State != tenant.Disabled || err != nil && !errors.Is(err, tenant.ErrGone) {
		t.Errorf("%s was revoked, and it is %q, %v", o.Key(), got.State, err)
	}
	if _, err := revoke(t.Context(), o); err != nil && !errors.Is(err, tenant.ErrGone) {
		t.Errorf("revoke %s again: %v", o.Key(), err)
	}
}

func (h Harness) restores(t *testing.T, d tenant.Reader, good tenant.Object) {
	t.Helper()
	if h.Spoil[good.Kind] == nil {
		h.lacking(t, "Spoil "+string(good.Kind))
	}
	restore := d.(tenant.Restorer).Restore
	h.Spoil[good.Kind](t, good.ID)
	now := h.read(t, d, good.Kind, good.ID)
	if governed(now) == governed(good) {
		t.Fatalf("the harness spoilt %s, and it reads as before", good.Key())
	}
	for _, time := range []string{"once", "twice"} {
		receipt, err := restore(t.Context(), now, good)
		if err != nil {
			t.Fatalf("restore %s %s: %v", good.Key(), time, err)
		}
		h.receipt(t, receipt)
		now = h.read(t, d, good.Kind, good.ID)
		if governed(now) != governed(good) {
			t.Errorf("%s was restored %s, and is\n  %s\ninstead of\n  %s", good.Key(), time, governed(now), governed(good))
		}
	}
}

func (h Harness) gone(t *testing.T, k tenant.Kind, a tenant.Ability) {
	if h.Remove == nil {
		h.lacking(t, "Remove")
	}
	d := h.Driver(t).(tenant.Reader)
	o := h.fresh(t, d, k)
	h.Remove(t, k, o.ID)
	if _, err := doingOf(d, a)(t.Context(), o); !errors.Is(err, tenant.ErrGone) {
		t.Errorf("%s is gone, and to %s it is %v instead of ErrGone", o.Key(), a, err)
	}
	if _, err := d.Read(t.Context(), k, o.ID); !errors.Is(err, tenant.ErrGone) {
		t.Errorf("%s is gone, and to read it is %v instead of ErrGone", o.Key(), err)
	}
}

func (h Harness) unheard(t *testing.T, k tenant.Kind, a tenant.Ability) {
	if h.Deaf == nil {
		h.lacking(t, "Deaf")
	}
	d := h.Driver(t).(tenant.Reader)
	good := h.fresh(t, d, k)
	do := func() (tenant.Receipt, error) { return doingOf(d, a)(t.Context(), good) }
	switch a {
	case tenant.CanResume:
		suspend := doingOf(d, tenant.CanSuspend)
		if suspend == nil {
			t.Skipf("a %s cannot be suspended, so there is nothing to resume", k)
		}
		if _, err := suspend(t.Context(), good); err != nil {
			t.Fatalf("suspend %s: %v", good.Key(), err)
		}
	case tenant.CanRestore:
		if h.Spoil[k] == nil {
			h.lacking(t, "Spoil "+string(k))
		}
		h.Spoil[k](t, good.ID)
		now := h.read(t, d, k, good.ID)
		do = func() (tenant.Receipt, error) { return d.(tenant.Restorer).Restore(t.Context(), now, good) }
	}
	h.Deaf(t)
	if _, err := do(); err == nil {
		t.Errorf("the tenant did not %s %s, and the driver says that it did", a, good.Key())
	}
}
