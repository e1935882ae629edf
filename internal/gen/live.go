package gen

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Live tenant is what stands in a tenant whose registry is in order.
type Live struct {
	Tenant string
	things []thing
}

// Tenants are the live tenants of a registry, by name.
func Tenants(o Options) []Live {
	o = o.filled()
	all := make([]Live, o.Tenants)
	for t := range all {
		all[t].Tenant = o.tenantName(t)
	}
	for i := range o.Identities {
		t := o.tenant(i / cell)
		all[t].things = append(all[t].things, o.thing(i))
	}
	slices.SortFunc(all, func(a, b Live) int { return strings.Compare(a.Tenant, b.Tenant) })
	return all
}

type (
	observation struct {
		Tenant   string              `json:"tenant"`
		Platform string              `json:"platform"`
		NativeID string              `json:"nativeId"`
		Version  string              `json:"version"`
		At       time.Time           `json:"at"`
		Read     map[string]coverage `json:"read"`
		Objects  []object            `json:"objects"`
	}
	coverage struct {
		Whole  bool     `json:"whole"`
		Fields []string `json:"fields"`
	}
	object struct {
		Kind     string    `json:"kind"`
		ID       string    `json:"id"`
		Name     string    `json:"name"`
		State    string    `json:"state"`
		Scopes   []string  `json:"scopes,omitempty"`
		Role     string    `json:"role,omitempty"`
		Login    string    `json:"login,omitempty"`
		App      string    `json:"app,omitempty"`
		Account  string    `json:"account,omitempty"`
		Auth     string    `json:"auth,omitempty"`
		Path     string    `json:"path,omitempty"`
		Workflow string    `json:"workflow,omitempty"`
		Triggers []trigger `json:"triggers,omitempty"`
		Uses     []ref     `json:"uses,omitempty"`
		Steps    []live    `json:"steps,omitempty"`
		Version  string    `json:"version,omitempty"`
		Created  time.Time `json:"created"`
		Updated  time.Time `json:"updated"`
	}
	trigger struct {
		Type string `json:"type"`
		Cron string `json:"cron,omitempty"`
	}
	ref struct {
		Kind string `json:"kind"`
		ID   string `json:"id"`
		Via  string `json:"via"`
	}
	live struct {
		App       string `json:"app"`
		Operation string `json:"operation"`
		Via       string `json:"via"`
	}
)

// told are the fields that are known of each kind.
var told = map[string][]string{
	"workflow":       {"state", "uses", "trigger", "steps"},
	"webhook":        {"state", "auth", "path"},
	"connector":      {"state", "app", "account", "scopes"},
	"token":          {"state", "scopes"},
	"serviceAccount": {"state", "role"},
}

// Observation is the tenant as a driver would have seen it at a moment, as the
// JSON of a tenant.Observation.
func (l Live) Observation(at time.Time) ([]byte, error) {
	o := observation{Tenant: l.Tenant, NativeID: "native-" + l.Tenant, Version: "1", At: at, Read: map[string]coverage{}}
	for kind, fields := range told {
		o.Read[kind] = coverage{Whole: true, Fields: fields}
	}
	for _, t := range l.things {
		o.Platform = t.o.Platform
		if t.kind != "approvalBot" {
			o.Objects = append(o.Objects, t.object())
		}
	}
	slices.SortFunc(o.Objects, func(a, b object) int { return strings.Compare(a.Kind+"\x00"+a.ID, b.Kind+"\x00"+b.ID) })
	return json.Marshal(o)
}

func (t thing) object() object {
	made := t.o.Today.AddDate(0, -8, 0)
	ob := object{Kind: t.kind, ID: t.live, Name: t.title(), State: "enabled", Scopes: t.scopes, Role: t.role, Login: t.login,
		App: t.app, Account: t.account, Path: t.path, Created: made, Updated: made}
	switch t.kind {
	case "webhook":
		ob.Auth, ob.Workflow = t.auth, t.o.thing(t.workflow).live
	case "workflow":
		ob.Version = "1"
		ob.Triggers = []trigger{{t.trigger, t.cron}}
		for n, s := range t.steps {
			ob.Steps = append(ob.Steps, live{s.app, s.operation, fmt.Sprintf("Step %d", n+1)})
			ob.Uses = append(ob.Uses, ref{"connector", t.o.thing(t.uses[n]).live, fmt.Sprintf("Step %d", n+1)})
		}
	}
	return ob
}

// title is the name that people see in the tenant.
func (t thing) title() string {
	_, name, _ := strings.Cut(t.id, "/")
	return strings.ReplaceAll(name, "-", " ")
}

type (
	sandbox struct {
		ID    string            `json:"id"`
		Name  string            `json:"name"`
		Items map[string][]item `json:"items"`
		Audit []struct{}        `json:"audit"`
	}
	item struct {
		object
		State    string    `json:"state,omitempty"` // hides the object's
		Active   bool      `json:"active"`
		Revision int       `json:"revision"`
		Version  string    `json:"version,omitempty"`
		Live     int       `json:"live,omitempty"`
		Draft    int       `json:"draft,omitempty"`
		Versions []version `json:"versions,omitempty"`
	}
	version struct {
		Number  int       `json:"number"`
		By      string    `json:"by"`
		At      time.Time `json:"at"`
		Trigger string    `json:"trigger"`
		Cron    string    `json:"cron,omitempty"`
		Nodes   []node    `json:"nodes"`
	}
	node struct {
		Name      string `json:"name"`
		App       string `json:"app"`
		Operation string `json:"operation"`
		Connector string `json:"connector"`
	}
)

// Sandbox is the tenant as the file of a sandbox (tenant/sandbox), for a
// registry whose platform is "sandbox".
func (l Live) Sandbox() ([]byte, error) {
	s := sandbox{ID: "native-" + l.Tenant, Name: l.Tenant, Items: map[string][]item{}, Audit: []struct{}{}}
	for _, t := range l.things {
		if t.kind == "approvalBot" {
			continue
		}
		it := item{object: t.object(), Active: true, Revision: 1}
		if t.kind == "workflow" {
			it.Live, it.Draft = 1, 1
			v := version{Number: 1, By: "dana@example.com", At: it.Created, Trigger: t.trigger, Cron: t.cron}
			for n, s := range it.Steps {
				v.Nodes = append(v.Nodes, node{s.Via, s.App, s.Operation, it.Uses[n].ID})
			}
			it.Versions = []version{v}
			it.Steps, it.Uses, it.Triggers = nil, nil, nil
		}
		s.Items[t.kind] = append(s.Items[t.kind], it)
	}
	return json.Marshal(s)
}
