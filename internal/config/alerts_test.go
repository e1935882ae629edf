package config_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-dev/rollcall/internal/config"
	"github.com/rollcall-dev/rollcall/internal/secret"
)

const told = small + `alerts:
  remind: {critical: 0, warning: 14d}
  quiet: {from: 22:00, to: "07:00"}
  channels:
    security: {url: env:SECURITY, all: true}
    crm: {url: env:CRM, for: [team/crm, person/dana], severity: critical}
`

func TestAlertsAreReadWithTheirDefaults(t *testing.T) {
	got := load(t, told).Alerts
	got.Undone = ""
	want := config.Alerts{
		GiveUp: 24 * time.Hour,
		Remind: config.Remind{Warning: config.Period(14 * 24 * time.Hour)}, // 0 is never, and no default
		Quiet:  config.Quiet{From: "22:00", To: "07:00", TimeZone: "UTC"},
		Channels: map[string]config.Channel{
			"security": {URL: config.Ref{Text: "env:SECURITY", Line: 12, Column: 21}, All: true, Severity: "warning"},
			"crm":      {URL: config.Ref{Text: "env:CRM", Line: 13, Column: 16}, For: []string{"team/crm", "person/dana"}, Severity: "critical"},
		},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(secret.Secret{})); diff != "" {
		t.Errorf("alerts (-want +got):\n%s", diff)
	}
}

func TestChannelsURLIsASecret(t *testing.T) {
	c := load(t, told)
	var redactor secret.Redactor
	values := map[string]string{"A_KEY": "the-api-key", "SECURITY": "generic://example.com/token-of-security"}
	problems := c.Resolve(t.Context(), "rollcall.yaml", secret.Resolver{Redactor: &redactor, LookupEnv: func(name string) (string, bool) {
		v, there := values[name]
		return v, there
	}})
	if len(problems) != 1 || problems[0].String() != "rollcall.yaml:13:16: error: alerts.channels.crm.url: the environment variable CRM is not set" {
		t.Errorf("what is said of the channel whose URL is not there: %v", problems)
	}
	if c.Alerts.Channels["security"].URL.Secret.Reveal() != values["SECURITY"] || !redactor.Contains([]byte(values["SECURITY"])) {
		t.Error("the URL was not read, or the redactor does not know it")
	}
}
