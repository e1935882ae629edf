package sandbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// Suspend disables an object. A token can only be revoked.
func (d *Driver) Suspend(ctx context.Context, o tenant.Object) (tenant.Receipt, error) {
	return d.turn(ctx, o, "disable", tenant.Disabled, "enable it at the tenant's console")
}

// Resume enables an object.
func (d *Driver) Resume(ctx context.Context, o tenant.Object) (tenant.Receipt, error) {
	return d.turn(ctx, o, "enable", tenant.Enabled, "disable it at the tenant's console")
}

func (d *Driver) turn(ctx context.Context, o tenant.Object, act, state, undo string) (tenant.Receipt, error) {
	if o.Kind == registry.Token {
		return tenant.Receipt{}, fmt.Errorf("%s %s %q: %w", act, o.Kind, o.ID, tenant.ErrUnsupported)
	}
	return d.act(ctx, o, write{http.MethodPost, "/" + act, nil, undo},
		func(got tenant.Object) bool { return got.State == state })
}

// Revoke ends a token for good.
func (d *Driver) Revoke(ctx context.Context, o tenant.Object) (tenant.Receipt, error) {
	if o.Kind != registry.Token {
		return tenant.Receipt{}, fmt.Errorf("revoke %s %q: %w", o.Kind, o.ID, tenant.ErrUnsupported)
	}
	return d.act(ctx, o, write{http.MethodPost, "/revoke", nil, "it cannot be taken back; make a new token"},
		func(got tenant.Object) bool { return got.State == tenant.Disabled })
}

// Restore sets an object's governed fields to what they are in good.
func (d *Driver) Restore(ctx context.Context, now, good tenant.Object) (tenant.Receipt, error) {
	if now.Key() != good.Key() {
		return tenant.Receipt{}, fmt.Errorf("restore %q: the good one is %q, another object", now.Key(), good.Key())
	}
	m, err := d.whoami(ctx)
	if err != nil {
		return tenant.Receipt{}, err
	}
	r, err := d.row(ctx, now.Kind, now.ID)
	if err != nil {
		return tenant.Receipt{}, err
	}
	live := r.object(now.Kind, m.Token.ID)
	c, err := r.changeTo(live, good)
	if err != nil {
		return tenant.Receipt{}, fmt.Errorf("restore %s %q: %w", now.Kind, now.ID, err)
	}
	undo := "change it at the tenant's console; its audit list has what it was"
	return d.act(ctx, live, write{http.MethodPatch, "", c, undo},
		func(got tenant.Object) bool { return holds(got, good) })
}

// A write is what is asked of an object.
type write struct {
	method, under string
	body          any
	undo          string
}

// act makes a write and returns when it is seen to hold. It refuses what would
// lock rollcall out.
func (d *Driver) act(ctx context.Context, o tenant.Object, w write, holds func(tenant.Object) bool) (tenant.Receipt, error) {
	m, err := d.whoami(ctx)
	if err != nil {
		return tenant.Receipt{}, err
	}
	if o.Kind == registry.Token && o.ID == m.Token.ID {
		return tenant.Receipt{}, fmt.Errorf("change %s %q: rollcall signs in with it, and does not lock itself out", o.Kind, o.ID)
	}
	path, err := pathOf(o.Kind, o.ID)
	if err != nil {
		return tenant.Receipt{}, err
	}
	receipt, err := d.API.Do(ctx, w.method, path+w.under, w.body, nil)
	if err != nil {
		return tenant.Receipt{}, err
	}
	receipt.Undo = w.undo
	if err := d.settle(ctx, o, holds); err != nil {
		return tenant.Receipt{}, fmt.Errorf("%s was answered %s: %w", receipt.Request, receipt.Response, err)
	}
	return receipt, nil
}

// settle waits until an object is seen to be as it should, since a success may
// be none, or may take its time.
func (d *Driver) settle(ctx context.Context, o tenant.Object, holds func(tenant.Object) bool) error {
	until := time.Now().Add(cmp.Or(d.Settle, 2*time.Second))
	for wait := 20 * time.Millisecond; ; wait *= 2 {
		got, err := d.Read(ctx, o.Kind, o.ID)
		if err != nil {
			return err
		}
		if holds(got) {
			return nil
		}
		if time.Now().After(until) {
			return errors.New("the tenant says that it is done, and it is not")
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return &tenant.ReadError{Cause: tenant.Unreachable, Err: ctx.Err()}
		}
	}
}

// holds tells whether an object has the governed fields of good.
func holds(got, good tenant.Object) bool {
	return got.State == good.State && got.Role == good.Role && got.Auth == good.Auth && got.Path == good.Path &&
		got.App == good.App && got.Account == good.Account && slices.Equal(sorted(got.Scopes), sorted(good.Scopes)) &&
		governs(got, good) && (good.Draft != nil || got.Draft == nil)
}

func sorted(s []string) []string { return slices.Sorted(slices.Values(s)) }
