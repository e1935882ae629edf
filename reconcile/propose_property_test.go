package reconcile

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// drawRegistry is any small registry with its tenant, with drift of the classes
// that can be declared.
func drawRegistry(t *rapid.T) (repository, tenant.Observation) {
	entries := map[string][]string{"other": {"workflow"}}
	objects := []tenant.Object{live(registry.Workflow, "other", "other")}
	for i := range rapid.IntRange(0, 6).Draw(t, "size") {
		kind := rapid.SampledFrom(tenant.Kinds).Draw(t, "kind")
		name := fmt.Sprintf("%s-%d", strings.ToLower(string(kind)), i)
		lines := []string{string(kind)}
		maybe := func(of ...string) {
			if line := rapid.SampledFrom(append(of, "")).Draw(t, "line"); line != "" {
				lines = append(lines, line)
			}
		}
		switch kind {
		case registry.Workflow:
			maybe(`trigger: type: "webhook"`, "trigger: {\n\t\ttype: \"schedule\"\n\t\tcron: \"0 2 * * *\" // at night\n\t}")
			maybe(`uses: []`, `uses: ["t/other"]`)
		case registry.Webhook:
			lines = append(lines, rapid.SampledFrom([]string{`auth: "none"`, `auth: "hmac"`}).Draw(t, "auth"))
			maybe(`path: "/a"`)
		case registry.Connector:
			lines = append(lines, `app: "salesforce"`, `auth: "oauth2"`)
			maybe(`account: "a"`)
			maybe(`scopes: ["a"]`)
		case registry.Token:
			maybe(`scopes: ["a"]`, "scopes: [\n\t\t\"a\",\n\t\t\"b\",\n\t]")
			maybe(`expires: "2027-01-01"`)
		case registry.ServiceAccount:
			lines = append(lines, fmt.Sprintf("login: %q", name))
			maybe(`role: "member"`)
		}
		if rapid.IntRange(0, 3).Draw(t, "declared") > 0 {
			entries[name] = lines
		}
		if rapid.IntRange(0, 3).Draw(t, "is live") > 0 {
			objects = append(objects, drawObject(t, kind, fmt.Sprint(i), name))
		}
	}
	w := newWorld(registry.Snapshot{}, objects...)
	got, _ := w.Observe(context.Background())
	return proposing(entries), got
}

func drawObject(t *rapid.T, kind tenant.Kind, id, name string) tenant.Object {
	text := func(usual ...string) string {
		return rapid.OneOf(rapid.SampledFrom(append(usual, "")), rapid.String()).Draw(t, "text")
	}
	o := live(kind, id, name)
	o.State = rapid.SampledFrom([]string{tenant.Enabled, tenant.Disabled}).Draw(t, "state")
	o.Role, o.Login, o.Editor = text("member", "admin"), name, text("sam@example.com")
	o.Auth, o.App, o.Account, o.Path = text("none", "hmac", "oauth2"), text("salesforce", "netsuite"), text("a"), text("/a", "/b")
	o.Scopes = rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom([]string{"a", "b"}), rapid.String()), 0, 3).Draw(t, "scopes")
	o.LastUsed = noon.AddDate(0, 0, -rapid.IntRange(0, 90).Draw(t, "unused"))
	o.Expires = noon.AddDate(rapid.IntRange(0, 2).Draw(t, "years"), 0, 1)
	if kind == registry.Workflow {
		for range rapid.IntRange(0, 2).Draw(t, "triggers") {
			o.Triggers = append(o.Triggers, tenant.Trigger{Type: text("webhook", "schedule", "manual"), Cron: text("0 3 * * *")})
		}
		if rapid.Bool().Draw(t, "uses") {
			o.Uses = []tenant.Ref{{Kind: registry.Workflow, ID: rapid.SampledFrom([]string{"other", "x"}).Draw(t, "used")}}
		}
	}
	return o
}

// TestAMergedProposalEndsItsDrift merges each proposal on its own: its drift is
// gone, and the schema takes what it wrote. An imported entry has fields that
// people are to fill in or correct; it is read all the same, and nothing else is
// wrong because of it.
func TestAMergedProposalEndsItsDrift(t *testing.T) {
	classes := map[Class]int{}
	rapid.Check(t, func(t *rapid.T) {
		r, got := drawRegistry(t)
		want := r.load(t)
		if len(want.Problems) > 0 {
			t.Fatalf("the registry has mistakes: %v", want.Problems)
		}
		plan := proposed(want, got, nil)
		for _, p := range plan.Proposals {
			after := r.with(p).load(t)
			keys := map[string]Drift{}
			for _, x := range Diff(after, got, noon) {
				keys[x.Key()] = x
			}
			if x, still := keys[p.Key]; still {
				t.Fatalf("it was merged to %s, and still: %s\n%v", p.Title, x.Message, p.Files)
			}
			for _, problem := range after.Problems {
				if _, imported := p.Files[problem.Pos.File]; !imported || r[problem.Pos.File] != "" || problem.Rule != "integrity/schema" {
					t.Fatalf("merging it to %s brings a mistake: %v\n%v", p.Title, problem, p.Files)
				}
			}
			for _, a := range plan.Actions {
				if a.Drift.Key() == p.Key {
					classes[a.Drift.Class]++
				}
			}
		}
	})
	for _, c := range []Class{Undeclared, Missing, Changed, Dormant} {
		if classes[c] < 5 {
			t.Errorf("only %d proposals for what is %s were tried", classes[c], c)
		}
	}
}
