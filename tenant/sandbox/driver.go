package sandbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// A Driver reads a sandbox over its API, and reverts drift in it. [Connect]
// fills what is required.
type Driver struct {
	Tenant   string        // required: its name in the registry
	NativeID string        // required: what the tenant calls itself; another one is refused
	API      *tenant.API   // required
	Settle   time.Duration // how long a write may take to be seen; 2 s where it is 0
}

var (
	_ tenant.Suspender = (*Driver)(nil)
	_ tenant.Resumer   = (*Driver)(nil)
	_ tenant.Revoker   = (*Driver)(nil)
	_ tenant.Restorer  = (*Driver)(nil)
)

// Connect is the driver of the sandbox at an address, which signs in with a
// token. It sends nothing yet.
func Connect(name, nativeID, address, token string) *Driver {
	return &Driver{Tenant: name, NativeID: nativeID, API: &tenant.API{
		Base: address,
		Header: func(context.Context) (http.Header, error) {
			return http.Header{"Authorization": {"Bearer " + token}}, nil
		},
	}}
}

// perPage is how many items are asked for at once; the tenant may give fewer.
const perPage = 250

// tells are the governed fields that the platform tells of each kind.
var tells = map[tenant.Kind][]tenant.Field{
	registry.Workflow: {tenant.FieldState, tenant.FieldUses, tenant.FieldTrigger, tenant.FieldSteps, tenant.FieldOwner, tenant.FieldDraft},
	registry.Webhook:  {tenant.FieldState, tenant.FieldAuth, tenant.FieldPath, tenant.FieldOwner},
	registry.Connector: {tenant.FieldState, tenant.FieldApp, tenant.FieldAccount, tenant.FieldScopes,
		tenant.FieldOwner},
	registry.Token:          {tenant.FieldState, tenant.FieldScopes, tenant.FieldOwner},
	registry.ServiceAccount: {tenant.FieldState, tenant.FieldRole},
}

// blind is what the platform never tells.
var blind = []string{
	"when a token ends: the platform's tokens do not end by themselves",
	"whether an account is a person's: all accounts are listed, and the login tells them apart",
}

// able is what can be done to the objects of each kind.
func able() map[tenant.Kind][]tenant.Ability {
	change := []tenant.Ability{tenant.CanSuspend, tenant.CanResume, tenant.CanRestore}
	return map[tenant.Kind][]tenant.Ability{
		registry.Workflow:       change,
		registry.Webhook:        change,
		registry.Connector:      change,
		registry.Token:          {tenant.CanRevoke, tenant.CanRestore},
		registry.ServiceAccount: change,
	}
}

// Observe reads every kind, side by side, each whole or not at all.
func (d *Driver) Observe(ctx context.Context) (tenant.Observation, error) {
	me, err := d.whoami(ctx)
	if err != nil {
		return tenant.Observation{}, err
	}
	ob := tenant.Observation{
		Tenant: d.Tenant, Platform: "sandbox", NativeID: me.ID, Version: me.Version, At: time.Now().UTC(),
		Read: map[tenant.Kind]tenant.Coverage{}, Blind: slices.Clone(blind),
	}
	if slices.Contains(me.Token.Scopes, "tenant:write") {
		ob.Can = able()
	} else {
		ob.Blind = append(ob.Blind, `nothing can be reverted: rollcall's own token lacks the scope "tenant:write"`)
	}
	lists := make([][]tenant.Object, len(tenant.Kinds))
	errs := make([]error, len(tenant.Kinds))
	var all sync.WaitGroup
	for i, kind := range tenant.Kinds {
		all.Go(func() { lists[i], errs[i] = d.list(ctx, kind, me.Token.ID) })
	}
	all.Wait()
	if !slices.Contains(errs, nil) || ctx.Err() != nil {
		return tenant.Observation{}, fmt.Errorf("observe: %w", cmp.Or(errs...))
	}
	for i, kind := range tenant.Kinds {
		if errs[i] != nil {
			ob.Read[kind] = tenant.Unread(errs[i])
			continue
		}
		ob.Read[kind] = tenant.Coverage{Whole: true, Fields: tells[kind]}
		ob.Objects = append(ob.Objects, lists[i]...)
	}
	return ob, nil
}

// me is what the API says of who asks, and where.
type me struct {
	ID, Version string
	Token       struct {
		ID     string
		Scopes []string
	}
}

// whoami makes sure that this is the right tenant, before anything else is
// read or done.
func (d *Driver) whoami(ctx context.Context) (me, error) {
	var m me
	if err := d.API.Get(ctx, "/api/tenant", nil, &m); err != nil {
		return me{}, fmt.Errorf("observe: %w", err)
	}
	if m.ID != d.NativeID {
		return me{}, fmt.Errorf("the tenant calls itself %q and not %q: %w", m.ID, d.NativeID, tenant.ErrWrongTenant)
	}
	return m, nil
}

// list reads all objects of a kind, in order of id.
func (d *Driver) list(ctx context.Context, kind tenant.Kind, self string) ([]tenant.Object, error) {
	path := "/api/" + wordOf(kind)
	objects, err := tenant.Pages(ctx, func(ctx context.Context, after string) ([]tenant.Object, string, error) {
		var page struct {
			Items []row
			Next  string
		}
		query := url.Values{"limit": {fmt.Sprint(perPage)}}
		if after != "" {
			query.Set("after", after)
		}
		if err := d.API.Get(ctx, path, query, &page); err != nil {
			return nil, "", err
		}
		if page.Items == nil {
			return nil, "", &tenant.ReadError{Cause: tenant.Garbled, Err: fmt.Errorf("GET %s: the answer has no items", path)}
		}
		objects := make([]tenant.Object, len(page.Items))
		for i := range page.Items {
			objects[i] = page.Items[i].object(kind, self)
		}
		return objects, page.Next, nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(objects, func(a, b tenant.Object) int { return strings.Compare(a.ID, b.ID) })
	for i, o := range objects {
		if o.ID == "" || i > 0 && o.ID == objects[i-1].ID {
			return nil, &tenant.ReadError{Cause: tenant.Garbled, Err: fmt.Errorf("GET %s: the id %q is empty or there twice", path, o.ID)}
		}
	}
	return objects, nil
}

// Read reads one object.
func (d *Driver) Read(ctx context.Context, kind tenant.Kind, id string) (tenant.Object, error) {
	m, err := d.whoami(ctx)
	if err != nil {
		return tenant.Object{}, err
	}
	r, err := d.row(ctx, kind, id)
	if err != nil {
		return tenant.Object{}, err
	}
	return r.object(kind, m.Token.ID), nil
}

func (d *Driver) row(ctx context.Context, kind tenant.Kind, id string) (row, error) {
	path, err := pathOf(kind, id)
	if err != nil {
		return row{}, err
	}
	var r row
	if err := d.API.Get(ctx, path, nil, &r); err != nil {
		return row{}, fmt.Errorf("read %s %q: %w", kind, id, err)
	}
	if r.ID != id {
		return row{}, &tenant.ReadError{Cause: tenant.Garbled, Err: fmt.Errorf("read %s %q: the answer is about %q", kind, id, r.ID)}
	}
	return r, nil
}

// pathOf is where an object stands in the API.
func pathOf(kind tenant.Kind, id string) (string, error) {
	word := wordOf(kind)
	if word == "" {
		return "", fmt.Errorf("the platform has no %s: %w", kind, errors.Join(tenant.ErrUnsupported, tenant.ErrGone))
	}
	return "/api/" + word + "/" + url.PathEscape(id), nil
}
