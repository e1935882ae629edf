package n8n

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/rollcall-dev/rollcall/tenant"
)

// A wireWorkflow is what is kept of a workflow as n8n answers it.
type wireWorkflow struct {
	ID              string       `json:"id"`
	Name            string       `json:"name"`
	Active          *bool        `json:"active"`
	IsArchived      bool         `json:"isArchived"`
	VersionID       string       `json:"versionId"`
	ActiveVersionID versionID    `json:"activeVersionId"`
	CreatedAt       time.Time    `json:"createdAt"`
	UpdatedAt       time.Time    `json:"updatedAt"`
	Nodes           []node       `json:"nodes"`
	ActiveVersion   *wireVersion `json:"activeVersion"`
	Settings        struct {
		ErrorWorkflow value `json:"errorWorkflow"`
	} `json:"settings"`
	Shared []share `json:"shared"`
}

// A versionID is the id of the published version. It is told as null by an n8n
// where nothing is published, and not at all by one that does not publish.
type versionID struct {
	id   string
	told bool
}

func (v *versionID) UnmarshalJSON(data []byte) error {
	v.told = true
	return json.Unmarshal(data, &v.id)
}

// A wireVersion is a version of a workflow that was kept or published.
type wireVersion struct {
	VersionID string `json:"versionId"`
	Nodes     []node `json:"nodes"`
	Authors   string `json:"authors"`
	History   []struct {
		Event     string    `json:"event"`
		UserID    string    `json:"userId"`
		CreatedAt time.Time `json:"createdAt"`
	} `json:"workflowPublishHistory"`
}

// A share says which project has a workflow or a credential.
type share struct {
	ID        string `json:"id"` // of a credential: the project
	ProjectID string `json:"projectId"`
	Name      string `json:"name"`
	Role      string `json:"role"`
	Project   *struct {
		Name string `json:"name"`
	} `json:"project"`
}

func (s share) project() string { return cmp.Or(s.ProjectID, s.ID) }

// owner is the project that owns the thing, "" where none is named.
func owner(shares []share) string {
	i := slices.IndexFunc(shares, func(s share) bool { return strings.HasSuffix(s.Role, ":owner") })
	if i < 0 {
		return ""
	}
	return shares[i].project()
}

// live are the nodes that run, or that would run if an inactive workflow were
// activated, and their version. n8n before 2 publishes no versions: what was
// saved last is what runs, and it has no version to go back to.
func (w *wireWorkflow) live() ([]node, string) {
	switch {
	case !w.ActiveVersionID.told:
		return w.Nodes, ""
	case w.enabled() && w.ActiveVersion != nil:
		return w.ActiveVersion.Nodes, w.ActiveVersionID.id
	}
	return w.Nodes, w.VersionID
}

func (w *wireWorkflow) enabled() bool { return w.Active != nil && *w.Active && !w.IsArchived }

func (w *wireWorkflow) drafted() bool {
	return w.enabled() && w.ActiveVersion != nil && w.VersionID != w.ActiveVersionID.id
}

// check refuses what cannot be a workflow of n8n: a driver that took it for one
// with nothing in it would report a tenant without credentials and triggers.
func (w *wireWorkflow) check() error {
	switch {
	case w.ID == "":
		return garbledf("a workflow in the answer has no id")
	case w.Active == nil || w.Nodes == nil:
		return garbledf("workflow %q in the answer has no state or no nodes", w.ID)
	case *w.Active && w.ActiveVersionID.id != "" && (w.ActiveVersion == nil || w.ActiveVersion.Nodes == nil):
		return garbledf("workflow %q in the answer is active, and what runs is not in it", w.ID)
	}
	return nil
}

// objects are the workflow, then its webhooks.
func (w *wireWorkflow) objects() []tenant.Object {
	nodes, version := w.live()
	o := tenant.Object{
		Kind: workflow, ID: w.ID, Name: w.Name, State: tenant.Disabled, Version: version,
		Created: w.CreatedAt.UTC(), Updated: w.UpdatedAt.UTC(),
		Owner: owner(w.Shared),
	}
	if w.enabled() {
		o.State = tenant.Enabled
	}
	if w.ActiveVersion != nil {
		o.Editor = w.ActiveVersion.Authors
	}
	govern(&o, nodes, w.Settings.ErrorWorkflow)
	if w.drafted() {
		d := tenant.Object{Kind: workflow, ID: w.ID, Name: w.Name, State: o.State, Owner: o.Owner, Version: w.VersionID}
		govern(&d, w.Nodes, w.Settings.ErrorWorkflow)
		o.Draft = &d
	}
	return append([]tenant.Object{o}, w.webhooks(o)...)
}

// govern fills in what the nodes say.
func govern(o *tenant.Object, nodes []node, onError value) {
	known := map[tenant.Field]bool{tenant.FieldTrigger: true, tenant.FieldUses: true, tenant.FieldSteps: true}
	for i := range nodes {
		n := &nodes[i]
		if n.Disabled {
			continue
		}
		triggers, ok := triggersOf(n)
		o.Triggers = append(o.Triggers, triggers...)
		known[tenant.FieldTrigger] = known[tenant.FieldTrigger] && ok
		uses, ok := usesOf(n)
		o.Uses = append(o.Uses, uses...)
		known[tenant.FieldUses] = known[tenant.FieldUses] && ok
		if calls(n) && !ok {
			known[tenant.FieldSteps] = false // and so is what that workflow does
		}
		step, does, ok := stepOf(n)
		if does {
			o.Steps = append(o.Steps, step)
		}
		known[tenant.FieldSteps] = known[tenant.FieldSteps] && ok
	}
	if onError.Text != "" && onError.Text != "DEFAULT" {
		o.Uses = append(o.Uses, tenant.Ref{Kind: workflow, ID: onError.Text, Via: "settings: error workflow"})
	}
	slices.SortFunc(o.Triggers, compareTriggers)
	slices.SortFunc(o.Uses, compareRefs)
	slices.SortFunc(o.Steps, compareSteps)
	for _, f := range []tenant.Field{tenant.FieldUses, tenant.FieldTrigger, tenant.FieldSteps} {
		if !known[f] {
			o.Unknown = append(o.Unknown, f)
		}
	}
}

func compareTriggers(a, b tenant.Trigger) int {
	return cmp.Or(strings.Compare(a.Type, b.Type), strings.Compare(a.Cron, b.Cron))
}

func compareSteps(a, b tenant.Step) int {
	return cmp.Or(strings.Compare(a.Via, b.Via), strings.Compare(a.App, b.App), strings.Compare(a.Operation, b.Operation))
}
