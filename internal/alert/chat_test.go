package alert_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-dev/rollcall/internal/alert"
	"github.com/rollcall-dev/rollcall/internal/secret"
)

func TestChannelIsToldOneLineOfText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web := newChats(t)
		r := start(t, &alert.Sender{Channels: []alert.Channel{channel("security")}})
		r.Send(t.Context(), about(1, alert.Critical))
		time.Sleep(time.Second)
		r.stop()
		if diff := cmp.Diff([]string{"critical, sandbox/crm: drift 1"}, web.took("security.example.com")); diff != "" {
			t.Errorf("the channel was told (-want +got):\n%s", diff)
		}
		if left := lettersOf(t, r.Sender); len(left) > 0 {
			t.Errorf("what the channel has is still kept: %v", left)
		}
	})
}

func TestReceiverThatFailsDelaysNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web := newChats(t)
		web.answers("down.example.com", always(http.StatusBadGateway))
		web.answers("hangs.example.com", always(0))
		hook := &receiver{answer: answering(503)}
		r := start(t, &alert.Sender{URL: "https://alerts.example.com", Transport: hook,
			Channels: []alert.Channel{channel("down"), channel("hangs"), channel("up")}})
		for n := range 5 {
			r.Send(t.Context(), about(n, alert.Critical))
		}
		time.Sleep(time.Millisecond)
		if got := web.took("up.example.com"); len(got) != 5 {
			t.Errorf("a channel that is up was told %d of 5 alerts at once", len(got))
		}
		time.Sleep(2 * time.Minute)
		left := map[string]int{}
		for _, l := range lettersOf(t, r.Sender) {
			left[l.To]++
		}
		if diff := cmp.Diff(map[string]int{"webhook": 5, "down": 5, "hangs": 5}, left); diff != "" {
			t.Errorf("what waits for whom (-want +got):\n%s", diff)
		}
		web.answers("down.example.com", always(http.StatusOK))
		time.Sleep(31 * time.Second)
		want := []string{"0", "1", "2", "3", "4"}
		for i := range want {
			want[i] = "critical, sandbox/crm: drift " + want[i]
		}
		if diff := cmp.Diff(want, web.took("down.example.com")); diff != "" {
			t.Errorf("when it is back, the channel is told (-want +got):\n%s", diff)
		}
		r.stop()
		close(web.end)
		noToken(t, "the log", r.log.String())
	})
}

func TestNoErrorShowsTheChannelsToken(t *testing.T) {
	web := newChats(t)
	web.answers("answers-401.example.com", always(http.StatusUnauthorized))
	channels := []alert.Channel{channel("answers-401"), channel("up"),
		{Name: "nonsense", URL: secret.New("generic://%zz" + token)},
		{Name: "telegram", URL: secret.New("telegram://" + token + "@telegram?chats=1")},
		{Name: "unknown", URL: secret.New("myspace://" + token)},
		{Name: "teams", URL: secret.New("teams://" + token)},
	}
	s := &alert.Sender{Channels: channels, Redactor: &secret.Redactor{}, Source: "urn:test"}
	tried, err := s.Try(t.Context(), alert.Alert{Type: alert.Test, Time: noon, Message: "a test"})
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]string{}
	for _, came := range tried {
		if came.Err != nil {
			said[came.To] = came.Err.Error()
			noToken(t, "the error of "+came.To, came.Err.Error())
		}
	}
	want := map[string]string{
		"answers-401": "send to generic: it answers 401",
		"nonsense":    "send to the channel: the URL is not understood",
		"telegram":    "send to telegram: the URL is not understood",
		"unknown":     "send to the channel: the URL is not understood",
		"teams":       "send to teams: the URL is not understood",
	}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Errorf("what is said of channels that do not work (-want +got):\n%s", diff)
	}
}

func TestBadChannelURLIsSaidBeforeAnythingIsSent(t *testing.T) {
	newChats(t).answers("", func(string) int { t.Error("a request was sent"); return 500 })
	for _, good := range []string{
		"generic://example.com/hook", "generic+https://example.com/hook", "discord://abcdefgh@123456789", "matrix://user:password@matrix.example.com",
		"smtp://user:password@mail.example.com:587/?from=rollcall@example.com&to=security@example.com",
	} {
		if err := alert.CheckURL(secret.New(good)); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"https://hooks.example.com/" + token, "logger://", "telegram://" + token, "%zz" + token, token} {
		err := alert.CheckURL(secret.New(bad))
		if err == nil {
			t.Errorf("%s is taken for the URL of a service", bad)
			continue
		}
		noToken(t, "the error", err.Error())
	}
}

func TestChannelsFileIsForTheOwnerAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		newChats(t).answers("security.example.com", always(503))
		r := start(t, &alert.Sender{Channels: []alert.Channel{channel("security")}})
		r.Send(t.Context(), about(1, alert.Critical))
		time.Sleep(time.Minute)
		r.stop()
		info, err := os.Stat(r.Undelivered)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the file of undelivered alerts has the mode %v, %v", info.Mode(), err)
		}
		text, _ := os.ReadFile(r.Undelivered)
		noToken(t, "the file", string(text))
		if !strings.Contains(string(text), "it answers 503") {
			t.Errorf("the file does not say why it was not delivered: %s", text)
		}
	})
}
