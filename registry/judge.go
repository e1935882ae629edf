package registry

import (
	"fmt"
	"slices"
	"strconv"
)

// judge says what is wrong with an entry by the schema, and takes the values
// out that are: a rule that reads the entry finds nothing where something
// wrong stood, and does not complain a second time.
func (c *checker) judge(e *entry) []Problem {
	def, problems := e.definition()
	e.shape = shapes()[def]
	if e.section.many {
		name := "#Name"
		switch e.section.name {
		case "identities":
			name = "#ID"
		case "rules":
			name = "#RuleID"
		}
		if len(c.check(name, &node{kind: textNode, text: e.id})) > 0 {
			problems = append(problems, e.problem(ruleSchema, nil,
				fmt.Sprintf("%s %q is not %s", e.section.noun, clip(e.id), shapes()[name].want)))
		}
	}
	if def == "" {
		return problems
	}
	for _, f := range c.faults(def, e) {
		if n, depth := e.node.nearest(f.path); n.kind == badNode && depth > 0 || slices.ContainsFunc(problems, func(p Problem) bool { return p.Field != "" && p.Field == joinPath(f.path) }) {
			continue // complained of already
		}
		p := e.problem(ruleSchema, f.path, explain(e.noun(), e.shape, e.node, f.path, f.trace))
		p.Edit = e.dayEdit(f.path)
		if e.shape.at(f.path) == nil && holdsSecret(f.path[len(f.path)-1]) {
			p.Secret, p.Value = true, ""
		}
		problems = append(problems, p)
	}
	for _, p := range problems {
		if n := e.node.at(splitPath(p.Field)); n != nil && p.Field != "" {
			*n = node{start: n.start, end: n.end}
		}
	}
	return problems
}

// faults are the places at which CUE refuses an entry. Of a struct with a wrong
// value CUE tells neither the unknown fields nor the missing ones, so once it
// has refused an entry they are added from the schema's text.
func (c *checker) faults(def string, e *entry) []fault {
	refused := c.check(def, e.node)
	if len(refused) == 0 {
		return nil
	}
	var faults []fault
	for _, f := range refused {
		f.path = e.shape.known(f.path)
		if !slices.ContainsFunc(faults, func(g fault) bool { return slices.Equal(f.path, g.path) }) {
			faults = append(faults, f)
		}
	}
	for _, path := range oddFields(e.shape, e.node, nil) {
		if !slices.ContainsFunc(faults, func(f fault) bool { return slices.Equal(f.path, path) }) {
			faults = append(faults, fault{path: path})
		}
	}
	return slices.DeleteFunc(deepest(faults), func(f fault) bool { return e.misspelt(f.path, faults) })
}

// misspelt tells whether a field is missing only because its name is written
// wrong, which is a fault of its own, or because it may be in what was refused.
func (e *entry) misspelt(path []string, faults []fault) bool {
	last := len(path) - 1
	if last < 0 || e.node.at(path) != nil {
		return false
	}
	if around := e.node.at(path[:last]); around != nil && around.lacking {
		return true
	}
	parent := e.shape.at(path[:last])
	return parent != nil && slices.ContainsFunc(faults, func(f fault) bool {
		return len(f.path) == len(path) && slices.Equal(f.path[:last], path[:last]) && e.node.at(f.path) != nil &&
			e.shape.at(f.path) == nil && closest(f.path[last], parent.names) == path[last]
	})
}

// oddFields are the paths of fields that the shape does not have, and of those
// that it requires and the node does not have.
func oddFields(s *shape, n *node, at []string) [][]string {
	var odd [][]string
	below := func(name string) []string { return append(slices.Clone(at), name) }
	switch {
	case s == nil || n.kind != s.kind:
		return nil
	case n.kind == listNode:
		for i, item := range n.items {
			odd = append(odd, oddFields(s.of, item, below(strconv.Itoa(i)))...)
		}
	case n.kind == structNode:
		for _, f := range n.fields {
			inner := s.at([]string{f.name})
			if inner == nil {
				odd = append(odd, below(f.name))
			}
			odd = append(odd, oddFields(inner, f.value, below(f.name))...)
		}
		for _, name := range s.names {
			if s.fields[name].required && n.get(name) == nil {
				odd = append(odd, below(name))
			}
		}
	}
	return odd
}

// definition is the one that judges the entry, or "" where it cannot be told,
// and what is wrong with how it says so.
func (e *entry) definition() (string, []Problem) {
	if e.section.name != "identities" {
		if e.node.prefix != "" && e.node.prefix != e.section.def {
			return e.section.def, []Problem{e.prefixProblem(fmt.Sprintf("%s stands before %s; write %s", clip(e.node.prefix), e.noun(), e.section.def))}
		}
		return e.section.def, nil
	}
	var problems []Problem
	before, known := kindOf[e.node.prefix]
	if e.node.prefix != "" && e.node.prefix != "#Identity" && !known {
		problems = append(problems, e.prefixProblem(fmt.Sprintf("%s is no kind of identity%s", clip(e.node.prefix), meant(e.node.prefix, kindDefs(), "; write one of "+either(kindDefs())))))
	}
	kind := e.node.get("kind")
	switch {
	case kind == nil && known:
		return kindDef[before], problems
	case kind == nil && e.node.lacking:
		return "", problems
	case kind == nil:
		identity := shapes()["#Identity"]
		return "", append(problems, e.problem(ruleSchema, []string{"kind"}, explain(e.noun(), identity, e.node, []string{"kind"}, "")))
	case kindDef[Kind(kind.text)] == "":
		if kind.kind != badNode {
			problems = append(problems, e.problem(ruleSchema, []string{"kind"}, explain(e.noun(), shapes()["#Identity"], e.node, []string{"kind"}, "")))
		}
		if known {
			return kindDef[before], problems
		}
		return kindDef[Kind(closest(kind.text, shapes()["#Identity"].fields["kind"].shape.choices))], problems
	case known && before != Kind(kind.text):
		problems = append(problems, e.prefixProblem(fmt.Sprintf("%s stands before an entry of kind %q; write %s or kind: %q", e.node.prefix, kind.text, kindDef[Kind(kind.text)], before)))
	}
	return kindDef[Kind(kind.text)], problems
}

func (e *entry) prefixProblem(message string) Problem {
	p := e.problem(ruleSchema, nil, message)
	p.Pos = place(e.file, e.text, e.node.prefixAt)
	return p
}

func kindDefs() []string {
	return []string{"#Connector", "#Token", "#Workflow", "#Webhook", "#ServiceAccount", "#ApprovalBot"}
}
