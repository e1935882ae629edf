package alert_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/cloudevents/sdk-go/v2/event"

	"github.com/rollcall-dev/rollcall/internal/alert"
	"github.com/rollcall-dev/rollcall/internal/secret"
)

// A receiver is a webhook in memory. The zero value takes everything.
type receiver struct {
	mu     sync.Mutex
	answer func(try int) (status int, header http.Header) // status 0 hangs
	tries  int
	got    []string // ids of what it took
}

// RoundTrip is the receiver's answer.
func (r *receiver) RoundTrip(request *http.Request) (*http.Response, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tries++
	status, header := http.StatusOK, http.Header{}
	if r.answer != nil {
		status, header = r.answer(r.tries)
	}
	if status == 0 {
		r.mu.Unlock()
		<-request.Context().Done()
		r.mu.Lock()
		return nil, request.Context().Err()
	}
	if status == http.StatusOK {
		var e event.Event
		if err := json.NewDecoder(request.Body).Decode(&e); err != nil {
			return nil, err
		}
		r.got = append(r.got, e.ID())
	}
	return &http.Response{StatusCode: status, Status: fmt.Sprint(status), Header: header, Body: http.NoBody, Request: request}, nil
}

func answering(statuses ...int) func(int) (int, http.Header) {
	return func(try int) (int, http.Header) { return statuses[min(try, len(statuses))-1], nil }
}

type running struct {
	*alert.Sender
	log  *bytes.Buffer
	stop func() // cleanly
}

func start(t *testing.T, s *alert.Sender) running {
	t.Helper()
	var log bytes.Buffer
	s.Log = slog.New(slog.NewTextHandler(&log, nil))
	s.Source = "urn:rollcall:test"
	if s.Redactor == nil {
		s.Redactor = &secret.Redactor{}
	}
	if s.Undelivered == "" {
		s.Undelivered = filepath.Join(t.TempDir(), "state", "alerts.jsonl")
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	return running{s, &log, sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})}
}

func kept(t *testing.T, s *alert.Sender) int {
	t.Helper()
	text, err := os.ReadFile(s.Undelivered)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return bytes.Count(text, []byte("specversion"))
}
