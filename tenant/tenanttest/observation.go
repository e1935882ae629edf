package tenanttest

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rollcall-dev/rollcall/tenant"
)

func (h Harness) observation(t *testing.T) {
	t.Run("every kind is read whole, and what is known is there", h.readsAll)
	t.Run("objects are in order, each once, with ids and states", h.inOrder)
	t.Run("the same tenant reads the same", h.readsTheSame)
	t.Run("many can observe at once", h.atOnce)
	t.Run("another tenant is refused", h.refusesAnother)
	t.Run("what is read again is the same object", h.readsOne)
	t.Run("who is told to stop stops", h.stops)
}

func (h Harness) readsAll(t *testing.T) {
	ob := h.healthy(t, h.Driver(t))
	if ob.Tenant == "" || ob.Platform == "" || ob.At.IsZero() {
		t.Errorf("the observation does not say of what, on which platform and when: %q, %q, %s", ob.Tenant, ob.Platform, ob.At)
	}
	for k, c := range ob.Read {
		if !slices.Contains(tenant.Kinds, k) {
			t.Errorf("%q is no kind", k)
		}
		if !c.Whole {
			t.Errorf("%s was not read whole, though nothing is wrong: %s", k, c.Reason)
		}
	}
	for _, want := range h.Known {
		i := slices.IndexFunc(ob.Objects, func(o tenant.Object) bool { return o.Key() == want.Key() })
		if i < 0 {
			t.Errorf("%s is in the tenant and not in the observation", want.Key())
			continue
		}
		if got := ob.Objects[i]; !fits(got, want) {
			t.Errorf("%s is observed as\n  %s\nand it is\n  %s", want.Key(), text(got), text(want))
		}
		if _, ok := ob.Read[want.Kind]; !ok {
			t.Errorf("there are objects of kind %s, and the observation does not say that the kind was read", want.Kind)
		}
	}
}

// fits tells whether what want has is in got.
func fits(got, want tenant.Object) bool {
	same := func(got, want string) bool { return want == "" || got == want }
	return same(got.Name, want.Name) && same(got.State, want.State) && same(got.Role, want.Role) &&
		same(got.Auth, want.Auth) && same(got.Path, want.Path) && same(got.App, want.App) &&
		same(got.Account, want.Account) && same(got.Login, want.Login) && same(got.Owner, want.Owner) &&
		same(got.Workflow, want.Workflow) && (!want.Self || got.Self) &&
		(want.Scopes == nil || slices.Equal(inOrder(got.Scopes), inOrder(want.Scopes))) &&
		(want.Triggers == nil || slices.Equal(got.Triggers, want.Triggers)) &&
		(want.Uses == nil || slices.Equal(usesOf(got), usesOf(want))) &&
		(want.Steps == nil || slices.Equal(stepsOf(got), stepsOf(want)))
}

func (h Harness) inOrder(t *testing.T) {
	ob := h.healthy(t, h.Driver(t))
	place := func(o tenant.Object) int { return slices.Index(tenant.Kinds, o.Kind) }
	for i, o := range ob.Objects {
		if o.ID == "" {
			t.Errorf("%s %q has no id", o.Kind, o.Name)
		}
		if !slices.Contains([]string{tenant.Enabled, tenant.Disabled, tenant.StateUnknown}, o.State) {
			t.Errorf("%s has the state %q, which is none", o.Key(), o.State)
		}
		if _, ok := ob.Read[o.Kind]; !ok {
			t.Errorf("%s is of a kind that was not read", o.Key())
		}
		if i == 0 {
			continue
		}
		if last := ob.Objects[i-1]; place(last) > place(o) || place(last) == place(o) && last.ID >= o.ID {
			t.Errorf("%s stands in front of %s; objects are in order of kind and id, each once", last.Key(), o.Key())
		}
	}
}

