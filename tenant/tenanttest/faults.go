package tenanttest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/rollcall-dev/rollcall/tenant"
)

// A Fault is a way in which a tenant misbehaves.
type Fault string

// The faults.
const (
	Unauthorized Fault = "401"            // the credential is not accepted
	Forbidden    Fault = "403"            // it may not see this
	TooMany      Fault = "429"            // with a Retry-After of [RetryAfter]
	Broken       Fault = "500"            //
	Page         Fault = "a page"         // HTML, with status 200
	Half         Fault = "half an answer" // breaks off in the middle
	CutList      Fault = "half a list"    // the first page comes, and no other
	Hang         Fault = "no answer"      // nothing for at least a minute
	Down         Fault = "no connection"  // it hangs up
)

// RetryAfter is what the fault [TooMany] asks for.
const RetryAfter = 3600 * time.Second

// whole are the causes that a fault of everything may have.
var whole = map[Fault][]tenant.Cause{
	Unauthorized: {tenant.Unauthorized},
	Forbidden:    {tenant.Forbidden},
	TooMany:      {tenant.RateLimited},
	Broken:       {tenant.Unreachable},
	Page:         {tenant.Garbled},
	Half:         {tenant.Garbled},
	Hang:         {tenant.Unreachable},
	Down:         {tenant.Unreachable},
}

func (h Harness) faultClaims(t *testing.T) {
	if h.Fault == nil {
		h.lacking(t, "Fault")
	}
	healthy := h.healthy(t, h.Driver(t))
	for _, f := range []Fault{Unauthorized, Forbidden, TooMany, Broken, Page, Half, Hang, Down} {
		t.Run(string(f)+" to everything is said and is not an empty tenant", func(t *testing.T) { h.allFails(t, f) })
	}
	for _, k := range kindsOf(healthy) {
		for _, f := range []Fault{Forbidden, TooMany, Broken, Page, Half, Hang} {
			t.Run(string(f)+" to each "+string(k)+" does not make it absent", func(t *testing.T) { h.kindFails(t, f, k, healthy) })
		}
		t.Run(string(CutList)+" of each "+string(k)+" does not make the rest absent", func(t *testing.T) {
			if h.PageSize == 0 {
				h.lacking(t, "PageSize")
			}
			if n := len(objectsOf(healthy, h.behind(k))); n <= h.PageSize {
				t.Skipf("the tenant has only %d of kind %s, which is one page", n, h.behind(k))
			}
			h.kindFails(t, CutList, k, healthy)
		})
	}
}

// behind is the kind in whose list a kind is read.
func (h Harness) behind(k tenant.Kind) tenant.Kind {
	if b, ok := h.Behind[k]; ok {
		return b
	}
	return k
}

// under observes while a fault is on. A tenant that hangs is given a
// second.
func (h Harness) under(t *testing.T, f Fault) (tenant.Observation, error) {
	t.Helper()
	limit := patience
	if f == Hang {
		limit = time.Second
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	began := time.Now()
	ob, err := h.Driver(t).Observe(ctx)
	if took := time.Since(began); took > limit+3*time.Second {
		t.Errorf("the driver goes on for %s, and it was given %s", took, limit)
	}
	h.noSecret(t, "the observation", ob)
	if err != nil {
		h.noSecret(t, "the error", err)
		var e *tenant.ReadError
		if !errors.As(err, &e) {
			t.Errorf("the error does not say why as a ReadError does: %v", err)
		}
		if len(ob.Objects) != 0 {
			t.Errorf("%d objects came with the error %v", len(ob.Objects), err)
		}
	}
	return ob, err
}

func (h Harness) allFails(t *testing.T, f Fault) {
	h.Fault(t, f, "")
	ob, err := h.under(t, f)
	if err == nil {
		for k, c := range ob.Read {
			if c.Whole {
				t.Errorf("%s counts as read whole, with %d objects", k, len(objectsOf(ob, k)))
			}
		}
		t.Fatal("nothing of the tenant could be read, and there is no error")
	}
	if cause := tenant.CauseOf(err); !slices.Contains(whole[f], cause) {
		t.Errorf("the cause is %q, and should be %q: %v", cause, whole[f], err)
	}
	var e *tenant.ReadError
	if f == TooMany && errors.As(err, &e) && e.RetryAfter != RetryAfter {
		t.Errorf("the tenant asks to be left alone for %s, and the error says %s", RetryAfter, e.RetryAfter)
	}
}

func (h Harness) kindFails(t *testing.T, f Fault, k tenant.Kind, healthy tenant.Observation) {
	h.Fault(t, f, h.behind(k))
	ob, err := h.under(t, f)
	if err != nil {
		return // nothing is claimed, so nothing is absent
	}
	for _, other := range kindsOf(healthy) {
		c, named := ob.Read[other]
		switch {
		case !named:
			t.Errorf("%s is not named: it is neither whole nor unreadable", other)
		case c.Whole && (other == k || other == h.behind(k)):
			t.Errorf("%s counts as read whole while its list answers with %s", other, f)
		case c.Whole && !slices.Equal(keys(objectsOf(ob, other)), keys(objectsOf(healthy, other))):
			t.Errorf("%s counts as read whole with %d of %d objects", other, len(objectsOf(ob, other)), len(objectsOf(healthy, other)))
		case !c.Whole && (c.Cause == "" || c.Reason == ""):
			t.Errorf("%s was not read, and nobody is told why", other)
		}
	}
	if c := ob.Read[k]; f != CutList && h.behind(k) == k && !slices.Contains(whole[f], c.Cause) {
		t.Errorf("the cause is %q, and should be %q: %s", c.Cause, whole[f], c.Reason)
	}
}
