package tenant_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

func TestTheRollFindsWhatIsDeclaredAndGuessesNothing(t *testing.T) {
	workflow := func(name string, live registry.Live) *registry.Identity {
		return &registry.Identity{ID: "t/" + name, Kind: registry.Workflow, Live: live}
	}
	objects := []tenant.Object{
		{Kind: registry.Workflow, ID: "1", Name: "sync"},
		{Kind: registry.Workflow, ID: "2", Name: "Copy deals"},
		{Kind: registry.Workflow, ID: "3", Name: "twin"},
		{Kind: registry.Workflow, ID: "4", Name: "twin"},
		{Kind: registry.ServiceAccount, ID: "5", Name: "n8n", Login: "Svc-N8n@example.com"},
		{Kind: registry.Connector, ID: "1", Name: "sync"},
	}
	const nobody, unclear = tenant.Nobody, tenant.Unclear
	for _, c := range []struct {
		name    string
		ids     []*registry.Identity
		objects []int32 // of ids
		claims  []int32 // of objects
	}{
		{"by its own name", []*registry.Identity{workflow("sync", registry.Live{})}, []int32{0}, []int32{0, nobody, nobody, nobody, nobody, nobody}},
		{"by its live name", []*registry.Identity{workflow("x", registry.Live{Name: "Copy deals"})}, []int32{1}, []int32{nobody, 0, nobody, nobody, nobody, nobody}},
		{"by its live id, whatever the name", []*registry.Identity{workflow("sync", registry.Live{ID: "2", Name: "sync"})}, []int32{1}, []int32{nobody, 0, nobody, nobody, nobody, nobody}},
		{"an account by its login", []*registry.Identity{{ID: "t/a", Kind: registry.ServiceAccount, Login: "svc-n8n@example.com"}}, []int32{4}, []int32{nobody, nobody, nobody, nobody, 0, nobody}},
		{"not there", []*registry.Identity{workflow("gone", registry.Live{ID: "99"})}, []int32{nobody}, []int32{nobody, nobody, nobody, nobody, nobody, nobody}},
		{"one of two of its name", []*registry.Identity{workflow("twin", registry.Live{})}, []int32{unclear}, []int32{nobody, nobody, unclear, unclear, nobody, nobody}},
		{"one of two of its name, by id", []*registry.Identity{workflow("twin", registry.Live{ID: "4"})}, []int32{3}, []int32{nobody, nobody, nobody, 0, nobody, nobody}},
		{"two that claim one", []*registry.Identity{workflow("a", registry.Live{ID: "1"}), workflow("sync", registry.Live{})}, []int32{unclear, unclear}, []int32{unclear, nobody, nobody, nobody, nobody, nobody}},
		{"an approval bot is not on it", []*registry.Identity{{ID: "t/sync", Kind: registry.ApprovalBot}}, []int32{}, []int32{nobody, nobody, nobody, nobody, nobody, nobody}},
	} {
		t.Run(c.name, func(t *testing.T) {
			roll := tenant.Call(c.ids, &tenant.Observation{Tenant: "t", Objects: objects})
			if diff := cmp.Diff(c.objects, roll.Objects); diff != "" {
				t.Errorf("objects of the identities (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.claims, roll.Claims); diff != "" {
				t.Errorf("claims of the objects (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheRollNamesTwinsAndRivals(t *testing.T) {
	twin := &registry.Identity{ID: "t/twin", Kind: registry.Workflow}
	a, b := &registry.Identity{ID: "t/a", Kind: registry.Token, Live: registry.Live{ID: "9"}}, &registry.Identity{ID: "t/b", Kind: registry.Token, Live: registry.Live{ID: "9"}}
	roll := tenant.Call([]*registry.Identity{twin, a, b}, &tenant.Observation{Tenant: "t", Objects: []tenant.Object{
		{Kind: registry.Workflow, ID: "1", Name: "twin"}, {Kind: registry.Workflow, ID: "2", Name: "twin"}, {Kind: registry.Token, ID: "9", Name: "deploy"},
	}})
	if got := fmt.Sprint(roll.Twins(twin), roll.Rivals(a), roll.Rivals(twin), roll.Twins(a)); got != "[0 1] [1 2] [] []" {
		t.Errorf("twins and rivals: %s", got)
	}
	if got := fmt.Sprint(roll.Find(registry.Token, "9"), roll.Find(registry.Token, "1"), roll.Find(registry.Webhook, "9")); got != "2 -1 -1" {
		t.Errorf("found by id: %s", got)
	}
	account := &registry.Identity{ID: "t/x", Kind: registry.ServiceAccount, Login: "A@example.com"}
	if got := tenant.Sought(account) + " " + tenant.Sought(twin); got != "a@example.com twin" {
		t.Errorf("sought are %s", got)
	}
}
