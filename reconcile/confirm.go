package reconcile

import (
	"context"
	"fmt"
)

// Confirm accepts, for a person, that the registry declares so much less of
// the tenant than it did: reverts are no longer held for it. It is in the
// evidence who did it. It returns how many identities were declared before and
// are now.
func (r *Reconciler) Confirm(ctx context.Context, by string) (before, now int, err error) {
	p := pass{Reconciler: r}
	if err := p.remember(ctx); err != nil {
		return 0, 0, err
	}
	if p.want, err = r.Desired(ctx); err != nil {
		return 0, 0, fmt.Errorf("read the registry: %w", err)
	}
	before, now = p.memory.History.Declared, len(p.want.InTenant(r.Tenant))
	rec := p.record(RecordConfirmed)
	rec.Approver = by
	rec.Data.Reason = fmt.Sprintf("%s declared instead of %d", identities(now), before)
	if err := p.append(rec); err != nil {
		return 0, 0, err
	}
	p.memory.History = p.memory.History.Confirm(p.want, r.Tenant)
	return before, now, p.save(ctx)
}
