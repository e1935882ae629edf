package sandbox_test

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
	"github.com/rollcall-dev/rollcall/tenant/sandbox"
)

func observe(t *testing.T, d *sandbox.Driver) tenant.Observation {
	t.Helper()
	ob, err := d.Observe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return ob
}

func object(t *testing.T, ob tenant.Observation, key string) tenant.Object {
	t.Helper()
	for _, o := range ob.Objects {
		if o.Key() == key {
			return o
		}
	}
	t.Fatalf("%s is not observed", key)
	return tenant.Object{}
}

// drifts says for each drift on what object it is seen, and whether the
// object can be set back to what it was.
var drifts = map[string]struct {
	key      string
	seen     func(tenant.Object) bool
	setsBack bool
}{
	"activate-workflow":   {"workflow:wf-quick-export", func(o tenant.Object) bool { return o.State == tenant.Enabled }, true},
	"deactivate-workflow": {"workflow:wf-invoice-export", func(o tenant.Object) bool { return o.State == tenant.Disabled }, true},
	"swap-credential": {"workflow:wf-crm-won-deals", func(o tenant.Object) bool {
		return slices.ContainsFunc(o.Uses, func(r tenant.Ref) bool { return r.ID == "cn-okta" }) && o.Version == "2"
	}, true},
	"edit-draft": {"workflow:wf-crm-won-deals", func(o tenant.Object) bool {
		return o.Version == "1" && len(o.Steps) == 2 && o.Draft != nil && len(o.Draft.Steps) == 3
	}, true},
	"publish-step": {"workflow:wf-crm-won-deals", func(o tenant.Object) bool { return len(o.Steps) == 3 && o.Draft == nil }, true},
	"open-webhook": {"webhook:wh-new-hire", func(o tenant.Object) bool { return o.Auth == "none" }, true},
	"raise-role":   {"serviceAccount:sa-backup", func(o tenant.Object) bool { return o.Role == "admin" }, true},
	"widen-token":  {"token:tk-ci-deploy", func(o tenant.Object) bool { return slices.Contains(o.Scopes, "account:write") }, true},
	"add-token":    {"token:tk-shadow", func(o tenant.Object) bool { return o.State == tenant.Enabled && !o.Self }, false},
}

func TestEveryDriftIsSeenByTheDriverAndCanBeSetBack(t *testing.T) {
	for _, drift := range sandbox.Drifts {
		t.Run(drift.Name, func(t *testing.T) {
			want, ok := drifts[drift.Name]
			if !ok {
				t.Fatal("nobody says how this drift is seen")
			}
			content, _, url := platform(t, sandbox.Seed())
			d := connect(url)
			before := observe(t, d)
			for range 2 { // the second time changes nothing
				if err := content.Make(drift.Name); err != nil {
					t.Fatal(err)
				}
			}
			got := object(t, observe(t, d), want.key)
			if !want.seen(got) {
				t.Errorf("the drift %q does not show: %+v", drift.Doc, got)
			}
			if got.Editor != "mallory@example.com" {
				t.Errorf("the drift was made by %q", got.Editor)
			}
			if !want.setsBack {
				if _, err := d.Revoke(t.Context(), got); err != nil {
					t.Error(err)
				}
				return
			}
			good := object(t, before, want.key)
			for range 2 {
				if _, err := d.Restore(t.Context(), got, good); err != nil {
					t.Fatalf("set it back: %v", err)
				}
			}
			got = object(t, observe(t, d), want.key)
			got.Updated, got.Editor = good.Updated, good.Editor
			if diff := cmp.Diff(good, got); diff != "" {
				t.Errorf("it is not what it was (-was +is):\n%s", diff)
			}
		})
	}
}

func TestAWorkflowGoesBackToASightThatTellsNoSteps(t *testing.T) {
	content, _, url := platform(t, sandbox.Seed())
	d := connect(url)
	good := object(t, observe(t, d), "workflow:wf-crm-won-deals")
	good.Steps = nil
	if err := content.Make("swap-credential"); err != nil {
		t.Fatal(err)
	}
	now := object(t, observe(t, d), good.Key())
	if _, err := d.Restore(t.Context(), now, good); err != nil {
		t.Fatal(err)
	}
	if got := object(t, observe(t, d), good.Key()); got.Version != "1" {
		t.Errorf("version %s runs, and version 1 was the good one", got.Version)
	}
}

