package sandbox

import (
	"fmt"
	"slices"

	"github.com/rollcall-dev/rollcall/registry"
)

// A Drift is a change that somebody makes at the tenant's own console, past
// the registry.
type Drift struct {
	Name string // "activate-workflow"
	Doc  string // what it does, for people

	make func(*Tenant) error
}

// intruder is who makes the drifts.
const intruder = "mallory@example.com"

// Drifts are all the drifts that the sandbox can make, on the content of
// [Seed].
var Drifts = []Drift{
	{"activate-workflow", "Activates a workflow that nobody declared", func(t *Tenant) error {
		_, err := t.Apply(intruder, registry.Workflow, "wf-quick-export", Change{Active: new(true)})
		return err
	}},
	{"deactivate-workflow", "Stops a declared workflow", func(t *Tenant) error {
		_, err := t.Apply(intruder, registry.Workflow, "wf-invoice-export", Change{Active: new(false)})
		return err
	}},
	{"swap-credential", "Lets a workflow sign in with a stronger credential", func(t *Tenant) error {
		return t.rewrite("wf-crm-won-deals", true, func(v *Version) { v.Nodes[len(v.Nodes)-1].Connector = "cn-okta" })
	}},
	{"edit-draft", "Adds a step that makes accounts to a draft, unpublished", func(t *Tenant) error {
		return t.rewrite("wf-crm-won-deals", false, addAccountStep)
	}},
	{"publish-step", "Adds a step that makes accounts, and publishes it", func(t *Tenant) error {
		return t.rewrite("wf-crm-won-deals", true, addAccountStep)
	}},
	{"open-webhook", "Takes the authentication off a webhook", func(t *Tenant) error {
		_, err := t.Apply(intruder, registry.Webhook, "wh-new-hire", Change{Auth: new("none")})
		return err
	}},
	{"raise-role", "Makes a service account an administrator", func(t *Tenant) error {
		_, err := t.Apply(intruder, registry.ServiceAccount, "sa-backup", Change{Role: new("admin")})
		return err
	}},
	{"widen-token", "Gives a token more scopes than it was declared with", func(t *Tenant) error {
		_, err := t.Apply(intruder, registry.Token, "tk-ci-deploy",
			Change{Scopes: []string{"account:write", "workflow:execute", "workflow:read", "workflow:write"}})
		return err
	}},
	{"add-token", "Makes a token that nobody declared", addToken},
}

// Make makes the drift with a name. What is already so stays so.
func (t *Tenant) Make(name string) error {
	for _, d := range Drifts {
		if d.Name == name {
			return d.make(t)
		}
	}
	return fmt.Errorf("drift %q: %w", name, errNotFound)
}

// rewrite saves a new version of a workflow, changed from its draft, unless
// the draft is so already.
func (t *Tenant) rewrite(id string, publish bool, change func(*Version)) error {
	t.mu.RLock()
	it := t.find(registry.Workflow, id)
	if it == nil {
		t.mu.RUnlock()
		return fmt.Errorf("workflow %q: %w", id, errNotFound)
	}
	old := *it.version(it.Draft)
	t.mu.RUnlock()
	v := old
	v.Nodes = slices.Clone(old.Nodes)
	change(&v)
	c := Change{}
	if !slices.Equal(v.Nodes, old.Nodes) {
		c.Content = &v
	}
	if publish {
		c.Publish = -1
	}
	_, err := t.Apply(intruder, registry.Workflow, id, c)
	return err
}

func addAccountStep(v *Version) {
	n := Node{"Make an account", "okta", "user:create", "cn-okta"}
	if !slices.Contains(v.Nodes, n) {
		v.Nodes = append(v.Nodes, n)
	}
}

// addToken makes tk-shadow, or tk-shadow-2 where the first one was revoked.
func addToken(t *Tenant) error {
	s := t.State()
	id := "tk-shadow"
	for n := 2; ; n++ {
		i := slices.IndexFunc(s.Items[registry.Token], func(it *Item) bool { return it.ID == id })
		if i < 0 {
			break
		}
		if s.Items[registry.Token][i].Active {
			return nil
		}
		id = fmt.Sprintf("tk-shadow-%d", n)
	}
	return t.Add(intruder, registry.Token, Item{ID: id, Name: "shadow", Active: true, Owner: intruder,
		Scopes: []string{"tenant:read", "tenant:write"}, Secret: "shh-" + id + "-e5d3"})
}
