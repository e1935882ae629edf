package registry

import "strconv"

// A node is a piece of plain data and the bytes in which it stands. CUE, YAML
// and JSON files all become nodes before anything is judged.
type node struct {
	kind       nodeKind
	text       string // of a text, its value; of a number or a truth value, as written
	fields     []field
	items      []*node
	start, end int    // byte offsets; end is 0 where the language's parser does not tell
	open       int    // offset behind the opening bracket; 0 where there is none, as in a: b: 1
	prefix     string // the definition in front of an entry: "#Workflow"
	prefixAt   int
	full       bool // more fields than are allowed stand there
	lacking    bool // something in it was refused that may have been a field
}

// A field is a named node.
type field struct {
	name  string
	start int // offset of the name
	value *node
}

type nodeKind int

const (
	badNode nodeKind = iota // refused, and already complained of
	structNode
	listNode
	textNode
	numberNode
	boolNode
	nullNode
)

// String names the kind for people.
func (k nodeKind) String() string {
	return [...]string{"nothing", "a struct", "a list", "a text", "a number", "true or false", "null"}[k]
}

// get is the value of a field, or nil.
func (n *node) get(name string) *node {
	if n == nil || n.kind != structNode {
		return nil
	}
	for i := range n.fields {
		if n.fields[i].name == name {
			return n.fields[i].value
		}
	}
	return nil
}

// at is the node at a path of names and indexes, or nil.
func (n *node) at(path []string) *node {
	for _, step := range path {
		if n != nil && n.kind == listNode {
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(n.items) {
				return nil
			}
			n = n.items[i]
			continue
		}
		n = n.get(step)
	}
	return n
}

// nearest is the deepest node on the way to a path, and how many steps of the
// path lead there.
func (n *node) nearest(path []string) (*node, int) {
	for i := range path {
		next := n.at(path[i : i+1])
		if next == nil {
			return n, i
		}
		n = next
	}
	return n, len(path)
}

// label is the offset of the name of the field at a path; its value's where it
// is an item of a list.
func (n *node) label(path []string) (int, bool) {
	if len(path) == 0 {
		return n.start, true
	}
	parent := n.at(path[:len(path)-1])
	last := path[len(path)-1]
	if parent != nil && parent.kind == structNode {
		for _, f := range parent.fields {
			if f.name == last {
				return f.start, true
			}
		}
	}
	if v := n.at(path); v != nil {
		return v.start, true
	}
	return 0, false
}
