package n8n

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/rollcall-dev/rollcall/tenant"
)

// Revoke ends an API key for good, which is n8n's own way of revoking one. The
// key that rollcall uses is never revoked. See [tenant.Revoker].
func (d *Driver) Revoke(ctx context.Context, o tenant.Object) (tenant.Receipt, error) {
	if o.Kind != token {
		return tenant.Receipt{}, fmt.Errorf("revoke %s %q: n8n cannot; %w", o.Kind, o.Name, tenant.ErrUnsupported)
	}
	if err := d.sure(ctx); err != nil {
		return tenant.Receipt{}, fmt.Errorf("revoke token %q: %w", o.Name, err)
	}
	now, err := d.Read(ctx, token, o.ID)
	if err != nil {
		return tenant.Receipt{}, fmt.Errorf("revoke: %w", err)
	}
	if now.Self {
		return tenant.Receipt{}, fmt.Errorf("revoke token %q: rollcall signs in with it; %w", o.Name, tenant.ErrUnsupported)
	}
	var receipt tenant.Receipt
	err = d.session.as(ctx, func() (err error) {
		receipt, err = d.session.api.Do(ctx, http.MethodDelete, "/rest/api-keys/"+url.PathEscape(o.ID), nil, nil)
		return err
	})
	if err != nil {
		return tenant.Receipt{}, fmt.Errorf("revoke token %q: %w", o.Name, err)
	}
	receipt.Undo = fmt.Sprintf("it does not come back; %s makes a new API key %q", now.Owner, now.Name)
	return receipt, d.revoked(ctx, o)
}

// revoked waits until a key is seen to be gone from the list.
func (d *Driver) revoked(ctx context.Context, o tenant.Object) error {
	ctx, cancel := context.WithTimeout(ctx, d.config.Patience)
	defer cancel()
	for {
		_, err := d.Read(ctx, token, o.ID)
		if errors.Is(err, tenant.ErrGone) {
			return nil
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("revoke token %q: n8n took the request, and the key is still in its list after %s", o.Name, d.config.Patience)
		}
	}
}
