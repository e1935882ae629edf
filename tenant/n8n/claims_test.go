package n8n_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rollcall-dev/rollcall/internal/n8nserver"
	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
	"github.com/rollcall-dev/rollcall/tenant/n8n"
)

// claims are what is claimed of n8n beyond the conformance suite.
var claims = map[string]func(*testing.T, *real){
	"four scopes and an account are enough to watch":        fourScopesWatch,
	"three more scopes are enough to revert":                threeMoreRevert,
	"a key of a member does not pass for the whole":         memberIsNotWhole,
	"a key alone tells all but the API keys":                keyAlone,
	"the instance is told, and held to what is configured":  instanceIsHeldTo,
	"a cookie that has run out is renewed":                  cookieIsRenewed,
	"the key that rollcall uses is never revoked":           ownKeyStays,
	"a restored workflow keeps the draft, which is told":    draftIsLeft,
	"a version that n8n does not keep is not a gone object": versionIsNotKept,
	"nothing slips through between two pages":               nothingSlips,
	"the last run of a workflow is told":                    lastRunIsTold,
}

var (
	watch  = []string{"workflow:list", "credential:list", "user:list", "execution:list"}
	revert = []string{"workflow:read", "workflow:activate", "workflow:deactivate"}
)

func (r *real) with(t *testing.T, scopes ...string) n8n.Config {
	c := r.config()
	c.APIKey = r.key(t, scopes...).Value
	return c
}

func find(t *testing.T, ob tenant.Observation, kind tenant.Kind, id string) tenant.Object {
	t.Helper()
	i := slices.IndexFunc(ob.Objects, func(o tenant.Object) bool { return o.Kind == kind && o.ID == id })
	if i < 0 {
		t.Fatalf("%s %s is in n8n and not in the observation", kind, id)
	}
	return ob.Objects[i]
}

func fourScopesWatch(t *testing.T, r *real) {
	ob := observe(t, driver(t, r.with(t, watch...)))
	for k, c := range ob.Read {
		if !c.Whole {
			t.Errorf("%s cannot be read with the documented scopes: %s", k, c.Reason)
		}
	}
	if can := ob.Can[registry.Workflow]; can != nil {
		t.Errorf("with scopes that only list, it says that it can %v workflows", can)
	}
	for i, lacking := range watch[:3] {
		ob := observe(t, driver(t, r.with(t, slices.Delete(slices.Clone(watch), i, i+1)...)))
		kind := []tenant.Kind{registry.Workflow, registry.Connector, registry.ServiceAccount}[i]
		if c := ob.Read[kind]; c.Whole || c.Cause != tenant.Forbidden || !strings.Contains(c.Reason, lacking) {
			t.Errorf("without %s, %s is read as %+v, which does not name the scope", lacking, kind, c)
		}
	}
}

