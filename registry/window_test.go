package registry

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func moment(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestACalendarOpensInsideItsWindowsAndOutsideOfItsFreezes(t *testing.T) {
	const h = Duration(time.Hour)
	office := ChangeWindow{Cron: "0 9 * * 1-5", For: 8 * h, TimeZone: "Europe/Berlin"}
	for _, c := range []struct {
		name     string
		calendar Calendar
		now      string
		want     string // "" is never
	}{
		{"the empty calendar", nil, "2026-11-24T12:00:00Z", "2026-11-24T12:00:00Z"},
		{"in the office", CalendarOf([]ChangeWindow{office}), "2026-11-24T12:00:00Z", "2026-11-24T12:00:00Z"},
		{"its first minute", CalendarOf([]ChangeWindow{office}), "2026-11-24T08:00:00Z", "2026-11-24T08:00:00Z"},
		{"the end is outside", CalendarOf([]ChangeWindow{office}), "2026-11-24T16:00:00Z", "2026-11-25T08:00:00Z"},
		{"over the weekend", CalendarOf([]ChangeWindow{office}), "2026-11-27T20:00:00Z", "2026-11-30T08:00:00Z"},
		{"summer time ends", CalendarOf([]ChangeWindow{office}), "2026-10-23T20:00:00Z", "2026-10-26T08:00:00Z"},
		{"summer time", CalendarOf([]ChangeWindow{office}), "2026-10-19T20:00:00Z", "2026-10-20T07:00:00Z"},
		{"windows that overlap are one", CalendarOf([]ChangeWindow{{Cron: "0 * * * *", For: 3 * h}}), "2026-11-24T12:30:00Z", "2026-11-24T12:30:00Z"},
		{"one of two windows", CalendarOf([]ChangeWindow{{Cron: "0 1 * * *", For: h}, {Cron: "0 5 * * *", For: h}}), "2026-11-24T03:00:00Z", "2026-11-24T05:00:00Z"},
		{"two layers must both be open", CalendarOf([]ChangeWindow{{Cron: "0 1 * * *", For: 3 * h}}, []ChangeWindow{{Cron: "0 3 * * *", For: 3 * h}}), "2026-11-24T02:00:00Z", "2026-11-24T03:00:00Z"},
		{"two layers that never meet", CalendarOf([]ChangeWindow{{Cron: "0 1 * * *", For: h}}, []ChangeWindow{{Cron: "0 3 * * *", For: h}}), "2026-11-24T02:00:00Z", ""},
		{"a freeze inside a window", CalendarOf([]ChangeWindow{office, {Cron: "0 10 24 11 *", For: 2 * h, Freeze: true}}), "2026-11-24T11:00:00Z", "2026-11-24T12:00:00Z"},
		{"freezes one after the other", CalendarOf([]ChangeWindow{{Cron: "0 0 24 12 *", For: 48 * h, Freeze: true}, {Cron: "0 0 26 12 *", For: 240 * h, Freeze: true}}), "2026-12-24T01:00:00Z", "2027-01-05T00:00:00Z"},
		{"a freeze without end", CalendarOf([]ChangeWindow{{Cron: "* * * * *", For: h, Freeze: true}}), "2026-12-24T01:00:00Z", ""},
		{"what cannot be read", CalendarOf([]ChangeWindow{{Cron: "0 25 * * *", For: h}}), "2026-12-24T01:00:00Z", ""},
	} {
		at, why := c.calendar.Opens(moment(t, c.now))
		got := ""
		if !at.IsZero() {
			got = at.Format(time.RFC3339)
		}
		if got != c.want {
			t.Errorf("%s: at %s it opens at %q, want %q", c.name, c.now, got, c.want)
		}
		if (why == "") != (got == c.now) {
			t.Errorf("%s: it opens at %q, and says %q", c.name, got, why)
		}
	}
}

func TestAWindowThatNoClockKnowsIsAMistakeAtItsPlace(t *testing.T) {
	for window, want := range map[string]string{
		`{cron: "0 25 * * *", for: "8h"}`:                            `cron "0 25 * * *" is no time`,
		`{cron: "0 0 31 2 *", for: "8h"}`:                            "a day that never comes",
		`{cron: "0 9 * * *", for: "8h", timeZone: "Europe/Nowhere"}`: `time zone "Europe/Nowhere" is none`,
	} {
		text := fmt.Sprintf("package registry\n\ntenants: t: #Tenant & {\n\tplatform:    \"n8n\"\n\tenvironment: \"production\"\n\towner:       \"person/dana\"\n\tbackup:      \"person/sam\"\n\tenforcement: changed: {\n\t\tmode: \"revert\"\n\t\twindows: [%s]\n\t}\n}\n", window)
		s, err := Loader{Evaluate: EvaluateHere}.Load(t.Context(), fstest.MapFS{"registry/tenants/t.cue": {Data: []byte(text)}}, "")
		if err != nil {
			t.Fatal(err)
		}
		if got := show(s); !strings.Contains(got, want) || !strings.Contains(got, "registry/tenants/t.cue:10:") {
			t.Errorf("of %s it says\n%s\nand not %q", window, got, want)
		}
	}
}
