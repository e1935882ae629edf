package alert_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/model"

	"github.com/rollcall-dev/rollcall/internal/alert"
	"github.com/rollcall-dev/rollcall/internal/secret"
)

// An inAlertmanager is the data of an event, as Alertmanager has alerts.
type inAlertmanager struct {
	Status      string         `json:"status"`
	Labels      model.LabelSet `json:"labels"`
	Annotations model.LabelSet `json:"annotations"`
	StartsAt    time.Time      `json:"startsAt"`
	EndsAt      time.Time      `json:"endsAt"`
}

// arrived is what the webhook gets of an alert.
func arrived(t *testing.T, a alert.Alert) inAlertmanager {
	t.Helper()
	var event struct {
		Data inAlertmanager `json:"data"`
	}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = json.Unmarshal(body, &event)
		}
		if err != nil {
			t.Errorf("%s: %v", body, err)
		}
	}))
	defer server.Close()
	s := &alert.Sender{URL: server.URL, Redactor: &secret.Redactor{}, Source: "urn:test"}
	if tried, err := s.Try(t.Context(), a); err != nil || tried[0].Err != nil {
		t.Fatal(tried, err)
	}
	return event.Data
}

func TestAlertmanagerTakesEveryAlertAndKnowsWhatResolvesIt(t *testing.T) {
	of := func(kind alert.Type) alert.Alert {
		return alert.Alert{Type: kind, Time: noon, Since: noon.Add(-time.Hour), Severity: alert.Critical, Tenant: "acme", Message: `what "is" wrong`}
	}
	drifted := func(kind alert.Type) alert.Alert {
		a := of(kind)
		a.Class, a.Identity, a.Field, a.Owners = "changed", "acme/crm", "auth", []string{"team/crm"}
		return a
	}
	blind := func(kind alert.Type) alert.Alert {
		a := of(kind)
		a.Class = "unreadable"
		return a
	}
	for _, tc := range []struct {
		fires, over alert.Alert
		name        model.LabelValue
	}{
		{drifted(alert.DriftOpened), drifted(alert.DriftResolved), "RollcallDrift"},
		{drifted(alert.DriftReminded), drifted(alert.DriftResolved), "RollcallDrift"},
		{blind(alert.Unreadable), blind(alert.Readable), "RollcallTenantUnreadable"},
		{blind(alert.DriftReminded), blind(alert.Readable), "RollcallTenantUnreadable"},
		{of(alert.PlanHeld), of(alert.PlanReleased), "RollcallPlanHeld"},
		{of(alert.RegistryBad), of(alert.RegistryGood), "RollcallRegistryRefused"},
	} {
		fires, over := arrived(t, tc.fires), arrived(t, tc.over)
		if diff := cmp.Diff(fires.Labels, over.Labels); diff != "" || fires.Labels["alertname"] != tc.name {
			t.Errorf("%s is not resolved by %s, but %s (-fires +over):\n%s", tc.fires.Type, tc.over.Type, fires.Labels["alertname"], diff)
		}
		if fires.Status != "firing" || over.Status != "resolved" || !fires.EndsAt.IsZero() || !over.EndsAt.Equal(noon) {
			t.Errorf("%s is %s until %s, %s is %s until %s", tc.fires.Type, fires.Status, fires.EndsAt, tc.over.Type, over.Status, over.EndsAt)
		}
		for _, a := range []inAlertmanager{fires, over} {
			as := &model.Alert{Labels: a.Labels, Annotations: a.Annotations, StartsAt: a.StartsAt, EndsAt: a.EndsAt}
			if err := as.Validate(); err != nil {
				t.Errorf("Alertmanager does not take %v: %v", a, err)
			}
		}
	}
}

func TestTwoDriftsAreNotOneAlert(t *testing.T) {
	drifted := func(identity, object, field string) alert.Alert {
		return alert.Alert{Type: alert.DriftOpened, Time: noon, Tenant: "acme", Class: "changed", Identity: identity, Object: object, Field: field}
	}
	many := drifted("", "", "")
	many.Class, many.Count, many.Owners = "", 30, []string{"team/crm"}
	seen := map[model.Fingerprint]alert.Alert{}
	for _, a := range []alert.Alert{
		drifted("acme/crm", "", "auth"), drifted("acme/crm", "", "enabled"), drifted("acme/hr", "", "auth"),
		drifted("", "workflow:7", ""), drifted("", "workflow:8", ""), many,
	} {
		got := arrived(t, a).Labels
		if other, ok := seen[got.Fingerprint()]; ok {
			t.Errorf("to Alertmanager, %+v and %+v are one alert: %v", a, other, got)
		}
		seen[got.Fingerprint()] = a
		if _, ok := got["owner"]; ok {
			t.Errorf("an alert that tells of many has an owner: %v", got)
		}
	}
}
