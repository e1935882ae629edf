// Package tenanttest is the suite that every driver passes: what [tenant.Driver]
// and its abilities promise, tried on a tenant of the platform.
//
// A driver's test fills in a [Harness] and calls [Run]. What the platform
// lacks is left nil and said in Harness.Lacks; the suite then skips what
// cannot be tried, and prints the reason.
package tenanttest

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-dev/rollcall/tenant"
)

// A Harness is a tenant of a platform, and how a test gets at it.
type Harness struct {
	// Driver is a driver on the tenant. It is called for each claim.
	Driver func(t *testing.T) tenant.Driver
	// Known are some of the objects that the tenant holds, with the governed
	// fields that they have; empty fields are not compared. At least one is
	// needed of each kind that the platform has.
	Known []tenant.Object
	// Secrets are planted in the tenant, the driver's own credential among
	// them. None may be seen anywhere.
	Secrets []string
	// Wrong is a driver that is configured for another tenant than the one it
	// reaches.
	Wrong func(t *testing.T) tenant.Driver

	// Fault makes the tenant misbehave for a kind, "" for all, until the test
	// is over. [Proxy.Fault] is one.
	Fault func(t *testing.T, f Fault, kind tenant.Kind)
	// Behind says for a kind that is read out of another one's list which that
	// is: a fault is made there.
	Behind map[tenant.Kind]tenant.Kind
	// PageSize is how many objects of a kind the tenant gives on a page; 0
	// where that cannot be set low enough for two pages.
	PageSize int

	// Fresh makes an enabled object of a kind, which the test may change as it
	// likes, and returns its id. It is needed for each kind with an ability.
	Fresh map[tenant.Kind]func(t *testing.T) string
	// Spoil changes a governed field of a fresh object, other than its state,
	// behind the driver's back. It is needed for each kind that can be
	// restored.
	Spoil map[tenant.Kind]func(t *testing.T, id string)
	// Remove takes a fresh object out of the tenant, behind the driver's back.
	Remove func(t *testing.T, kind tenant.Kind, id string)
	// Deaf lets the tenant answer every write as if it had carried it out, and
	// carry out none, until the test is over.
	Deaf func(t *testing.T)

	// Lacks says why a field is nil, by the field's name, or by "Fresh webhook"
	// and "Spoil token" for one kind of it.
	Lacks map[string]string
}

// Run holds a driver to the contracts of package tenant.
func Run(t *testing.T, h Harness) {
	t.Helper()
	if h.Driver == nil || len(h.Known) == 0 || len(h.Secrets) == 0 {
		t.Fatal("a harness needs a driver, known content and planted secrets")
	}
	t.Run("observation", h.observation)
	t.Run("faults", h.faultClaims)
	t.Run("acts", h.actClaims)
}

// patience is how long a healthy tenant may take.
const patience = time.Minute

// healthy observes a tenant that nothing is wrong with.
func (h Harness) healthy(t *testing.T, d tenant.Driver) tenant.Observation {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	ob, err := d.Observe(ctx)
	if err != nil {
		t.Fatalf("a tenant that nothing is wrong with cannot be read: %v", err)
	}
	h.noSecret(t, "the observation", ob)
	return ob
}

// noSecret holds what was shown against the planted secrets.
func (h Harness) noSecret(t *testing.T, what string, v any) {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("%s cannot be written as JSON: %v", what, err)
	}
	shown := string(text)
	if e, ok := v.(error); ok {
		shown = e.Error()
	}
	for _, secret := range h.Secrets {
		if quoted, _ := json.Marshal(secret); strings.Contains(shown, secret) || strings.Contains(shown, strings.Trim(string(quoted), `"`)) {
			t.Errorf("%s holds a secret of the tenant: %q", what, secret)
		}
	}
}

// lacking skips a claim that cannot be tried, and fails one that nobody said
// why about.
func (h Harness) lacking(t *testing.T, field string) {
	t.Helper()
	why := h.Lacks[field]
	if why == "" {
		t.Fatalf("the harness has no %s and does not say in Lacks why", field)
	}
	t.Skipf("no %s: %s", field, why)
}

// objectsOf are the objects of a kind.
func objectsOf(ob tenant.Observation, kind tenant.Kind) []tenant.Object {
	var all []tenant.Object
	for _, o := range ob.Objects {
		if o.Kind == kind {
			all = append(all, o)
		}
	}
	return all
}

// kindsOf are the kinds of an observation, in order.
func kindsOf(ob tenant.Observation) []tenant.Kind {
	var all []tenant.Kind
	for _, k := range tenant.Kinds {
		if _, ok := ob.Read[k]; ok {
			all = append(all, k)
		}
	}
	return all
}

// keys are the names of objects, sorted.
func keys(objects []tenant.Object) []string {
	var all []string
	for _, o := range objects {
		all = append(all, o.Key())
	}
	slices.Sort(all)
	return all
}