func threeMoreRevert(t *testing.T, r *real) {
	d := driver(t, r.with(t, append(revert, watch...)...))
	id, hook := r.fresh(t)
	ob := observe(t, d)
	good := find(t, ob, registry.Workflow, id)
	if _, err := d.Suspend(t.Context(), find(t, ob, registry.Webhook, hook)); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Resume(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	r.spoil(t, id)
	now, err := d.Read(t.Context(), registry.Workflow, id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Restore(t.Context(), now, good); err != nil {
		t.Fatal(err)
	}
	if w, err := r.owner.Workflow(t.Context(), id); err != nil || w.ActiveVersionID != good.Version {
		t.Errorf("version %s was to run again, and n8n runs %q (%v)", good.Version, w.ActiveVersionID, err)
	}
	if now.Editor != r.Email {
		t.Errorf("%s published what runs, and %q is told", r.Email, now.Editor)
	}
}

func memberIsNotWhole(t *testing.T, r *real) {
	member, err := n8nserver.SignIn(t.Context(), r.server.URL, r.member)
	if err != nil {
		t.Fatal(err)
	}
	k, err := member.CreateAPIKey(t.Context(), "a member's")
	if err != nil {
		t.Fatal(err)
	}
	c := r.config()
	c.APIKey, c.Email, c.Password = k.Value, r.member.Email, r.member.Password
	ob := observe(t, driver(t, c))
	for _, kind := range []tenant.Kind{registry.Workflow, registry.Webhook, registry.Connector, registry.Token} {
		if got := ob.Read[kind]; got.Whole || got.Cause != tenant.Forbidden {
			t.Errorf("a member sees a part of the tenant, and %s is read as %+v", kind, got)
		}
	}
}

func keyAlone(t *testing.T, r *real) {
	c := r.config()
	c.Email, c.Password = "", ""
	ob := observe(t, driver(t, c))
	for kind, got := range ob.Read {
		if got.Whole != (kind != registry.Token) {
			t.Errorf("to a key alone %s is read as %+v", kind, got)
		}
	}
	if want := "owner:" + r.user(t, r.Email); ob.NativeID != want {
		t.Errorf("to a key alone the tenant is %q instead of %q", ob.NativeID, want)
	}
	if len(ob.Can[registry.Token]) != 0 {
		t.Error("to a key alone it says that it can revoke API keys")
	}
}

func instanceIsHeldTo(t *testing.T, r *real) {
	c := r.config()
	id := observe(t, driver(t, c)).NativeID
	for want, refused := range map[string]bool{id: false, "owner:" + r.user(t, r.Email): false, "owner:someone": true, "else": true} {
		c.InstanceID = want
		ob, err := driver(t, c).Observe(t.Context())
		if errors.Is(err, tenant.ErrWrongTenant) != refused || refused != (err != nil) || refused && len(ob.Objects) != 0 {
			t.Errorf("the instance is %q; configured as %q it is refused with %v", id, want, err)
		}
	}
	c.InstanceID, c.Email, c.Password = id, "", ""
	if _, err := driver(t, c).Observe(t.Context()); tenant.CauseOf(err) != tenant.Forbidden {
		t.Errorf("which instance this is cannot be told without an account, and it is taken for the right one: %v", err)
	}
}

func cookieIsRenewed(t *testing.T, r *real) {
	d := driver(t, r.config())
	observe(t, d)
	d.SpoilCookie()
	if c := observe(t, d).Read[registry.Token]; !c.Whole {
		t.Errorf("with a cookie that has run out, API keys are not read: %s", c.Reason)
	}
}

func ownKeyStays(t *testing.T, r *real) {
	d := driver(t, r.config())
	o := find(t, observe(t, d), registry.Token, r.ownKey(t))
	o.Self = false // whoever asks may not know
	if _, err := d.Revoke(t.Context(), o); !errors.Is(err, tenant.ErrUnsupported) {
		t.Errorf("rollcall revokes the key that it signs in with: %v", err)
	}
	observe(t, d)
}

func draftIsLeft(t *testing.T, r *real) {
	d := driver(t, r.config())
	id, hook := r.fresh(t)
	ob := observe(t, d)
	good, guarded := find(t, ob, registry.Workflow, id), find(t, ob, registry.Webhook, hook)
	n := r.n.Load()
	if err := r.owner.UpdateWorkflow(t.Context(), id, r.flow("none", r.evil, "DELETE", n), true); err != nil {
		t.Fatal(err)
	}
	now, err := d.Read(t.Context(), registry.Webhook, hook)
	if err != nil || now.Auth != "none" {
		t.Fatalf("the webhook was opened, and it reads as %+v (%v)", now, err)
	}
	if _, err := d.Restore(t.Context(), now, guarded); err != nil {
		t.Fatal(err)
	}
	now, err = d.Read(t.Context(), registry.Workflow, id)
	if err != nil || now.Version != good.Version {
		t.Fatalf("the workflow was set back to %s, and it reads as %+v (%v)", good.Version, now, err)
	}
	if now.Draft == nil || now.Draft.Steps[0].Operation != "DELETE crm.example.com/users" {
		t.Errorf("what was published in between is a draft now, and it is told as %+v", now.Draft)
	}
	if _, err := d.Restore(t.Context(), now, good); !errors.Is(err, tenant.ErrUnsupported) {
		t.Errorf("the draft stays, and to restore it is %v", err)
	}
}

func versionIsNotKept(t *testing.T, r *real) {
	d := driver(t, r.config())
	id, _ := r.fresh(t)
	now := find(t, observe(t, d), registry.Workflow, id)
	good := now
	good.Version = "00000000-0000-4000-8000-000000000000"
	_, err := d.Restore(t.Context(), now, good)
	if err == nil || errors.Is(err, tenant.ErrGone) {
		t.Errorf("the workflow is there and the version is not: %v", err)
	}
}

// A meddler does something in front of the second page of workflows.
type meddler struct {
	once atomic.Bool
	do   func()
}

func (m *meddler) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Path == "/api/v1/workflows" && req.URL.Query().Has("cursor") && m.once.CompareAndSwap(false, true) {
		m.do()
	}
	return http.DefaultTransport.RoundTrip(req)
}

func nothingSlips(t *testing.T, r *real) {
	for range 4 {
		r.fresh(t)
	}
	first := observe(t, driver(t, r.config()))
	c := r.config()
	var list struct{ Data []struct{ ID string } }
	if err := r.owner.Call(t.Context(), http.MethodGet, "/api/v1/workflows?limit=1", nil, &list); err != nil {
		t.Fatal(err)
	}
	gone := list.Data[0].ID // it stands on the first page, and moves all others up by one
	m := &meddler{do: func() {
		if err := r.delete(t.Context(), gone); err != nil {
			t.Error(err)
		}
	}}
	c.Transport = m
	ob := observe(t, driver(t, c))
	if !m.once.Load() {
		t.Fatal("there was one page alone")
	}
	for _, o := range first.Objects {
		same := func(p tenant.Object) bool { return p.Key() == o.Key() }
		if o.Kind == registry.Workflow && o.ID != gone && !slices.ContainsFunc(ob.Objects, same) {
			t.Errorf("workflow %s slipped through when another was deleted between two pages", o.ID)
		}
	}
}

func lastRunIsTold(t *testing.T, r *real) {
	id, _ := r.fresh(t)
	d := driver(t, r.config())
	if at := find(t, observe(t, d), registry.Workflow, id).LastUsed; !at.IsZero() {
		t.Errorf("a workflow that never ran was last used at %s", at)
	}
	if err := r.owner.UpdateWorkflow(t.Context(), id, r.flow("none", r.good, "GET", r.n.Load()), true); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(10 * time.Second)
	for {
		resp, err := http.Get(r.server.URL + fmt.Sprintf("/webhook/in-%d", r.n.Load()))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if at := find(t, observe(t, d), registry.Workflow, id).LastUsed; !at.IsZero() {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the workflow was started through its webhook (%s), and its last use is not told", resp.Status)
		}
		time.Sleep(100 * time.Millisecond)
	}
}
