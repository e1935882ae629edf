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

// Suspend deactivates a workflow, or the workflow that a webhook starts. See
// [tenant.Suspender].
func (d *Driver) Suspend(ctx context.Context, o tenant.Object) (tenant.Receipt, error) {
	id, now, err := d.target(ctx, "suspend", o)
	if err != nil {
		return tenant.Receipt{}, err
	}
	if now.State == tenant.Disabled {
		return already(now, "it is not active"), nil
	}
	receipt, err := d.post(ctx, id, "deactivate", nil)
	if err != nil {
		return tenant.Receipt{}, fmt.Errorf("suspend %s %q: %w", o.Kind, o.Name, err)
	}
	receipt.Undo = fmt.Sprintf("publish version %s of workflow %s again", now.Version, id)
	return receipt, d.settle(ctx, "suspend", o, func(seen tenant.Object) bool { return seen.State == tenant.Disabled })
}

// Resume activates the version of a workflow that o shows: the one that ran,
// for an object that was seen before it was suspended, and else the one that
// was judged. See [tenant.Resumer].
func (d *Driver) Resume(ctx context.Context, o tenant.Object) (tenant.Receipt, error) {
	id, now, err := d.target(ctx, "resume", o)
	if err != nil {
		return tenant.Receipt{}, err
	}
	if now.State == tenant.Enabled {
		return already(now, "it is active"), nil
	}
	return d.activate(ctx, "resume", id, o, o.Version)
}

// Restore publishes the version that good shows, which was the live one when
// good was seen, and leaves the draft as it is; the next to publish the draft
// brings it back, and until then it is told as a draft. Values that were never
// live in a version of the workflow cannot be given to it. See
// [tenant.Restorer].
func (d *Driver) Restore(ctx context.Context, now, good tenant.Object) (tenant.Receipt, error) {
	id, seen, err := d.target(ctx, "restore", now)
	if err != nil {
		return tenant.Receipt{}, err
	}
	same := seen.Version == good.Version
	switch {
	case good.State == tenant.Disabled:
		return d.Suspend(ctx, now)
	case good.Version == "" || same && differs(seen, good):
		return tenant.Receipt{}, fmt.Errorf("restore %s %q: no version of it is known that has the declared values; %w", now.Kind, now.Name, tenant.ErrUnsupported)
	case same && seen.State == good.State && good.Draft == nil && seen.Draft != nil:
		return tenant.Receipt{}, fmt.Errorf("restore %s %q: the draft is left to the people who work on it; %w", now.Kind, now.Name, tenant.ErrUnsupported)
	case same && seen.State == good.State:
		return already(seen, "it runs that version"), nil
	}
	return d.activate(ctx, "restore", id, now, good.Version)
}

// activate publishes a version and waits until that is seen.
func (d *Driver) activate(ctx context.Context, verb, id string, o tenant.Object, version string) (tenant.Receipt, error) {
	var body any
	if version != "" {
		body = map[string]string{"versionId": version}
	}
	receipt, err := d.post(ctx, id, "activate", body)
	if err != nil {
		return tenant.Receipt{}, fmt.Errorf("%s %s %q: %w", verb, o.Kind, o.Name, err)
	}
	receipt.Undo = "deactivate workflow " + id
	if o.State == tenant.Enabled {
		receipt.Undo = fmt.Sprintf("publish version %s of workflow %s again", o.Version, id)
	}
	return receipt, d.settle(ctx, verb, o, func(seen tenant.Object) bool {
		return seen.State == tenant.Enabled && (version == "" || seen.Version == version)
	})
}

// target makes certain that this is the right instance, and reads the object
// directly before it is changed.
func (d *Driver) target(ctx context.Context, verb string, o tenant.Object) (workflowID string, now tenant.Object, err error) {
	if o.Kind != workflow && o.Kind != webhook {
		return "", now, fmt.Errorf("%s %s %q: n8n cannot; %w", verb, o.Kind, o.Name, tenant.ErrUnsupported)
	}
	if err := d.sure(ctx); err != nil {
		return "", now, fmt.Errorf("%s %s %q: %w", verb, o.Kind, o.Name, err)
	}
	if now, err = d.Read(ctx, o.Kind, o.ID); err != nil {
		return "", now, fmt.Errorf("%s: %w", verb, err)
	}
	if workflowID = now.ID; o.Kind == webhook {
		workflowID = now.Workflow
	}
	return workflowID, now, nil
}

// post changes whether, and in which version, a workflow runs. n8n answers 404
// to a version that it no longer keeps and to what the key may not do, too: it
// is gone only if it cannot be read.
func (d *Driver) post(ctx context.Context, id, verb string, body any) (tenant.Receipt, error) {
	path := "/api/v1/workflows/" + url.PathEscape(id)
	receipt, err := d.key.Do(ctx, http.MethodPost, path+"/"+verb, body, nil)
	if !errors.Is(err, tenant.ErrGone) {
		return receipt, err
	}
	if _, gone := d.flow(ctx, id); errors.Is(gone, tenant.ErrGone) {
		return receipt, gone
	}
	return receipt, refused(err)
}

// refused keeps the cause and the words of an error, and drops that something
// is gone.
func refused(err error) error {
	return &tenant.ReadError{Cause: tenant.CauseOf(err), Err: errors.New(err.Error())}
}

// settle reads an object until a change is seen to hold: n8n answers before it
// has published.
func (d *Driver) settle(ctx context.Context, verb string, o tenant.Object, holds func(tenant.Object) bool) error {
	ctx, cancel := context.WithTimeout(ctx, d.config.Patience)
	defer cancel()
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		seen, err := d.Read(ctx, o.Kind, o.ID)
		if err == nil && holds(seen) {
			return nil
		}
		if errors.Is(err, tenant.ErrGone) {
			return fmt.Errorf("%s: %w", verb, err)
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return fmt.Errorf("%s %s %q: n8n took the request, and the change is not seen after %s; look at it before doing it again", verb, o.Kind, o.Name, d.config.Patience)
		}
	}
}

func already(o tenant.Object, what string) tenant.Receipt {
	return tenant.Receipt{Request: fmt.Sprintf("none: %s %q needs no change", o.Kind, o.ID), Response: what, Undo: "nothing was changed"}
}
