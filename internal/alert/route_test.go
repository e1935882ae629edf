package alert_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-dev/rollcall/internal/alert"
)

func TestOwnersGetWhatIsTheirsAndSecurityGetsAll(t *testing.T) {
	channels := []alert.Channel{
		{Name: "security", All: true, Least: alert.Warning},
		{Name: "pager", All: true, Least: alert.Critical},
		{Name: "crm", For: []string{"team/crm", "person/dana"}, Least: alert.Warning},
		{Name: "identity", For: []string{"team/identity"}, Least: alert.Critical},
	}
	for _, tc := range []struct {
		name string
		a    alert.Alert
		want []string
	}{
		{"critical, of an owner", alert.Alert{Severity: alert.Critical, Owners: []string{"team/crm"}}, []string{"security", "pager", "crm"}},
		{"warning, of an owner", alert.Alert{Severity: alert.Warning, Owners: []string{"person/dana"}}, []string{"security", "crm"}},
		{"warning, below what the owner wants", alert.Alert{Severity: alert.Warning, Owners: []string{"team/identity"}}, []string{"security"}},
		{"critical, of an owner whom no channel names", alert.Alert{Severity: alert.Critical, Owners: []string{"team/sales"}}, []string{"security", "pager"}},
		{"of nobody", alert.Alert{Severity: alert.Warning}, []string{"security"}},
		{"of many", alert.Alert{Severity: alert.Critical, Count: 30, Owners: []string{"team/crm", "team/identity", "team/sales"}}, []string{"security", "pager", "crm", "identity"}},
		{"not judged", alert.Alert{Type: alert.RegistryBad}, []string{"security", "pager"}},
		{"an owner by another's prefix", alert.Alert{Severity: alert.Warning, Owners: []string{"team/crm-emea"}}, []string{"security"}},
		{"a test", alert.Alert{Type: alert.Test}, []string{"security", "pager", "crm", "identity"}},
	} {
		if diff := cmp.Diff(tc.want, alert.Recipients(channels, tc.a)); diff != "" {
			t.Errorf("%s: is told to (-want +got):\n%s", tc.name, diff)
		}
	}
}

func TestWhatNobodyWouldBeToldIsKnown(t *testing.T) {
	both := []alert.Severity{alert.Critical, alert.Warning}
	for _, tc := range []struct {
		name     string
		channels []alert.Channel
		want     []alert.Severity
	}{
		{"no channel", nil, both},
		{"owners alone", []alert.Channel{{Name: "crm", For: []string{"team/crm"}}}, both},
		{"a pager for everything", []alert.Channel{{Name: "pager", All: true, Least: alert.Critical}}, both[1:]},
		{"one for everything", []alert.Channel{{Name: "security", All: true, Least: alert.Warning}}, nil},
	} {
		if diff := cmp.Diff(tc.want, alert.Untold(tc.channels)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
}
