package n8n

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rollcall-dev/rollcall/tenant"
)

// fields are the governed fields that n8n tells of each kind.
var fields = map[tenant.Kind][]tenant.Field{
	workflow:  {tenant.FieldState, tenant.FieldUses, tenant.FieldTrigger, tenant.FieldSteps, tenant.FieldOwner, tenant.FieldDraft},
	webhook:   {tenant.FieldState, tenant.FieldAuth, tenant.FieldPath, tenant.FieldDraft},
	connector: {tenant.FieldApp, tenant.FieldOwner},
	token:     {tenant.FieldState, tenant.FieldScopes, tenant.FieldOwner, tenant.FieldExpires},
	account:   {tenant.FieldState, tenant.FieldRole},
}

// A reading is what one pass gathers. Each part has an error of its own: one
// that could not be read takes nothing from the others.
type reading struct {
	at       time.Time
	instance instance
	rights   rights

	workflows      []sighted
	workflowsErr   error
	credentials    []credential
	credentialsErr error
	people         []person
	peopleErr      error
	keys           []key
	keysErr        error

	used     lastRuns // of workflows
	usedErr  error    //
	active   activity // of accounts
	projects projects // names of projects
	role     string   // of the key's owner; "" where it cannot be told
}

// Observe reads the whole tenant. See [tenant.Driver].
func (d *Driver) Observe(ctx context.Context) (tenant.Observation, error) {
	r := &reading{at: time.Now().UTC()}
	var err error
	if r.rights, err = d.rights(ctx); silent(err) {
		return tenant.Observation{}, err // nothing else would be answered either
	}
	if err := d.identify(ctx, r); err != nil {
		return tenant.Observation{}, err
	}
	d.gather(ctx, r)
	if err := cmp.Or(r.failure(), d.isRight(r)); err != nil {
		return tenant.Observation{}, err
	}
	return d.observation(r), nil
}

// silent tells whether the tenant does not answer at all, or wants no more
// requests.
func silent(err error) bool {
	var status *tenant.StatusError
	cause := tenant.CauseOf(err)
	return err != nil && (cause == tenant.RateLimited || cause == tenant.Unreachable && !errors.As(err, &status))
}

// gather reads all the parts at once.
func (d *Driver) gather(ctx context.Context, r *reading) {
	var all sync.WaitGroup
	all.Go(func() { r.workflows, r.workflowsErr = d.workflows(ctx) })
	all.Go(func() { r.credentials, r.credentialsErr = d.credentials(ctx) })
	all.Go(func() { r.people, r.peopleErr = d.people(ctx) })
	all.Go(func() { r.keys, r.keysErr = d.keys(ctx) })
	all.Go(func() { r.used, r.usedErr = d.lastRuns(ctx) })
	if d.session != nil {
		all.Go(func() { r.active, _ = d.session.lastActive(ctx) })
		all.Go(func() { r.projects, _ = d.session.projects(ctx) })
	}
	all.Wait()
	r.workflowsErr = needs(r.workflowsErr, "workflow:list")
	r.credentialsErr = needs(r.credentialsErr, "credential:list")
	r.peopleErr = needs(r.peopleErr, "user:list")
	r.usedErr = needs(r.usedErr, "execution:list")
	r.role = d.callersRole(r.people)
	if r.workflowsErr == nil {
		r.workflowsErr = d.seesAll(r)
	}
	d.nameProjects(ctx, r)
}

// failure is the error of a tenant of which nothing could be read.
func (r *reading) failure() error {
	if r.workflowsErr != nil && r.workflows == nil && r.credentialsErr != nil && r.peopleErr != nil && r.keysErr != nil {
		return r.workflowsErr
	}
	return nil
}

// observation puts together what was read.
func (d *Driver) observation(r *reading) tenant.Observation {
	ob := tenant.Observation{
		Tenant: d.config.Tenant, Platform: "n8n", NativeID: r.nativeID(), Version: r.instance.Version, At: r.at,
		Read: map[tenant.Kind]tenant.Coverage{
			workflow: cover(workflow, r.workflowsErr), webhook: cover(webhook, r.workflowsErr),
			connector: cover(connector, r.credentialsErr),
			token:     cover(token, r.keysErr),
			account:   cover(account, r.peopleErr),
		},
		Can: d.can(r),
	}
	for _, s := range r.workflows {
		for _, o := range s {
			if o.Kind == workflow {
				o.LastUsed = r.used.last[o.ID]
			}
			ob.Objects = append(ob.Objects, r.projects.own(o))
		}
	}
	for _, c := range r.credentials {
		ob.Objects = append(ob.Objects, r.projects.own(c.object()))
	}
	for _, k := range r.keys {
		ob.Objects = append(ob.Objects, d.token(k, r.at))
	}
	ob.Objects = append(ob.Objects, d.accounts(r.people, r.active)...)
	slices.SortFunc(ob.Objects, func(a, b tenant.Object) int {
		return cmp.Or(slices.Index(tenant.Kinds, a.Kind)-slices.Index(tenant.Kinds, b.Kind), strings.Compare(a.ID, b.ID))
	})
	ob.Blind = d.blind(r)
	return ob
}

func cover(kind tenant.Kind, err error) tenant.Coverage {
	c := tenant.Coverage{Whole: true}
	if err != nil {
		c = tenant.Unread(err)
	}
	c.Fields = fields[kind]
	return c
}
