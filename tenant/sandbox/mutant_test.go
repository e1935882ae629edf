package sandbox_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
	"github.com/rollcall-dev/rollcall/tenant/sandbox"
	"github.com/rollcall-dev/rollcall/tenant/tenanttest"
)

// mutant names the environment variable that says which bad driver the suite
// is to be run on, in a process of its own: what fails there must fail.
const mutant = "ROLLCALL_TEST_MUTANT"

// A bent driver is the sandbox's, which breaks one promise.
type bent struct {
	*sandbox.Driver
	observe func(context.Context, *sandbox.Driver) (tenant.Observation, error)
	suspend func(context.Context, *sandbox.Driver, tenant.Object) (tenant.Receipt, error)
}

func (b bent) Observe(ctx context.Context) (tenant.Observation, error) {
	if b.observe != nil {
		return b.observe(ctx, b.Driver)
	}
	return b.Driver.Observe(ctx)
}

func (b bent) Suspend(ctx context.Context, o tenant.Object) (tenant.Receipt, error) {
	if b.suspend != nil {
		return b.suspend(ctx, b.Driver, o)
	}
	return b.Driver.Suspend(ctx, o)
}

// after is a bent driver that changes what was observed.
func after(change func(*tenant.Observation)) bent {
	return bent{observe: func(ctx context.Context, d *sandbox.Driver) (tenant.Observation, error) {
		ob, err := d.Observe(ctx)
		if err == nil {
			change(&ob)
		}
		return ob, err
	}}
}

// mutants are the promises that can be broken, and what the suite says then.
var mutants = map[string]struct {
	bent
	in   string // the part of the suite that catches it
	says string
}{
	"takes what cannot be read for empty": {after(func(ob *tenant.Observation) {
		for k := range ob.Read {
			ob.Read[k] = tenant.Coverage{Whole: true}
		}
	}), "faults", "counts as read whole"},
	"leaves out what cannot be read": {after(func(ob *tenant.Observation) {
		for k, c := range ob.Read {
			if !c.Whole {
				delete(ob.Read, k)
			}
		}
	}), "faults", "neither whole nor unreadable"},
	"takes a dead tenant for an empty one": {bent{observe: func(ctx context.Context, d *sandbox.Driver) (tenant.Observation, error) {
		ob, err := d.Observe(ctx)
		var e *tenant.ReadError
		if errors.As(err, &e) && ctx.Err() == nil {
			return tenant.Observation{}, nil
		}
		return ob, err
	}}, "faults", "there is no error"},
	"shows a secret": {after(func(ob *tenant.Observation) { ob.Objects[0].Name = "shh-cn-okta-4b1d" }), "observation", "holds a secret"},
	"tells the token in an error": {bent{observe: func(ctx context.Context, d *sandbox.Driver) (tenant.Observation, error) {
		ob, err := d.Observe(ctx)
		if err != nil {
			err = fmt.Errorf("with %s: %w", sandbox.Token, err)
		}
		return ob, err
	}}, "observation", "the error holds a secret"},
	"reads in any order":    {after(func(ob *tenant.Observation) { slices.Reverse(ob.Objects) }), "observation", "in order of kind and id"},
	"reads something twice": {after(func(ob *tenant.Observation) { ob.Objects = slices.Insert(ob.Objects, 0, ob.Objects[0]) }), "observation", "each once"},
	"reads differently each time": {after(func(ob *tenant.Observation) {
		for i := range ob.Objects {
			ob.Objects[i].Updated = ob.At
		}
	}), "observation", "nothing changed, and the tenant reads as"},
	"does not look which tenant it is": {bent{observe: func(ctx context.Context, d *sandbox.Driver) (tenant.Observation, error) {
		return sandbox.Connect(d.Tenant, "sandbox-1", d.API.Base, sandbox.Token).Observe(ctx)
	}}, "observation", "observes this one"},
	"goes on when called off": {bent{observe: func(_ context.Context, d *sandbox.Driver) (tenant.Observation, error) {
		return d.Observe(context.Background())
	}}, "observation", "called off"},
	"promises what it cannot": {after(func(ob *tenant.Observation) {
		ob.Can[registry.Token] = append(slices.Clone(ob.Can[registry.Token]), tenant.CanSuspend)
	}), "acts", "suspend"},
	"can more than it says": {after(func(ob *tenant.Observation) { delete(ob.Can, registry.Webhook) }), "acts", "instead of ErrUnsupported"},
	"believes a success": {bent{suspend: func(ctx context.Context, d *sandbox.Driver, o tenant.Object) (tenant.Receipt, error) {
		receipt, err := d.Suspend(ctx, o)
		if err != nil && strings.Contains(err.Error(), "it is not") {
			return tenant.Receipt{Request: "x", Response: "x", Undo: "x"}, nil
		}
		return receipt, err
	}}, "acts", "the driver says that it did"},
	"suspends nothing": {bent{suspend: func(context.Context, *sandbox.Driver, tenant.Object) (tenant.Receipt, error) {
		return tenant.Receipt{Request: "x", Response: "x", Undo: "x"}, nil
	}}, "acts", "and it is enabled"},
}

func TestTheSuiteCatchesADriverThat(t *testing.T) {
	if name := os.Getenv(mutant); name != "" {
		runMutant(t, name)
		return
	}
	for name, m := range mutants {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0], "-test.run=^TestTheSuiteCatchesADriverThat$/^"+m.in+"$")
			cmd.Env = append(os.Environ(), mutant+"="+name)
			out, err := cmd.CombinedOutput()
			if err == nil {
				t.Fatalf("a driver that %s passes the suite", name)
			}
			if !strings.Contains(string(out), m.says) {
				t.Errorf("a driver that %s fails, and the reason %q is not given:\n%s", name, m.says, out)
			}
		})
	}
}

func runMutant(t *testing.T, name string) {
	h, _ := harness(t)
	bend := func(make func(*testing.T) tenant.Driver) func(*testing.T) tenant.Driver {
		return func(t *testing.T) tenant.Driver {
			m := mutants[name].bent
			m.Driver = make(t).(*sandbox.Driver)
			return m
		}
	}
	h.Driver, h.Wrong = bend(h.Driver), bend(h.Wrong)
	tenanttest.Run(t, h)
}
