package tenant_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// seen is an observation with something in every list.
func seen() tenant.Observation {
	at := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	return tenant.Observation{
		Tenant: "n8n-prod", Platform: "n8n", At: at,
		Read: map[tenant.Kind]tenant.Coverage{
			registry.Token:    {Cause: tenant.Forbidden, Reason: "the API key may not list them"},
			registry.Workflow: {Whole: true, Fields: []tenant.Field{tenant.FieldAuth, tenant.FieldState, tenant.FieldUses}},
		},
		Can:   map[tenant.Kind][]tenant.Ability{registry.Workflow: {tenant.CanRestore, tenant.CanResume, tenant.CanSuspend}},
		Blind: []string{"what a node runs", "who signed in"},
		Objects: []tenant.Object{
			{Kind: registry.Connector, ID: "10", Name: "CRM <read>", State: tenant.Enabled, Scopes: []string{"contacts.read", "deals.read"}, Unknown: []tenant.Field{tenant.FieldAccount, tenant.FieldOwner}},
			{
				Kind: registry.Workflow, ID: "7", Name: "Copy won deals", State: tenant.Enabled, Created: at.Add(-time.Hour), LastUsed: at.Add(-time.Minute),
				Triggers: []tenant.Trigger{{Type: "manual"}, {Type: "schedule", Cron: "0 7 * * 1"}},
				Uses:     []tenant.Ref{{Kind: registry.Connector, ID: "10", Via: "CRM"}, {Kind: registry.Connector, ID: "10", Via: "CRM again"}},
				Steps:    []tenant.Step{{App: "okta", Operation: "user:create", Via: "a"}, {App: "okta", Operation: "user:create", Via: "b"}},
				Draft:    &tenant.Object{Scopes: []string{"a", "b"}},
			},
		},
	}
}

func TestAnObservationComesBackAsItWasEncoded(t *testing.T) {
	want := seen()
	got, err := tenant.Decode(want.Encode(), want.At)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-encoded +decoded):\n%s", err, diff)
	}
	if _, err := tenant.Decode([]byte("{"), want.At); err == nil {
		t.Error("half an observation was decoded")
	}
}

func TestATenantThatDidNotChangeIsTheSameBytes(t *testing.T) {
	want := seen().Encode()
	for range 50 {
		ob := seen()
		ob.At = ob.At.Add(time.Hour)
		shuffle(ob.Objects)
		shuffle(ob.Blind)
		shuffle(ob.Read[registry.Workflow].Fields)
		shuffle(ob.Can[registry.Workflow])
		for i := range ob.Objects {
			o := &ob.Objects[i]
			shuffle(o.Scopes)
			shuffle(o.Unknown)
			shuffle(o.Triggers)
			shuffle(o.Uses)
			shuffle(o.Steps)
			o.Created = o.Created.In(time.FixedZone("elsewhere", 3600))
			if o.Draft != nil {
				shuffle(o.Draft.Scopes)
			}
		}
		before := ob.Objects[0].ID
		if got := ob.Encode(); string(got) != string(want) {
			t.Fatalf("told in another order, an hour later, the same tenant is other bytes:\n%s\n%s", want, got)
		}
		if ob.Objects[0].ID != before {
			t.Fatal("encoding an observation changed it")
		}
	}
}

func TestNoDateThatATenantTellsKeepsItFromBeingKept(t *testing.T) {
	for _, year := range []int{-1, 9999, 12000} {
		ob := seen()
		ob.Objects[0].Expires = time.Date(year, 12, 31, 23, 59, 59, 0, time.FixedZone("west", -3600))
		if _, err := tenant.Decode(ob.Encode(), ob.At); err != nil {
			t.Errorf("a date of the year %d: %v", year, err)
		}
	}
}

func shuffle[T any](list []T) {
	rand.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
}
