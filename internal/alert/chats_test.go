package alert_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/rollcall-dev/rollcall/internal/alert"
	"github.com/rollcall-dev/rollcall/internal/secret"
)

// chats is what the services behind shoutrrr's generic:// are: a host each, in
// memory. What a host does not answer otherwise it takes.
type chats struct {
	mu     sync.Mutex
	answer map[string]func(text string) int // by host; status 0 hangs
	got    map[string][]string
	tries  map[string]int
	end    chan struct{} // what hangs, hangs up
}

// newChats puts the hosts in the place of the network, as the library sees it.
func newChats(t *testing.T) *chats {
	t.Helper()
	c := &chats{answer: map[string]func(string) int{}, got: map[string][]string{}, tries: map[string]int{}, end: make(chan struct{})}
	network := http.DefaultTransport
	http.DefaultTransport = c
	t.Cleanup(func() { http.DefaultTransport = network })
	return c
}

// RoundTrip is a host's answer.
func (c *chats) RoundTrip(request *http.Request) (*http.Response, error) {
	text, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	host, status := request.URL.Hostname(), http.StatusOK
	c.tries[host]++
	if answer := c.answer[host]; answer != nil {
		status = answer(string(text))
	}
	if status == 0 {
		c.mu.Unlock()
		<-c.end // the library gives its requests no time limit
		c.mu.Lock()
		return nil, io.ErrUnexpectedEOF
	}
	if status == http.StatusOK {
		c.got[host] = append(c.got[host], string(text))
	}
	return &http.Response{StatusCode: status, Status: fmt.Sprint(status, " ", http.StatusText(status)), Body: http.NoBody, Request: request}, nil
}

// answers has a host answer so from now on.
func (c *chats) answers(host string, answer func(text string) int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answer[host] = answer
}

func (c *chats) took(host string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.got[host]
}

func always(status int) func(string) int { return func(string) int { return status } }

// channel is one that is told everything; its URL has a token in its path.
func channel(name string) alert.Channel {
	return alert.Channel{Name: name, All: true, URL: secret.New("generic://" + name + ".example.com/hooks/" + token)}
}

const token = "T0KEN-of-the-channel"

func about(n int, severity alert.Severity) alert.Alert {
	a := drift(n)
	a.Severity, a.Message = severity, fmt.Sprintf("drift %d", n)
	return a
}

func lettersOf(t *testing.T, s *alert.Sender) []alert.Letter {
	t.Helper()
	all, err := alert.Kept(s.Undelivered)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func noToken(t *testing.T, where, text string) {
	t.Helper()
	if strings.Contains(text, "T0KEN") {
		t.Errorf("%s has the channel's token in it: %s", where, text)
	}
}
