package registry

import (
	"fmt"
	"path"
	"strings"
)

// An entry is one thing that a file declares.
type entry struct {
	section section
	id      string // "" for the organisation and the policy
	file    string
	text    []byte
	node    *node
	shape   *shape
	root    *node // the file, in which places are looked for
	at      []string
	placed  bool // stands where its id says
	value   any  // what it decodes to, once it is settled
	first   Pos

	constraints *constraints // of a rule, where its file may have some
}

// settle decodes the entry and lets go of its text.
func (e *entry) settle() {
	e.first = e.pos(nil)
	switch e.section.name {
	case "identities":
		e.value = decodeIdentity(e.id, e.node)
	case "tenants":
		e.value = decodeTenant(e.id, e.node)
	case "organisation":
		e.value = decodeOrganisation(e.node)
	case "policy":
		e.value = decodePolicy(e.node)
	case "exceptions":
		e.value = decodeException(e.id, e.node)
	case "access":
		e.value = decodeAccess(e.id, e.node)
	case "catalogue":
		e.value = decodeApplication(e.id, e.node)
	case "rules":
		e.value = decodeRule(e.id, e.node, e.constraints)
	}
	e.text, e.node, e.root, e.shape = nil, nil, nil, nil
}

// noun names the entry for people.
func (e *entry) noun() string {
	noun := e.section.noun
	if kind := e.kind(); e.section.name == "identities" && kindDef[kind] != "" {
		noun = kind.Noun()
	}
	return e.section.named(noun, e.id)
}

func (s section) named(noun, id string) string {
	if !s.many {
		return noun
	}
	return fmt.Sprintf("%s %q", noun, clip(id))
}

func (e *entry) kind() Kind {
	if k := e.node.get("kind"); k != nil {
		return Kind(k.text)
	}
	return kindOf[e.node.prefix]
}

// problem is a mistake at a path of the entry; where nothing stands at the
// path, at what is nearest to it.
func (e *entry) problem(rule string, field []string, message string) Problem {
	p := Problem{Rule: rule, Pos: e.pos(field), Field: joinPath(field), Message: message}
	if e.section.name == "identities" {
		p.Identity = e.id
	}
	if n := e.node.at(field); n != nil && n.kind != structNode && n.kind != listNode {
		p.Value = n.text
	}
	return p
}

func (e *entry) pos(field []string) Pos {
	full := append(append([]string(nil), e.at...), field...)
	for n := len(full); n >= len(e.at); n-- {
		if offset, ok := e.root.label(full[:n]); ok && n > 0 {
			return place(e.file, e.text, offset)
		}
	}
	return place(e.file, e.text, 0)
}

// misplaced says where an entry belongs that stands elsewhere; alone in its
// file, it may as well take the id that belongs there.
func (e *entry) misplaced(alone bool) (Problem, bool) {
	want := e.section.place(e.id)
	e.placed = want == strings.TrimSuffix(e.file, path.Ext(e.file))
	if e.placed {
		return Problem{}, false
	}
	message := fmt.Sprintf("%s belongs in another file; move it to %s%s", e.noun(), want, path.Ext(e.file))
	if id := e.idHere(); id != "" && alone {
		message += fmt.Sprintf(", or change its id to %q", clip(id))
	}
	return e.problem(ruleMisplaced, nil, message), true
}

// idHere is the id of an entry of the same section that belongs in the file.
func (e *entry) idHere() string {
	if home, id, ok := homeOf(e.file); ok && home.name == e.section.name {
		return id
	}
	return ""
}

// entriesOf takes a file apart.
func entriesOf(r *reader, root *node) []*entry {
	var all []*entry
	for _, f := range root.fields {
		s, ok := sectionOf(f.name)
		r.at = []string{f.name}
		switch {
		case !ok:
			names := make([]string, len(sections))
			for i, s := range sections {
				names[i] = s.name
			}
			r.complain(ruleSchema, f.start, "a registry file has field %q, which does not exist%s", clip(f.name), meant(f.name, names, "; remove it"))
		case f.value.kind == badNode:
		case f.value.kind != structNode:
			r.complain(ruleSchema, f.start, "%s is %s; want a struct", f.name, f.value.kind)
		case !s.many:
			all = append(all, &entry{section: s, file: r.file, text: r.text, node: f.value, root: root, at: []string{f.name}})
		default:
			all = append(all, r.each(s, f.value, root)...)
		}
	}
	r.at = nil
	return all
}

func (r *reader) each(s section, m, root *node) []*entry {
	var all []*entry
	for _, f := range m.fields {
		r.at = []string{s.name, f.name}
		switch f.value.kind {
		case badNode:
		case structNode:
			all = append(all, &entry{section: s, id: f.name, file: r.file, text: r.text, node: f.value, root: root, at: r.at})
		default:
			r.complain(ruleSchema, f.start, "%s %q is %s; want a struct", s.noun, clip(f.name), f.value.kind)
		}
	}
	return all
}
