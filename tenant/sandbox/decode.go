package sandbox

import (
	"fmt"
	"slices"
	"time"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// A row is what the driver takes of an item. It is a list of what is allowed:
// the API's answers hold secrets too, and what is not named here is dropped.
type row struct {
	ID, Name      string
	Active        *bool // an answer without it tells nothing of the state
	Owner, Editor string
	Created       time.Time
	Updated       time.Time
	LastUsed      time.Time

	Scopes       []string
	App, Account string
	Auth, Path   string
	Workflow     string
	Login, Role  string
	Live         int
	LiveVersion  *content
	DraftVersion *content
	Versions     []content // where one item is read
}

// A content is what a version of a workflow does.
type content struct {
	Number  int    `json:"number"`
	Trigger string `json:"trigger"`
	Cron    string `json:"cron,omitempty"`
	Nodes   []node `json:"nodes"`
}

type node struct {
	Name      string `json:"name"`
	App       string `json:"app"`
	Operation string `json:"operation"`
	Connector string `json:"connector,omitempty"`
}

// object is the item in the words of the model. self is the id of the token
// that rollcall signs in with.
func (r *row) object(kind tenant.Kind, self string) tenant.Object {
	o := tenant.Object{
		Kind: kind, ID: r.ID, Name: r.Name, State: tenant.StateUnknown,
		Owner: r.Owner, Editor: r.Editor, Created: r.Created, Updated: r.Updated, LastUsed: r.LastUsed,
	}
	switch {
	case r.Active == nil:
		o.Unknown = append(o.Unknown, tenant.FieldState)
	case *r.Active:
		o.State = tenant.Enabled
	default:
		o.State = tenant.Disabled
	}
	switch kind {
	case registry.Workflow:
		o.Version = fmt.Sprint(r.Live)
		if r.LiveVersion == nil {
			o.Unknown = append(o.Unknown, tenant.FieldUses, tenant.FieldTrigger, tenant.FieldSteps)
			break
		}
		r.LiveVersion.describe(&o)
		if draft := r.DraftVersion; draft != nil {
			d := tenant.Object{Kind: kind, ID: r.ID, Name: r.Name, State: o.State, Owner: o.Owner, Version: fmt.Sprint(draft.Number)}
			draft.describe(&d)
			o.Draft = &d
		}
	case registry.Webhook:
		o.Auth, o.Path, o.Workflow = r.Auth, r.Path, r.Workflow
	case registry.Connector:
		o.App, o.Account, o.Scopes = r.App, r.Account, r.Scopes
	case registry.Token:
		o.Scopes, o.Self = r.Scopes, r.ID == self
	case registry.ServiceAccount:
		o.Login, o.Role = r.Login, r.Role
	}
	return o
}

// describe writes what a version does into an object.
func (c *content) describe(o *tenant.Object) {
	o.Triggers = []tenant.Trigger{{Type: c.Trigger, Cron: c.Cron}}
	for _, n := range c.Nodes {
		o.Steps = append(o.Steps, tenant.Step{App: n.App, Operation: n.Operation, Via: n.Name})
		if n.Connector != "" {
			o.Uses = append(o.Uses, tenant.Ref{Kind: registry.Connector, ID: n.Connector, Via: n.Name})
		}
	}
}

// governs tells whether a version does what is wanted: the names of nodes and
// their order apart, and their steps too where what is wanted does not tell any.
func governs(got, want tenant.Object) bool {
	if want.Steps == nil {
		got.Steps = nil
	}
	return slices.Equal(behaviour(got), behaviour(want))
}

func behaviour(o tenant.Object) []string {
	var all []string
	for _, t := range o.Triggers {
		all = append(all, "trigger "+t.Type+" "+t.Cron)
	}
	for _, u := range o.Uses {
		all = append(all, "uses "+string(u.Kind)+" "+u.ID)
	}
	for _, s := range o.Steps {
		all = append(all, "step "+s.App+" "+s.Operation)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
