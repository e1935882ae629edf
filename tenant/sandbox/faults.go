package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/rollcall-dev/rollcall/tenant"
)

// A Fault is a way in which the API misbehaves, for tests and for the curious:
//
//	curl -d '{"kind": "connector", "status": 403}' localhost:8081/faults
//	curl -d '{"status": 429, "retryAfter": 120}'   localhost:8081/faults
//	curl -d '{}'                                    localhost:8081/faults
//
// The last one ends all faults.
type Fault struct {
	Kind       tenant.Kind `json:"kind,omitempty"`       // of what; everything where it is empty
	After      int         `json:"after,omitempty"`      // so many requests still go well
	Status     int         `json:"status,omitempty"`     // answers with it
	RetryAfter int         `json:"retryAfter,omitempty"` // seconds, together with a status
	HTML       bool        `json:"html,omitempty"`       // answers with a page to sign in on
	Half       bool        `json:"half,omitempty"`       // breaks off in the middle of the answer
	Hang       bool        `json:"hang,omitempty"`       // answers nothing for a minute
	Down       bool        `json:"down,omitempty"`       // hangs up
	Deaf       bool        `json:"deaf,omitempty"`       // answers a write as if it had done it
}

// faults are those that are on.
type faults struct {
	mu  sync.Mutex
	all []*Fault
}

// SetFault adds a fault to those that are on, and the zero fault ends all.
func (h *Handler) SetFault(f Fault) {
	if f == (Fault{}) {
		h.faults.clear()
		return
	}
	h.faults.mu.Lock()
	defer h.faults.mu.Unlock()
	h.faults.all = append(h.faults.all, &f)
}

func (s *faults) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = nil
}

// meet is the fault that a request meets, or nil.
func (s *faults) meet(kind tenant.Kind, write bool) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.all {
		if f.Kind != "" && f.Kind != kind || f.Deaf && !write {
			continue
		}
		if f.After > 0 {
			f.After--
			continue
		}
		met := *f
		return &met
	}
	return nil
}

// refuse answers in the place of the API, where the fault is of that sort.
func (f *Fault) refuse(w http.ResponseWriter, r *http.Request) bool {
	switch {
	case f.Down:
		panic(http.ErrAbortHandler)
	case f.Hang:
		select {
		case <-r.Context().Done():
		case <-time.After(time.Minute):
		}
		panic(http.ErrAbortHandler)
	case f.HTML:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<!doctype html><title>Sign in</title><p>Please sign in.")
	case f.Status != 0:
		if f.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(f.Status)
		fmt.Fprintf(w, `{"message":%q}`, http.StatusText(f.Status))
	default:
		return false
	}
	return true
}

func (h *Handler) setFault(w http.ResponseWriter, r *http.Request) {
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16))
	dec.DisallowUnknownFields()
	var f Fault
	err := dec.Decode(&f)
	switch {
	case err != nil:
		http.Error(w, "the body is no fault: "+err.Error(), http.StatusBadRequest)
	case f.Status != 0 && (f.Status < 300 || f.Status > 599):
		http.Error(w, "a fault's status is between 300 and 599", http.StatusBadRequest)
	case f.Kind != "" && !slices.Contains(liveKinds(), f.Kind):
		http.Error(w, fmt.Sprintf("kind %q is none of %v", f.Kind, liveKinds()), http.StatusBadRequest)
	default:
		h.SetFault(f)
		w.WriteHeader(http.StatusNoContent)
	}
}

// Faults are those that are on.
func (h *Handler) Faults() []Fault {
	h.faults.mu.Lock()
	defer h.faults.mu.Unlock()
	on := []Fault{}
	for _, f := range h.faults.all {
		on = append(on, *f)
	}
	return on
}

func (h *Handler) showFaults(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(h.Faults())
}
