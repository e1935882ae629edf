package n8n

import (
	"cmp"
	"strings"

	"github.com/rollcall-dev/rollcall/tenant"
)

// unknown stands in an operation for what n8n works out when it runs.
const unknown = "{?}"

// runs are the nodes of n8n that have no operation to tell and act: they run
// code, a program, a query, or the tool of another server, or send something.
var runs = map[string]bool{
	"n8n-nodes-base.aiTransform": true, "n8n-nodes-base.amqp": true, "n8n-nodes-base.code": true,
	"n8n-nodes-base.emailSend": true, "n8n-nodes-base.executeCommand": true, "n8n-nodes-base.filemaker": true,
	"n8n-nodes-base.function": true, "n8n-nodes-base.functionItem": true, "n8n-nodes-base.kafka": true,
	"n8n-nodes-base.mailgun": true, "n8n-nodes-base.mqtt": true, "n8n-nodes-base.uproc": true,
	"@n8n/n8n-nodes-langchain.code": true, "@n8n/n8n-nodes-langchain.toolCode": true,
	"@n8n/n8n-nodes-langchain.mcpClient": true, "@n8n/n8n-nodes-langchain.mcpClientTool": true,
	"@n8n/n8n-nodes-langchain.mcpRegistryClientTool": true,
	"n8n-nodes-base.graphql":                         true, "n8n-nodes-base.facebookGraphApi": true,
	"n8n-nodes-base.readBinaryFile": true, "n8n-nodes-base.readBinaryFiles": true, "n8n-nodes-base.writeBinaryFile": true,
}

// here are the nodes that sign in nowhere and act all the same, on the files
// of the machine or the tables of n8n itself.
var here = map[string]bool{"n8n-nodes-base.readWriteFile": true, "n8n-nodes-base.dataTable": true}

// stepOf is what a node does in an application; ok is false for a node that
// works within the workflow alone. known is false where a part of it is worked
// out by n8n when it runs, or stands in a description that is not known here.
func stepOf(n *node) (s tenant.Step, ok, known bool) {
	s = tenant.Step{App: appOf(n.base()), Via: n.Name}
	switch n.kind() {
	case "n8n-nodes-base.httpRequest", "@n8n/n8n-nodes-langchain.toolHttpRequest":
		return httpStep(n)
	}
	if runs[n.kind()] {
		s.Operation = "run"
		return s, true, true
	}
	d, version := describe(n)
	if d == nil {
		return strangeStep(n)
	}
	if !d.signsIn && !here[n.kind()] || d.trigger || len(d.operation) == 0 && d.resource == "" {
		return tenant.Step{}, false, true
	}
	s.Operation, known = operationOf(n, d)
	if !version && !(n.Params.Resource.Set && n.Params.Operation.Set) {
		known = false // the defaults are those of another version
	}
	return s, true, known
}

// operationOf is "resource:operation", or the operation alone of a node
// without resources.
func operationOf(n *node, d *description) (text string, known bool) {
	resource, operation := n.Params.Resource, n.Params.Operation
	known = !resource.Dynamic && !operation.Dynamic
	r := resource.or(d.resource)
	if resource.Dynamic || r == "?" {
		r, known = unknown, false
	}
	o := operation.Text
	if operation.Dynamic {
		o = unknown
	}
	if o == "" {
		o = cmp.Or(d.operation[r], d.operation["*"], "?")
	}
	if o == "?" {
		o, known = unknown, false
	}
	if r == "" {
		return o, known
	}
	return r + ":" + o, known
}

// strangeStep is a step of a node that does not come with this n8n: what it
// says of itself, and no more.
func strangeStep(n *node) (s tenant.Step, ok, known bool) {
	p := n.Params
	if strings.HasSuffix(n.Type, "Trigger") || !p.Resource.Set && !p.Operation.Set && len(n.Credentials) == 0 {
		return tenant.Step{}, false, true
	}
	text, known := operationOf(n, &description{})
	return tenant.Step{App: appOf(n.base()), Operation: text, Via: n.Name}, true, known
}

// httpStep is a step of an HTTP node. The application is that of the
// credential, where it borrows one that is good for one application only.
func httpStep(n *node) (s tenant.Step, ok, known bool) {
	s = tenant.Step{App: "http", Via: n.Name}
	if app, certain := appOfCredential(n.Params.Credential.Text); certain {
		s.App = app
	}
	method, known := strings.ToUpper(n.Params.Method.or("GET")), true
	if n.Params.Method.Dynamic {
		method, known = unknown, false
	}
	host, path, certain := addressOf(n.Params.URL)
	s.Host = host
	s.Operation = method + " " + cmp.Or(host+path, unknown)
	return s, true, known && certain
}