func TestAWorkflowGetsDeclaredValuesThatNoVersionHas(t *testing.T) {
	_, _, url := platform(t, sandbox.Seed())
	d := connect(url)
	now := object(t, observe(t, d), "workflow:wf-crm-won-deals")
	good := now
	good.Triggers = []tenant.Trigger{{Type: "schedule", Cron: "0 4 * * *"}}
	good.Uses = []tenant.Ref{now.Uses[0], {Kind: registry.Connector, ID: "cn-okta"}}
	if _, err := d.Restore(t.Context(), now, good); err != nil {
		t.Fatal(err)
	}
	got := object(t, observe(t, d), now.Key())
	if got.Version != "2" || got.Triggers[0].Cron != "0 4 * * *" || got.Uses[1].ID != "cn-okta" {
		t.Errorf("the declared trigger and credential do not run: %+v", got)
	}
	good.Steps = append(good.Steps, tenant.Step{App: "slack", Operation: "message:post"})
	if _, err := d.Restore(t.Context(), got, good); !errors.Is(err, tenant.ErrUnsupported) {
		t.Errorf("a step that nobody wrote can be restored: %v", err)
	}
}

func TestARevokedTokenOpensNothingAndIsListedNoMore(t *testing.T) {
	content, _, url := platform(t, sandbox.Seed())
	d := connect(url)
	if err := content.Make("add-token"); err != nil {
		t.Fatal(err)
	}
	stolen := sandbox.Connect("sandbox", "sandbox-1", url, "shh-tk-shadow-e5d3")
	observe(t, stolen)
	if _, err := d.Revoke(t.Context(), object(t, observe(t, d), "token:tk-shadow")); err != nil {
		t.Fatal(err)
	}
	_, err := stolen.Observe(t.Context())
	if tenant.CauseOf(err) != tenant.Unauthorized {
		t.Errorf("a revoked token still opens the tenant: %v", err)
	}
	for _, o := range observe(t, d).Objects {
		if o.ID == "tk-shadow" || o.ID == "tk-2024-migration" {
			t.Errorf("%s was revoked and is still observed", o.ID)
		}
	}
}

func TestRollcallDoesNotLockItselfOut(t *testing.T) {
	_, _, url := platform(t, sandbox.Seed())
	d := connect(url)
	self := object(t, observe(t, d), "token:tk-rollcall")
	self.Self = false // whoever asks may have forgotten
	good := self
	good.Scopes = []string{"tenant:read"}
	if _, err := d.Revoke(t.Context(), self); err == nil {
		t.Error("rollcall revoked the token that it signs in with")
	}
	if _, err := d.Restore(t.Context(), self, good); err == nil {
		t.Error("rollcall took a scope from the token that it signs in with")
	}
	observe(t, d)
}

func TestATokenThatMayOnlyReadPromisesNothing(t *testing.T) {
	content, _, url := platform(t, sandbox.Seed())
	reader := sandbox.Item{ID: "tk-reader", Name: "Reader", Active: true, Secret: "shh-reader", Scopes: []string{"tenant:read"}}
	if err := content.Add("dana@example.com", registry.Token, reader); err != nil {
		t.Fatal(err)
	}
	d := sandbox.Connect("sandbox", "sandbox-1", url, "shh-reader")
	ob := observe(t, d)
	if len(ob.Can) != 0 || !strings.Contains(strings.Join(ob.Blind, "\n"), "nothing can be reverted") {
		t.Errorf("it can %v, and says %q", ob.Can, ob.Blind)
	}
	_, err := d.Suspend(t.Context(), object(t, ob, "workflow:wf-invoice-export"))
	if tenant.CauseOf(err) != tenant.Forbidden {
		t.Errorf("it suspends a workflow: %v", err)
	}
}

func TestAFileKeepsTheTenantAndABadOneIsLeftAlone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sandbox.json")
	first, err := sandbox.Open(file, sandbox.Seed())
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Make("open-webhook"); err != nil {
		t.Fatal(err)
	}
	second, err := sandbox.Open(file, sandbox.Seed())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first.State(), second.State()); diff != "" {
		t.Errorf("the file does not hold what the tenant held:\n%s", diff)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others can read the secrets: %v, %v", info.Mode(), err)
	}
	const rubbish = "{ half a fi"
	if err := os.WriteFile(file, []byte(rubbish), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sandbox.Open(file, sandbox.Seed()); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("a file that is no sandbox is opened, or not named: %v", err)
	}
	if left, _ := os.ReadFile(file); string(left) != rubbish {
		t.Errorf("the file that could not be read was overwritten with %q", left)
	}
}

func TestALargeTenantIsReadWhole(t *testing.T) {
	content := sandbox.New(sandbox.Generated(1234))
	_, handler, url := platform(t, content.State())
	handler.PageSize = 100
	ob := observe(t, sandbox.Connect("sandbox", "sandbox", url, sandbox.Token))
	n := 0
	for _, o := range ob.Objects {
		if o.Kind == registry.Workflow {
			n++
		}
	}
	if n != 1234 {
		t.Errorf("%d of 1234 workflows are observed", n)
	}
}

// fetch is what a browser or curl would do.
func fetch(t *testing.T, method, url, body string, header ...string) (int, string, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text), resp.Header
}
