package alert_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-dev/rollcall/internal/alert"
)

func TestAlertIsGivenUpAfterTheSetTimeAndKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web := newChats(t)
		web.answers("down.example.com", always(502))
		r := start(t, &alert.Sender{Channels: []alert.Channel{channel("down")}, GiveUp: time.Hour})
		for n := range 3 {
			r.Send(t.Context(), about(n, alert.Critical))
		}
		time.Sleep(59 * time.Minute)
		late := about(3, alert.Critical)
		r.Send(t.Context(), late)
		for _, l := range lettersOf(t, r.Sender) {
			if l.Dead() {
				t.Errorf("%q is given up after 59 minutes of an hour", l.Text)
			}
		}
		time.Sleep(2 * time.Minute)
		var got []string
		for _, l := range lettersOf(t, r.Sender) {
			got = append(got, fmt.Sprintf("%s, given up: %v, %s", l.Text, l.Dead(), l.Why))
		}
		want := []string{
			"critical, sandbox/crm: drift 0, given up: true, send to generic: it answers 502",
			"critical, sandbox/crm: drift 1, given up: true, send to generic: it answers 502",
			"critical, sandbox/crm: drift 2, given up: true, send to generic: it answers 502",
			"critical, sandbox/crm: drift 3, given up: false, send to generic: it answers 502",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("after the hour the file has (-want +got):\n%s", diff)
		}
		web.answers("down.example.com", always(200))
		time.Sleep(time.Hour)
		if got := web.took("down.example.com"); len(got) != 1 {
			t.Errorf("when the channel is back it is told %v; what was given up waits for a person", got)
		}
		if n, err := alert.Retry(r.Undelivered); n != 3 || err != nil {
			t.Errorf("%d of 3 alerts are tried again, %v", n, err)
		}
		time.Sleep(31 * time.Second)
		if got := web.took("down.example.com"); len(got) != 4 {
			t.Errorf("what a person wants tried again is not told: %v", got)
		}
		r.stop()
		if left := lettersOf(t, r.Sender); len(left) > 0 {
			t.Errorf("what was delivered is still kept: %v", left)
		}
	})
}

func TestAlertThatOneChannelNeverTakesHoldsUpNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web := newChats(t)
		web.answers("picky.example.com", func(text string) int {
			if strings.Contains(text, "drift 0") {
				return 500
			}
			return 200
		})
		r := start(t, &alert.Sender{Channels: []alert.Channel{channel("picky")}})
		for n := range 10 {
			r.Send(t.Context(), about(n, alert.Critical))
			time.Sleep(time.Minute)
		}
		if got := web.took("picky.example.com"); len(got) != 9 {
			t.Errorf("the channel was told %d of the 9 alerts that it takes: %v", len(got), got)
		}
		left := lettersOf(t, r.Sender)
		if len(left) != 1 || !left[0].Dead() || left[0].Strikes != 5 {
			t.Errorf("the alert that it does not take is not given up while others get through: %+v", left)
		}
		r.stop()
	})
}

func TestRetryOfOneLeavesTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, &alert.Sender{URL: "https://alerts.example.com", Transport: &receiver{answer: answering(422)}})
		r.Send(t.Context(), drift(1))
		r.Send(t.Context(), drift(2))
		time.Sleep(time.Second)
		r.stop()
		all := lettersOf(t, r.Sender)
		if n, err := alert.Retry(r.Undelivered, all[1].ID); n != 1 || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
		all = lettersOf(t, r.Sender)
		if !all[0].Dead() || all[1].Dead() || all[1].Tries != 0 {
			t.Errorf("the first was to stay given up, the second to be tried: %+v", all)
		}
	})
}

func TestAlertsToAChannelThatIsGoneAreGivenUpAndKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		newChats(t).answers("old.example.com", always(500))
		first := start(t, &alert.Sender{Channels: []alert.Channel{channel("old")}})
		first.Send(t.Context(), drift(1))
		first.stop()
		second := start(t, &alert.Sender{Channels: []alert.Channel{channel("new")}, Undelivered: first.Undelivered})
		time.Sleep(time.Second)
		second.stop()
		left := lettersOf(t, second.Sender)
		if len(left) != 1 || !left[0].Dead() || left[0].To != "old" {
			t.Errorf("the file has %+v", left)
		}
	})
}

func TestOneReceiversAlertsMakeNoRoomForAnothers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web := newChats(t)
		web.answers("down.example.com", always(500))
		few := channel("few")
		few.All, few.For = false, []string{"team/crm"}
		web.answers("few.example.com", always(500))
		r := start(t, &alert.Sender{Channels: []alert.Channel{channel("down"), few}})
		theirs := about(0, alert.Critical)
		theirs.Owners = []string{"team/crm"}
		r.Send(t.Context(), theirs)
		for n := range 1100 {
			r.Send(t.Context(), about(n+1, alert.Critical))
		}
		r.stop()
		count := map[string]int{}
		for _, l := range lettersOf(t, r.Sender) {
			count[l.To]++
		}
		if count["few"] != 1 || count["down"] > 1000 || count["down"] < 900 {
			t.Errorf("what is kept for whom: %v", count)
		}
	})
}

func TestFileOfAnOlderVersionIsDelivered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "alerts.jsonl")
		old := `{"specversion":"1.0","id":"41","source":"urn:old","type":"dev.rollcall.drift.opened","time":"1999-12-31T12:00:00Z","data":{"message":"m"}}`
		if err := os.WriteFile(file, []byte(old+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		web := &receiver{}
		r := start(t, &alert.Sender{URL: "https://alerts.example.com", Transport: web, Undelivered: file})
		time.Sleep(time.Second)
		r.stop()
		if diff := cmp.Diff([]string{"41"}, web.got); diff != "" {
			t.Errorf("what arrived: %s", diff)
		}
	})
}

func TestFileThatCannotBeWrittenIsSaidToWhoTells(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r := start(t, &alert.Sender{URL: "https://alerts.example.com", Transport: &receiver{}, Undelivered: filepath.Join(dir, "file", "alerts.jsonl")})
	if err := r.Send(t.Context(), drift(1)); err == nil {
		t.Error("an alert that is in no file counts as told")
	}
	r.stop()
}

func TestListIsChangedWhileAnotherProcessKeepsAlerts(t *testing.T) {
	r := start(t, &alert.Sender{URL: "https://alerts.example.com", Transport: &receiver{answer: answering(422)}})
	done := make(chan struct{})
	go func() { // as the command does, by a file of its own
		defer close(done)
		for range 50 {
			if _, err := alert.Retry(r.Undelivered); err != nil {
				t.Error(err)
			}
		}
	}()
	for n := range 50 {
		if err := r.Send(t.Context(), drift(n)); err != nil {
			t.Error(err)
		}
	}
	<-done
	r.stop()
	if left := lettersOf(t, r.Sender); len(left) != 50 {
		t.Errorf("%d of 50 alerts are kept", len(left))
	}
}
