package sandbox

import (
	"fmt"
	"slices"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// changeTo is the change that gives an item the governed fields of good.
func (r *row) changeTo(live, good tenant.Object) (Change, error) {
	var c Change
	if live.App != good.App {
		return c, fmt.Errorf("the application of a connector cannot be changed: %w", tenant.ErrUnsupported)
	}
	if live.State != good.State {
		if live.Kind == registry.Token {
			return c, fmt.Errorf("a token that was revoked stays so: %w", tenant.ErrUnsupported)
		}
		c.Active = new(good.State == tenant.Enabled)
	}
	if !slices.Equal(sorted(live.Scopes), sorted(good.Scopes)) {
		c.Scopes = append([]string{}, sorted(good.Scopes)...)
	}
	set := func(field **string, from, to string) {
		if from != to {
			*field = &to
		}
	}
	set(&c.Role, live.Role, good.Role)
	set(&c.Auth, live.Auth, good.Auth)
	set(&c.Path, live.Path, good.Path)
	set(&c.Account, live.Account, good.Account)
	if live.Kind != registry.Workflow {
		return c, nil
	}
	return c, r.rollBack(&c, live, good)
}

// rollBack adds to a change what lets a workflow do again what it does in
// good: the version of that sight, or the newest that does so or, where there
// is none, a new one made from what runs.
func (r *row) rollBack(c *Change, live, good tenant.Object) error {
	same := governs(live, good)
	for _, v := range slices.Backward(r.Versions) {
		var o tenant.Object
		v.describe(&o)
		if !governs(o, good) {
			continue
		}
		if o.Version = fmt.Sprint(v.Number); o.Version == good.Version || !same && c.Publish == 0 {
			c.Publish = v.Number
		}
	}
	switch {
	case same && (c.Publish == 0 || c.Publish == r.Live):
		c.Publish = 0
		c.Discard = live.Draft != nil && good.Draft == nil
		return nil
	case c.Publish != 0:
		return nil
	}
	v, ok := r.LiveVersion.like(good)
	if !ok {
		return fmt.Errorf("no version of the workflow does what is wanted, and none can be made of what runs: %w", tenant.ErrUnsupported)
	}
	c.Content, c.Publish = v, -1
	return nil
}

// like is a copy of a version that starts and signs in as good does, if that
// is all that differs: one trigger, and one credential put in the place of one.
func (c *content) like(good tenant.Object) (*Version, bool) {
	if c == nil || len(good.Triggers) != 1 {
		return nil, false
	}
	v := &Version{Trigger: good.Triggers[0].Type, Cron: good.Triggers[0].Cron}
	from, to := swapped(c.Nodes, good.Uses)
	for _, n := range c.Nodes {
		if from != "" && n.Connector == from {
			n.Connector = to
		}
		v.Nodes = append(v.Nodes, Node(n))
	}
	copied := content{Trigger: v.Trigger, Cron: v.Cron}
	for _, n := range v.Nodes {
		copied.Nodes = append(copied.Nodes, node(n))
	}
	var o tenant.Object
	copied.describe(&o)
	return v, governs(o, good)
}

// swapped are the one connector that is used and should not be, and the one
// that should be and is not.
func swapped(nodes []node, uses []tenant.Ref) (from, to string) {
	for _, u := range uses {
		if !slices.ContainsFunc(nodes, func(n node) bool { return n.Connector == u.ID }) {
			to = u.ID
		}
	}
	for _, n := range nodes {
		if n.Connector != "" && !slices.ContainsFunc(uses, func(u tenant.Ref) bool { return u.ID == n.Connector }) {
			from = n.Connector
		}
	}
	if to == "" {
		return "", ""
	}
	return from, to
}
