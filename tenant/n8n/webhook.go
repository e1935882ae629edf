package n8n

import (
	"cmp"
	"slices"
	"strings"

	"github.com/rollcall-dev/rollcall/tenant"
)

const waitNode = "n8n-nodes-base.wait"

// auths are n8n's words for how a caller proves who it is, and the registry's.
// A word that the registry does not have is told as it is, and as unknown: it
// is something, but nothing that could be compared.
var auths = map[string]string{
	"none": "none", "basicAuth": "basic", "headerAuth": "header", "bearerAuth": "header", "jwtAuth": "jwt",
}

// webhooks are the addresses that the workflow o opens to callers.
func (w *wireWorkflow) webhooks(o tenant.Object) []tenant.Object {
	nodes, _ := w.live()
	all := webhooksOf(o, nodes)
	if o.Draft == nil {
		return all
	}
	drafts := webhooksOf(*o.Draft, w.Nodes)
	for i := range all {
		j := slices.IndexFunc(drafts, func(d tenant.Object) bool { return d.ID == all[i].ID })
		if j >= 0 {
			all[i].Draft = &drafts[j]
			continue
		}
		gone := all[i]
		gone.State, gone.Version = tenant.Disabled, o.Draft.Version
		all[i].Draft = &gone
	}
	return all
}

func webhooksOf(o tenant.Object, nodes []node) []tenant.Object {
	var all []tenant.Object
	seen := map[string]bool{}
	for i := range nodes {
		n := &nodes[i]
		path, open := pathOf(n)
		if !open || n.Disabled {
			continue
		}
		h := tenant.Object{
			Kind: webhook, ID: webhookID(o.ID, n, seen), Name: cmp.Or(path.Text, n.Name), State: o.State,
			Path: path.Text, Workflow: o.ID, Version: o.Version, Editor: o.Editor,
			Created: o.Created, Updated: o.Updated,
		}
		auth, known := authOf(n.Params.Auth)
		h.Auth = auth
		if !known {
			h.Unknown = append(h.Unknown, tenant.FieldAuth)
		}
		if path.Dynamic {
			h.Unknown = append(h.Unknown, tenant.FieldPath)
		}
		all = append(all, h)
	}
	return all
}

// webhookID names a webhook by its workflow and n8n's id of the webhook, which
// outlives a new version; n8n does not keep those unique among workflows.
func webhookID(workflow string, n *node, seen map[string]bool) string {
	id := workflow + "/" + cmp.Or(n.WebhookID, n.ID, n.Name)
	if seen[id] {
		id += "/" + cmp.Or(n.ID, n.Name)
	}
	seen[id] = true
	return id
}

// pathOf is where a node is reached from outside, and open false for a node
// that is not.
func pathOf(n *node) (path value, open bool) {
	p := n.Params
	switch n.Type {
	case "n8n-nodes-base.webhook":
		return pathOr(n, p.Path), true
	case "n8n-nodes-base.formTrigger":
		if n.Version == "1" {
			path = p.Path
			path.Text += "/n8n-form"
			return path, true
		}
		if p.Path.Text != "" {
			return p.Path, true
		}
		return pathOr(n, p.Options.Path), true
	case "@n8n/n8n-nodes-langchain.mcpTrigger":
		path = pathOr(n, p.Path)
		if strings.HasPrefix(n.Version, "1") {
			path.Text += "/sse"
		}
		return path, true
	case "@n8n/n8n-nodes-langchain.chatTrigger":
		return value{Text: n.WebhookID + "/chat"}, p.Public.maybe()
	case waitNode:
		path = p.Options.Suffix
		path.Text = strings.TrimSuffix("webhook-waiting/"+unknown+"/"+path.Text, "/")
		return path, p.Resume.Dynamic || p.Resume.Text == "webhook" || p.Resume.Text == "form"
	}
	return value{}, false
}

// pathOr is a path, or what n8n makes of an empty one.
func pathOr(n *node, path value) value {
	if path.Text == "" && !path.Dynamic {
		path.Text = n.WebhookID
	}
	return path
}

// authOf is the registry's word for how a node's callers prove who they are.
func authOf(auth value) (word string, known bool) {
	word, known = auths[auth.or("none")]
	if auth.Dynamic {
		return unknown, false
	}
	if !known {
		return auth.Text, false
	}
	return word, true
}
