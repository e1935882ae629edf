package n8n

import (
	"cmp"
	"strings"

	"github.com/rollcall-dev/rollcall/tenant"
)

// usesOf are the credentials that a node uses and the workflow that it calls.
// known is false where n8n works it out when it runs, and where the node names
// a credential that has no id.
func usesOf(n *node) (all []tenant.Ref, known bool) {
	all, known = n.Credentials, !n.Dangling
	if !calls(n) {
		return all, known
	}
	id := n.Params.Workflow
	if n.Params.Source.or("database") != "database" || n.Params.Source.Dynamic || id.Dynamic || id.Text == "" {
		return all, false
	}
	return append(all, tenant.Ref{Kind: workflow, ID: id.Text, Via: n.Name}), known
}

// calls tells whether a node runs another workflow.
func calls(n *node) bool {
	switch n.kind() {
	case "n8n-nodes-base.executeWorkflow", "@n8n/n8n-nodes-langchain.toolWorkflow", "@n8n/n8n-nodes-langchain.retrieverWorkflow":
		return true
	}
	return false
}

func compareRefs(a, b tenant.Ref) int {
	return cmp.Or(strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.ID, b.ID), strings.Compare(a.Via, b.Via))
}
