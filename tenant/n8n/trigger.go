package n8n

import (
	"strings"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// The kinds of object that an n8n has.
const (
	workflow  = registry.Workflow
	webhook   = registry.Webhook
	connector = registry.Connector
	token     = registry.Token
	account   = registry.ServiceAccount
)

// starts are the node types of n8n itself that start a workflow, and the
// registry's word for how.
var starts = map[string]string{
	"n8n-nodes-base.scheduleTrigger":             "schedule",
	"n8n-nodes-base.cron":                        "schedule",
	"n8n-nodes-base.interval":                    "schedule",
	"n8n-nodes-base.webhook":                     "webhook",
	"n8n-nodes-base.formTrigger":                 "form",
	"n8n-nodes-base.manualTrigger":               "manual",
	"n8n-nodes-base.start":                       "manual",
	"n8n-nodes-base.evaluationTrigger":           "manual",
	"n8n-nodes-base.errorTrigger":                "error",
	"n8n-nodes-base.executeWorkflowTrigger":      "workflow",
	"@n8n/n8n-nodes-langchain.chatTrigger":       "chat",
	"@n8n/n8n-nodes-langchain.manualChatTrigger": "manual",
	"@n8n/n8n-nodes-langchain.mcpTrigger":        "webhook",
}

// triggersOf are what starts a workflow with a node. known is false where the
// node says when by an expression.
func triggersOf(n *node) (all []tenant.Trigger, known bool) {
	kind, ok := starts[n.Type]
	if !ok {
		kind = otherTrigger(n)
	}
	switch kind {
	case "":
		return nil, true
	case "schedule":
		crons, known := schedules(n)
		for _, c := range crons {
			all = append(all, tenant.Trigger{Type: kind, Cron: c})
		}
		return all, known
	}
	return []tenant.Trigger{{Type: kind}}, true
}

// otherTrigger is how a node that belongs to an application starts a workflow,
// and "" for a node that starts nothing. Of a node that n8n does not ship, the
// name alone tells; n8n itself asks its authors for this ending.
func otherTrigger(n *node) string {
	d, _ := describe(n)
	switch {
	case d == nil && strings.HasSuffix(n.Type, "Trigger"):
		return "event"
	case d == nil || !d.trigger:
		return ""
	case d.polls:
		return "poll"
	}
	return "event"
}
