package n8n

import (
	"context"
	"fmt"
	"strings"

	"github.com/rollcall-dev/rollcall/tenant"
)

// ownerID begins a native id that is the id of the instance's owner.
const ownerID = "owner:"

// identify asks n8n who it is, where an account is configured. Where another
// instance answers than is configured, or none that can be told, it is an
// error.
func (d *Driver) identify(ctx context.Context, r *reading) error {
	want := d.config.InstanceID
	byOwner := want == "" || strings.HasPrefix(want, ownerID)
	if d.session == nil {
		if byOwner {
			return nil
		}
		return forbidden("it cannot be told whether this is n8n instance %q; configure the e-mail and password of an account, to which alone n8n tells its id", want)
	}
	var err error
	r.instance, err = d.session.instance(ctx)
	if byOwner {
		return nil // that it cannot be told takes nothing from what can be read
	}
	if err != nil {
		return fmt.Errorf("ask n8n which instance it is: %w", err)
	}
	return d.isRight(r)
}

// isRight refuses an instance that is not the configured one.
func (d *Driver) isRight(r *reading) error {
	want, got := d.config.InstanceID, r.instance.ID
	if want == "" {
		return nil
	}
	if strings.HasPrefix(want, ownerID) {
		got = r.owner()
		if r.peopleErr != nil {
			return fmt.Errorf("ask n8n who its owner is: %w", r.peopleErr)
		}
	}
	if got != want {
		return fmt.Errorf("%w: it is %q, and %q is configured", tenant.ErrWrongTenant, got, want)
	}
	return nil
}

// nativeID is the instance's own id or, to a key alone, that of its owner.
func (r *reading) nativeID() string {
	if r.instance.ID != "" {
		return r.instance.ID
	}
	return r.owner()
}

func (r *reading) owner() string {
	for _, p := range r.people {
		if p.Role == "global:owner" {
			return ownerID + p.ID
		}
	}
	return ""
}

// sure makes certain before a write that the instance is the configured one.
func (d *Driver) sure(ctx context.Context) error {
	if d.config.InstanceID == "" {
		return nil
	}
	r := &reading{}
	if err := d.identify(ctx, r); err != nil {
		return err
	}
	if strings.HasPrefix(d.config.InstanceID, ownerID) {
		r.people, r.peopleErr = d.people(ctx)
	}
	return d.isRight(r)
}
