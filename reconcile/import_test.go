package reconcile

import (
	"strings"
	"testing"
	"time"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

func TestImportSaysHowLongATokenLivesWhereTheTenantTells(t *testing.T) {
	issued := time.Date(2026, 11, 1, 8, 30, 0, 0, time.UTC)
	tests := []struct {
		name            string
		issued, expires time.Time
		want            string // empty for a token without a lifetime
	}{
		{"issued for 90 days", issued, issued.AddDate(0, 0, 90), `lifetime: "90d"`},
		{"a day that has begun counts", issued, issued.Add(25 * time.Hour), `lifetime: "2d"`},
		{"without an end", issued, time.Time{}, ""},
		{"without a beginning", time.Time{}, issued, ""},
		{"ended before it began", issued, issued.Add(-time.Hour), ""},
	}
	want := registry.Build(registry.Snapshot{Tenants: []*registry.Tenant{{ID: "t"}}})
	for _, tt := range tests {
		got := tenant.Observation{Tenant: "t", Objects: []tenant.Object{
			{Kind: registry.Token, ID: "1", Name: "deploy", State: tenant.Enabled, Created: tt.issued, Expires: tt.expires},
		}}
		entries := Import(want, got, issued)
		if len(entries) != 1 {
			t.Fatalf("%s: imported %d entries of one token", tt.name, len(entries))
		}
		text := entries[0].Text
		if tt.want == "" && strings.Contains(text, "lifetime") || !strings.Contains(text, tt.want) {
			t.Errorf("%s: want %q in what is imported:\n%s", tt.name, tt.want, text)
		}
	}
}
