package n8n

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/rollcall-dev/rollcall/tenant"
)

// Read reads one object again. See [tenant.Reader].
func (d *Driver) Read(ctx context.Context, kind tenant.Kind, id string) (tenant.Object, error) {
	if err := d.sure(ctx); err != nil { // what another instance does not have is not gone
		return tenant.Object{}, err
	}
	switch kind {
	case workflow, webhook:
		return d.readFlow(ctx, kind, id)
	case connector:
		all, err := d.credentials(ctx)
		return find(all, err, credential.object, kind, id)
	case token:
		all, err := d.keys(ctx)
		now := time.Now()
		return find(all, err, func(k key) tenant.Object { return d.token(k, now) }, kind, id)
	case account:
		all, err := d.people(ctx)
		return find(d.accounts(all, nil), err, func(o tenant.Object) tenant.Object { return o }, kind, id)
	}
	return tenant.Object{}, fmt.Errorf("read %s %q: %w", kind, id, tenant.ErrUnsupported)
}

// find picks one object out of a list that came whole.
func find[T any](all []T, err error, object func(T) tenant.Object, kind tenant.Kind, id string) (tenant.Object, error) {
	if err != nil {
		return tenant.Object{}, fmt.Errorf("read %s %q: %w", kind, id, err)
	}
	for _, one := range all {
		if o := object(one); o.ID == id {
			return o, nil
		}
	}
	return tenant.Object{}, fmt.Errorf("read %s %q: %w", kind, id, tenant.ErrGone)
}

// readFlow reads a workflow, or a webhook out of the workflow that has it.
func (d *Driver) readFlow(ctx context.Context, kind tenant.Kind, id string) (tenant.Object, error) {
	flow, _, _ := strings.Cut(id, "/")
	w, err := d.flow(ctx, flow)
	if err != nil {
		return tenant.Object{}, fmt.Errorf("read %s %q: %w", kind, id, err)
	}
	names := projects{}
	names.learn(w.Shared)
	for _, o := range w.objects() {
		if o.Kind == kind && o.ID == id {
			o = names.own(o)
			o.Editor = d.publisher(ctx, w, o.Editor)
			return o, nil
		}
	}
	return tenant.Object{}, fmt.Errorf("read %s %q: %w", kind, id, tenant.ErrGone)
}

func (d *Driver) flow(ctx context.Context, id string) (*wireWorkflow, error) {
	if id == "" {
		return nil, tenant.ErrGone
	}
	w := &wireWorkflow{}
	err := d.key.Get(ctx, "/api/v1/workflows/"+url.PathEscape(id), url.Values{"excludePinnedData": {"true"}}, w)
	if err != nil {
		return nil, err
	}
	return w, w.check()
}

// publisher is who published what runs, where the history of the version says
// it: the e-mail, or else the id, of the user.
func (d *Driver) publisher(ctx context.Context, w *wireWorkflow, author string) string {
	if w.ActiveVersion == nil {
		return author
	}
	var id string
	var last time.Time
	for _, h := range w.ActiveVersion.History {
		if h.Event == "activated" && !h.CreatedAt.Before(last) {
			id, last = h.UserID, h.CreatedAt
		}
	}
	if id == "" {
		return author
	}
	people, err := d.people(ctx)
	if err != nil {
		return id
	}
	for _, p := range people {
		if p.ID == id && p.Email != "" {
			return p.Email
		}
	}
	return id
}
