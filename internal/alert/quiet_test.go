package alert_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-dev/rollcall/internal/alert"
)

func TestQuietEndsByTheClockOfItsZone(t *testing.T) {
	for _, tc := range []struct{ name, from, to, zone, now, want string }{
		{"before midnight", "22:00", "07:00", "UTC", "2026-03-01T23:00:00Z", "2026-03-02T07:00:00Z"},
		{"after midnight", "22:00", "07:00", "UTC", "2026-03-02T06:59:59Z", "2026-03-02T07:00:00Z"},
		{"its first moment", "22:00", "07:00", "UTC", "2026-03-01T22:00:00Z", "2026-03-02T07:00:00Z"},
		{"its end", "22:00", "07:00", "UTC", "2026-03-02T07:00:00Z", ""},
		{"by day", "22:00", "07:00", "UTC", "2026-03-01T12:00:00Z", ""},
		{"of one day", "12:00", "13:30", "UTC", "2026-03-01T12:30:00Z", "2026-03-01T13:30:00Z"},
		{"of one day, after it", "12:00", "13:30", "UTC", "2026-03-01T14:00:00Z", ""},
		{"in a zone", "22:00", "07:00", "Europe/Berlin", "2026-01-10T21:30:00Z", "2026-01-11T06:00:00Z"},
		{"in a zone, by its day", "22:00", "07:00", "Europe/Berlin", "2026-01-10T06:30:00Z", ""},
		{"of a night with an hour less", "22:00", "07:00", "Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T05:00:00Z"},
		{"of a night with an hour more", "22:00", "07:00", "Europe/Berlin", "2026-10-24T23:00:00Z", "2026-10-25T06:00:00Z"},
		{"until midnight", "22:00", "00:00", "UTC", "2026-03-01T23:00:00Z", "2026-03-02T00:00:00Z"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			q, err := alert.ParseQuiet(tc.from, tc.to, tc.zone)
			if err != nil {
				t.Fatal(err)
			}
			now, _ := time.Parse(time.RFC3339, tc.now)
			got := ""
			if end := q.Until(now); !end.IsZero() {
				got = end.UTC().Format(time.RFC3339)
			}
			if got != tc.want {
				t.Errorf("at %s quiet reigns until %q, want %q", tc.now, got, tc.want)
			}
		})
	}
	if !(alert.Quiet{}).Until(time.Now()).IsZero() {
		t.Error("without quiet hours it is quiet")
	}
}

// The clock of a synctest begins at midnight UTC: it is quiet.
func TestWarningsWaitForTheEndOfQuietAndNothingElseDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web, hook := newChats(t), &receiver{}
		quiet, err := alert.ParseQuiet("22:00", "07:00", "UTC")
		if err != nil {
			t.Fatal(err)
		}
		s := func(file string) *alert.Sender {
			return &alert.Sender{URL: "https://alerts.example.com", Transport: hook, Channels: []alert.Channel{channel("security")}, Quiet: quiet, Undelivered: file}
		}
		first := start(t, s(""))
		first.Send(t.Context(), about(1, alert.Warning))
		first.Send(t.Context(), about(2, alert.Critical))
		unjudged := about(3, "")
		unjudged.Type = alert.RegistryBad
		first.Send(t.Context(), unjudged)
		time.Sleep(time.Minute)
		told := []string{"critical, sandbox/crm: drift 2", "critical, sandbox/crm: drift 3"}
		if diff := cmp.Diff(told, web.took("security.example.com")); diff != "" {
			t.Errorf("in quiet hours the channel is told (-want +got):\n%s", diff)
		}
		hook.mu.Lock()
		if len(hook.got) != 3 {
			t.Errorf("the webhook, a machine, got %d of 3 alerts", len(hook.got))
		}
		hook.mu.Unlock()
		first.stop()
		if diff := cmp.Diff(told, web.took("security.example.com")); diff != "" {
			t.Errorf("a stop breaks the quiet (-want +got):\n%s", diff)
		}

		time.Sleep(6 * time.Hour)
		second := start(t, s(first.Undelivered)) // the warning survives the process
		time.Sleep(58*time.Minute + 30*time.Second)
		if diff := cmp.Diff(told, web.took("security.example.com")); diff != "" {
			t.Errorf("before quiet hours end, the channel is told (-want +got):\n%s", diff)
		}
		time.Sleep(time.Minute)
		if diff := cmp.Diff(append(told, "warning, sandbox/crm: drift 1"), web.took("security.example.com")); diff != "" {
			t.Errorf("after quiet hours the channel is told (-want +got):\n%s", diff)
		}
		second.stop()
	})
}