func (h Harness) readsTheSame(t *testing.T) {
	d := h.Driver(t)
	h.healthy(t, d) // what the tenant notes of the first use is noted now
	first, second := h.healthy(t, d), h.healthy(t, d)
	first.At, second.At = time.Time{}, time.Time{}
	if a, b := text(first), text(second); a != b {
		t.Errorf("nothing changed, and the tenant reads as\n  %s\nand then as\n  %s", a, b)
	}
}

func (h Harness) atOnce(t *testing.T) {
	d := h.Driver(t)
	h.healthy(t, d)
	seen := make([]string, 4)
	var all sync.WaitGroup
	for i := range seen {
		all.Go(func() {
			ob, err := d.Observe(t.Context())
			if err != nil {
				t.Errorf("one of several observations at once: %v", err)
				return
			}
			seen[i] = strings.Join(keys(ob.Objects), " ")
		})
	}
	all.Wait()
	if len(slices.Compact(seen)) != 1 {
		t.Errorf("observations at once differ:\n  %s", strings.Join(seen, "\n  "))
	}
}

func (h Harness) refusesAnother(t *testing.T) {
	if h.Wrong == nil {
		h.lacking(t, "Wrong")
	}
	d := h.Wrong(t)
	ob, err := d.Observe(t.Context())
	if !errors.Is(err, tenant.ErrWrongTenant) {
		t.Errorf("a driver for another tenant observes this one: %v", err)
	}
	if len(ob.Objects) != 0 {
		t.Errorf("%d objects of another tenant came with the error", len(ob.Objects))
	}
	h.noSecret(t, "the error", err)
	o := h.Known[0]
	if s, ok := d.(tenant.Suspender); ok {
		if _, err := s.Suspend(t.Context(), o); err == nil {
			t.Errorf("a driver for another tenant suspends %s in this one", o.Key())
		}
	}
}

func (h Harness) readsOne(t *testing.T) {
	d, ok := h.Driver(t).(tenant.Reader)
	if !ok {
		h.lacking(t, "Reader")
	}
	ob := h.healthy(t, d)
	for _, k := range kindsOf(ob) {
		for i, o := range objectsOf(ob, k) {
			if i == 3 {
				break
			}
			got, err := d.Read(t.Context(), k, o.ID)
			if err != nil {
				t.Errorf("read %s again: %v", o.Key(), err)
				continue
			}
			h.noSecret(t, "what is read", got)
			if got.Key() != o.Key() || governed(got) != governed(o) {
				t.Errorf("%s is observed as\n  %s\nand read as\n  %s", o.Key(), governed(o), governed(got))
			}
		}
	}
	for _, id := range []string{"no-such-id", "../../no/such", "a?b=c#d", ".."} {
		if _, err := d.Read(t.Context(), h.Known[0].Kind, id); err == nil {
			t.Errorf("what has the id %q can be read", id)
		}
	}
}

func (h Harness) stops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	began := time.Now()
	ob, err := h.Driver(t).Observe(ctx)
	if err == nil || len(ob.Objects) != 0 {
		t.Errorf("an observation that was called off returns %d objects and %v", len(ob.Objects), err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("an observation that was called off goes on for %s", took)
	}
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func inOrder(s []string) []string { return slices.Sorted(slices.Values(s)) }

func usesOf(o tenant.Object) []string {
	var all []string
	for _, u := range o.Uses {
		all = append(all, string(u.Kind)+":"+u.ID)
	}
	return slices.Compact(inOrder(all))
}

func stepsOf(o tenant.Object) []string {
	var all []string
	for _, s := range o.Steps {
		all = append(all, s.App+" "+s.Operation)
	}
	return slices.Compact(inOrder(all))
}

// governed are the governed fields of an object as text.
func governed(o tenant.Object) string {
	g := map[string]any{
		"state": o.State, "role": o.Role, "auth": o.Auth, "path": o.Path, "app": o.App, "account": o.Account,
		"scopes": inOrder(o.Scopes), "triggers": o.Triggers, "uses": usesOf(o), "steps": stepsOf(o), "expires": o.Expires,
	}
	if o.Draft != nil {
		g["draft"] = governed(*o.Draft)
	}
	return text(g)
}
