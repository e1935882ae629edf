// Package tenant says what a live tenant of an integration platform is: what a
// [Driver] reads of it, and what some drivers can do to it.
//
// To add a platform, copy tenant/sandbox, which is a small working one, into a
// folder of its own, and run the conformance suite of tenant/tenanttest on it.
package tenant

import (
	"context"
	"errors"
	"time"

	"github.com/rollcall-dev/rollcall/registry"
)

// A Driver reads one tenant of one platform.
type Driver interface {
	// Observe reads the whole tenant. Each kind is read whole or named in
	// Observation.Read as what it is: a kind that could not be read is never
	// an empty one. The error is for a tenant of which nothing could be read;
	// [Reason] says what its sentence means for the operator.
	//
	// A driver refuses a tenant whose own id is not the configured one with
	// [ErrWrongTenant].
	Observe(ctx context.Context) (Observation, error)
}

// A Reader can read one object again, which is asked directly before and
// after a write.
type Reader interface {
	Driver
	// Read reads one object. What the tenant no longer has is [ErrGone].
	Read(ctx context.Context, kind Kind, id string) (Object, error)
}

// The abilities. A driver says in Observation.Can for which kinds it has
// them. None of them deletes. Each returns only when the change is seen to
// hold in the tenant, or an error; what is gone is [ErrGone]. To ask for what
// already holds is no error.
type (
	// A Suspender stops an object from acting.
	Suspender interface {
		Reader
		Suspend(ctx context.Context, o Object) (Receipt, error)
	}
	// A Resumer lets a suspended object act again.
	Resumer interface {
		Reader
		Resume(ctx context.Context, o Object) (Receipt, error)
	}
	// A Revoker ends a credential for good.
	Revoker interface {
		Reader
		Revoke(ctx context.Context, o Object) (Receipt, error)
	}
	// A Restorer gives the governed fields of an object the values that they
	// have in good: an earlier sight of the same object, or a copy of now with
	// the declared values in it.
	Restorer interface {
		Reader
		Restore(ctx context.Context, now, good Object) (Receipt, error)
	}
)

// An Ability names what can be done to the objects of a kind.
type Ability string

// The abilities.
const (
	CanSuspend Ability = "suspend"
	CanResume  Ability = "resume"
	CanRevoke  Ability = "revoke"
	CanRestore Ability = "restore"
)

// A Receipt is what was asked of the tenant and what it answered, for the
// evidence. It holds no credential.
type Receipt struct {
	Request  string `json:"request"`        // "POST /api/v1/workflows/7/deactivate"
	Response string `json:"response"`       // "200 OK", and what the tenant said of itself
	Undo     string `json:"undo,omitempty"` // how a person takes it back, in words
}

// Errors that callers decide by.
var (
	ErrGone        = errors.New("the tenant no longer has it")
	ErrWrongTenant = errors.New("this is another tenant than the configured one") // never acted on
	ErrUnsupported = errors.New("the platform cannot do this")
)

// A ReadError says why a tenant, or a part of it, could not be read.
type ReadError struct {
	Cause      Cause
	RetryAfter time.Duration // how long the tenant asks to be left alone; 0 where it does not say
	Err        error
}

func (e *ReadError) Error() string { return e.Err.Error() }
func (e *ReadError) Unwrap() error { return e.Err }

// A Cause is why something could not be read.
type Cause string

// The causes.
const (
	Unauthorized Cause = "unauthorized" // the credential is not accepted: 401
	Forbidden    Cause = "forbidden"    // the credential may not see this: 403, a missing licence
	RateLimited  Cause = "rate limited" // 429
	Unreachable  Cause = "unreachable"  // no connection, a timeout, 5xx
	Garbled      Cause = "garbled"      // an answer that is not what the API promises: HTML, half a page
)

// Kind is what an object is; the words are the registry's.
type Kind = registry.Kind
