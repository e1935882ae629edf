package n8n

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/rollcall-dev/rollcall/tenant"
)

// A node is what is kept of a node of a workflow. It is decoded by allow-list,
// and by the exact name of each field, as n8n itself reads it: anything else
// in a node may be a secret that somebody typed there.
type node struct {
	ID, Name, Type, Version string
	WebhookID               string
	Disabled                bool
	Credentials             []tenant.Ref
	Dangling                bool // it names a credential without an id
	Params                  params
}

// params are the parameters that say when a node runs and what it does.
type params struct {
	Resource, Operation value
	Method, URL         value
	Path, Auth          value
	Resume, Source      value
	Workflow            value
	Credential          value // type of the credential that an HTTP node borrows
	Public, InChat      value
	Rule                json.RawMessage // of a schedule
	Times               json.RawMessage // of a schedule of the old kind
	Options             options
}

// options are the options of a node that say where it is reached.
type options struct{ Path, Suffix value }

// A value is a parameter that may be text, an expression that n8n works out
// when it runs, or something else.
type value struct {
	Text    string
	Set     bool // it is there
	Dynamic bool // it is an expression: what it will be is not known
}

func (v value) or(otherwise string) string {
	if v.Text == "" && !v.Dynamic {
		return otherwise
	}
	return v.Text
}

// maybe tells whether a switch is on, or may be.
func (v value) maybe() bool { return v.Dynamic || v.Text == "true" }

func (v *value) UnmarshalJSON(data []byte) error {
	*v = value{Set: string(data) != "null"}
	switch data[0] {
	case '"':
		if err := json.Unmarshal(data, &v.Text); err != nil {
			return err
		}
		if text, ok := strings.CutPrefix(v.Text, "="); ok {
			v.Text, v.Dynamic = text, strings.Contains(text, "{{")
		}
	case '{': // a resource locator keeps its value inside
		inner, err := exact(data)
		if err != nil || inner["value"] == nil {
			return err
		}
		return v.UnmarshalJSON(inner["value"])
	case '[', 'n':
	default:
		v.Text = string(data)
	}
	return nil
}

// exact takes an object apart without folding the case of its names, which
// encoding/json does for a struct: n8n does not, and "Operation" beside
// "operation" would hide what runs.
func exact(data []byte) (map[string]json.RawMessage, error) {
	if len(data) == 0 || data[0] != '{' {
		return nil, nil
	}
	var m map[string]json.RawMessage
	err := json.Unmarshal(data, &m)
	return m, err
}

// into decodes the named fields that are there. What has another shape than
// n8n gives it stays zero; a workflow that somebody wrote by hand must not
// make the tenant unreadable.
func into(m map[string]json.RawMessage, fields map[string]any) {
	for name, target := range fields {
		if raw := m[name]; raw != nil {
			_ = json.Unmarshal(raw, target)
		}
	}
}

func (n *node) UnmarshalJSON(data []byte) error {
	m, err := exact(data)
	if err != nil {
		return err
	}
	*n = node{}
	var version value
	into(m, map[string]any{
		"id": &n.ID, "name": &n.Name, "type": &n.Type, "typeVersion": &version,
		"webhookId": &n.WebhookID, "disabled": &n.Disabled,
	})
	n.Version = version.or("1")
	n.credentials(m["credentials"])
	return n.params(m["parameters"])
}

func (n *node) credentials(data []byte) {
	types, _ := exact(data)
	for _, raw := range types {
		one, _ := exact(raw)
		var id, name value
		into(one, map[string]any{"id": &id, "name": &name})
		if id.Text == "" || id.Dynamic {
			n.Dangling = true
			continue
		}
		n.Credentials = append(n.Credentials, tenant.Ref{Kind: connector, ID: id.Text, Name: name.Text, Via: n.Name})
	}
	slices.SortFunc(n.Credentials, compareRefs)
}

func (n *node) params(data []byte) error {
	m, err := exact(data)
	if err != nil {
		return err
	}
	p := &n.Params
	var old, incoming value
	into(m, map[string]any{
		"resource": &p.Resource, "operation": &p.Operation,
		"method": &p.Method, "requestMethod": &old, "url": &p.URL,
		"path": &p.Path, "authentication": &p.Auth, "incomingAuthentication": &incoming,
		"resume": &p.Resume, "source": &p.Source, "workflowId": &p.Workflow,
		"nodeCredentialType": &p.Credential, "public": &p.Public, "availableInChat": &p.InChat,
	})
	if !p.Method.Set {
		p.Method = old
	}
	if n.kind() == waitNode {
		p.Auth = incoming
	}
	if n.base() == "scheduleTrigger" {
		p.Rule = m["rule"]
	}
	if n.base() == "cron" {
		p.Times = m["triggerTimes"]
	}
	o, _ := exact(m["options"])
	into(o, map[string]any{"path": &p.Options.Path, "webhookSuffix": &p.Options.Suffix})
	return nil
}

// kind is the node's type. n8n makes a tool for an agent of an ordinary node
// by putting "Tool" behind its type; it does the same.
func (n *node) kind() string {
	if bare, ok := strings.CutSuffix(n.Type, "Tool"); ok && descriptions()[n.Type] == nil && descriptions()[bare] != nil {
		return bare
	}
	return n.Type
}

// base is the kind without the package that it comes from.
func (n *node) base() string { return bare(n.kind()) }

// bare takes the package off a node type: "n8n-nodes-base.okta" is "okta".
func bare(kind string) string {
	return kind[strings.LastIndexByte(kind, '.')+1:]
}
