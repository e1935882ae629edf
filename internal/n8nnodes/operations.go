package n8nnodes

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// An operation is one that a node offers, in n8n's words.
type operation struct {
	node             string // its type without the package
	resource         string // "" for a node without resources
	name             string
	action, describe string
}

// key is the operation as a step of a workflow is written.
func (o operation) key() string {
	if o.resource == "" {
		return o.name
	}
	return o.resource + ":" + o.name
}

// operations are those of every version of a node. An operation that is offered
// for every resource counts once for each.
func (n node) operations() []operation {
	var resources []string
	for _, p := range n.Properties {
		if p.Name == "resource" {
			for _, o := range p.choices() {
				resources = append(resources, fmt.Sprint(o.Value))
			}
		}
	}
	var all []operation
	for _, p := range n.Properties {
		if p.Name != "operation" {
			continue
		}
		of := p.resources()
		if of[0] == "*" {
			of = resources
		}
		for _, o := range p.choices() {
			one := operation{node: n.Name, name: fmt.Sprint(o.Value), action: o.Action, describe: o.Description}
			if one.name == "" {
				continue // none is chosen yet
			}
			if len(of) == 0 {
				all = append(all, one)
			}
			for _, one.resource = range of {
				all = append(all, one)
			}
		}
	}
	return all
}

// choices are the values that a property can have. A hidden one has its default.
func (p property) choices() []option {
	if p.Type == "hidden" && p.Default != nil {
		return []option{{Value: p.Default}}
	}
	if p.Type != "options" {
		return nil
	}
	return p.Options
}

// Acts says how the driver tells the steps of nodes.
type Acts struct {
	App  func(base string) string // the catalogue's name of the application of a node type without its package
	Run  func(kind string) bool   // tells whether a node's step is told as "run"
	Here func(kind string) bool   // tells whether a node acts though it signs in nowhere
}

// Operations are the nodes, the application that each acts in, the credential
// types that it takes, and its operations by what they do, as the catalogue's
// n8n-nodes.txt has them.
func (p *Package) Operations(acts Acts) string {
	nodes := slices.Clone(p.nodes)
	slices.SortFunc(nodes, func(a, b node) int { return strings.Compare(a.kind(), b.kind()) })
	var lines []string
	for i := 0; i < len(nodes); {
		same := i
		for same < len(nodes) && nodes[same].kind() == nodes[i].kind() {
			same++
		}
		lines = append(lines, describeNode(nodes[i:same], acts)...)
		i = same
	}
	return p.file(append([]string{
		"# A node type, the application that it acts in (- where it acts in none), the credential",
		"# types that it takes; then its operations by what they do. The rules: classify.go.",
	}, lines...))
}

// describeNode is the lines of one node type; n8n describes each of its
// versions that differ much by itself.
func describeNode(versions []node, acts Acts) []string {
	var credentials []string
	by := map[Class]map[string]bool{}
	put := func(c Class, key string) {
		if by[c] == nil {
			by[c] = map[string]bool{}
		}
		by[c][key] = true
	}
	kind := versions[0].kind()
	classes := map[string]Class{}
	for _, n := range versions {
		credentials = append(credentials, n.credentials()...)
		for _, o := range n.operations() {
			class := classify(o)
			if was, ok := classes[o.key()]; ok {
				class = worse(was, class)
			}
			classes[o.key()] = class
		}
	}
	slices.Sort(credentials)
	credentials = slices.Compact(credentials)
	if acts.Run(kind) {
		classes["run"] = classify(operation{node: versions[0].Name, name: "run"})
	}
	head := kind + " " + acts.App(versions[0].Name)
	switch {
	case versions[0].trigger():
		head, classes = kind+" -", nil // it starts a workflow, and does nothing
	case len(credentials) == 0 && !acts.Run(kind) && !acts.Here(kind):
		head = kind + " -"
		for key := range classes {
			classes[key] = Local
		}
	}
	for key, class := range classes {
		put(class, key)
	}
	lines := []string{strings.TrimSpace(head + " " + strings.Join(credentials, ","))}
	for _, c := range order {
		if len(by[c]) > 0 {
			lines = append(lines, "\t"+string(c)+" "+grouped(by[c]))
		}
	}
	return lines
}

// grouped writes operations with those of one resource together: "user:get,update".
func grouped(keys map[string]bool) string {
	of := map[string][]string{}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		resource, name, ok := strings.Cut(key, ":")
		if !ok {
			resource, name = "", key
		}
		of[resource] = append(of[resource], name)
	}
	var out []string
	for _, resource := range slices.Sorted(maps.Keys(of)) {
		text := strings.Join(of[resource], ",")
		if resource != "" {
			text = resource + ":" + text
		}
		out = append(out, text)
	}
	return strings.Join(out, " ")
}
