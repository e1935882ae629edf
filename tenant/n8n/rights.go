package n8n

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/rollcall-dev/rollcall/tenant"
)

// rights are the scopes of the key that rollcall uses; nil where n8n is too old
// to tell them.
type rights []string

func (r rights) has(scope string) bool { return r == nil || slices.Contains(r, scope) }

func (d *Driver) rights(ctx context.Context) (rights, error) {
	var answer struct {
		Data struct {
			Scopes rights `json:"scopes"`
		} `json:"data"`
	}
	err := d.key.Get(ctx, "/api/v1/discover", nil, &answer)
	if errors.Is(err, tenant.ErrGone) {
		return nil, nil
	}
	return answer.Data.Scopes, err
}

// callersRole is the role of the key's owner. What was seen once holds until it
// is seen otherwise: a list of users that fails to come does not change it.
func (d *Driver) callersRole(people []person) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range people {
		if p.ID == d.caller {
			d.role = p.Role
		}
	}
	return d.role
}

// seesAll is nil where the key shows everybody's workflows. n8n answers a
// member with his own, and does not say that there are more.
func (d *Driver) seesAll(r *reading) error {
	switch {
	case rules(r.role):
		return nil
	case r.role != "":
		return forbidden("the API key is that of a user whose role is %q, and shows the workflows of that user alone; make it as an owner or admin", r.role)
	case r.rights != nil && r.rights.has("credential:list"):
		return nil // a scope that only an owner or admin can give to a key
	}
	return forbidden("it cannot be told whether the API key shows everybody's workflows; give it the scopes user:list and credential:list")
}

// can are the abilities that the credentials give.
func (d *Driver) can(r *reading) map[tenant.Kind][]tenant.Ability {
	all := map[tenant.Kind][]tenant.Ability{}
	var flow []tenant.Ability
	if r.rights.has("workflow:read") && r.rights.has("workflow:deactivate") {
		flow = append(flow, tenant.CanSuspend)
	}
	if r.rights.has("workflow:read") && r.rights.has("workflow:activate") {
		flow = append(flow, tenant.CanResume)
		if slices.ContainsFunc(r.workflows, func(s sighted) bool { return s[0].Version != "" }) {
			flow = append(flow, tenant.CanRestore)
		}
	}
	if flow != nil {
		all[workflow], all[webhook] = flow, slices.Clone(flow)
	}
	if r.keysErr == nil {
		all[token] = []tenant.Ability{tenant.CanRevoke}
	}
	return all
}

// needs adds to a refusal the scope that the key lacks.
func needs(err error, scope string) error {
	var status *tenant.StatusError
	if tenant.CauseOf(err) != tenant.Forbidden || !errors.As(err, &status) || errors.Is(err, tenant.ErrUnsupported) {
		return err
	}
	return &tenant.ReadError{Cause: tenant.Forbidden, Err: fmt.Errorf("%w; give the API key of an owner or admin the scope %s", err, scope)}
}
