package reconcile

import (
	"context"
	"time"
)

// Archive keeps what tenants looked like.
type Archive interface {
	// SaveObservation keeps what was seen of a tenant then, as
	// [tenant.Observation.Encode] writes it.
	SaveObservation(ctx context.Context, tenant string, at time.Time, body []byte) error
}

// keep saves what was seen, before anything is done because of it. What could
// not be read is not kept: it is not known to have changed.
func (p *pass) keep(ctx context.Context) error {
	if p.out.Unreadable != "" {
		return nil
	}
	got := p.out.Observation
	return p.State.SaveObservation(ctx, p.Tenant, got.At, got.Encode())
}
