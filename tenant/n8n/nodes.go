package n8n

import (
	_ "embed"
	"strings"
	"sync"
)

// n8n does not save a parameter that has its default, so what a node does can
// be told only with n8n's own description of it. nodes.txt is that, one line
// for the versions of a type that agree:
//
//	n8n-nodes-base.okta 1 c resource=user user:getAll
//
// The letters: c signs in with a credential, t starts a workflow, p by
// looking again and again. RESOURCE:OPERATION is the default operation of a
// resource, "*" stands for a node without resources, "?" for what cannot be
// told without more.
//
// The generator is internal/n8nnodes; without an installed n8n it says so and
// writes nothing.
//
//go:generate go test -v -run TestWhatIsGeneratedIsInStepWithTheInstalledN8n . -update

//go:embed nodes.txt
var nodesText string

// credentials.txt names the one node that takes a credential type, where
// there is only one.
//
//go:embed credentials.txt
var credentialsText string

// A description is what n8n says of a version of a node type.
type description struct {
	signsIn, trigger, polls bool
	resource                string            // the default; "" for a node without resources
	operation               map[string]string // the default of a resource, "*" for one without
}

// descriptions are by type and version: "n8n-nodes-base.okta 1".
var descriptions = sync.OnceValue(func() map[string]*description {
	all := map[string]*description{}
	for line := range lines(nodesText) {
		f := strings.Fields(line)
		d := &description{operation: map[string]string{}}
		d.signsIn, d.trigger, d.polls = strings.Contains(f[2], "c"), strings.Contains(f[2], "t"), strings.Contains(f[2], "p")
		for _, one := range f[3:] {
			if r, ok := strings.CutPrefix(one, "resource="); ok {
				d.resource = r
			} else if r, op, ok := strings.Cut(one, ":"); ok {
				d.operation[r] = op
			}
		}
		for v := range strings.SplitSeq(f[1], ",") {
			all[f[0]+" "+v] = d
		}
		all[f[0]] = d
	}
	return all
})

// soleNode is the node type, without its package, that alone takes a
// credential type.
var soleNode = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	for line := range lines(credentialsText) {
		credential, node, _ := strings.Cut(line, " ")
		all[credential] = node
	}
	return all
})

func lines(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for line := range strings.SplitSeq(text, "\n") {
			if line != "" && line[0] != '#' && !yield(line) {
				return
			}
		}
	}
}

// describe finds the description of a node. exact is false where this version
// of the type is not known, and d nil where the type is not: the node of a
// community package, or of a later n8n.
func describe(n *node) (d *description, exact bool) {
	if d, ok := descriptions()[n.kind()+" "+n.Version]; ok {
		return d, true
	}
	return descriptions()[n.kind()], false
}
