package registry

import (
	"strconv"
	"strings"

	"cuelang.org/go/cue/literal"
)

// What a node does not hold, or holds as another kind, decodes as the zero
// value: whether it may is CUE's to say, and has been said.

func (n *node) str(name string) string {
	if v := n.get(name); v != nil && v.kind == textNode {
		return v.text
	}
	return ""
}

func (n *node) date(name string) Date { return Date(n.str(name)) }

func (n *node) truth(name string) bool {
	v := n.get(name)
	return v != nil && v.kind == boolNode && v.text == "true"
}

func (n *node) duration(name string) *Duration {
	d, err := ParseDuration(n.str(name))
	if err != nil {
		return nil
	}
	return &d
}

func (n *node) number(name string) float64 {
	v := n.get(name)
	if v == nil || v.kind != numberNode {
		return 0
	}
	if f, err := strconv.ParseFloat(v.text, 64); err == nil {
		return f
	}
	var info literal.NumInfo
	if literal.ParseNum(strings.TrimLeft(v.text, "+-"), &info) != nil {
		return 0
	}
	f, _ := strconv.ParseFloat(info.String(), 64)
	return f
}

func (n *node) count(name string) int { return int(n.number(name)) }

// list is a list of texts; nil where the field is not there, and empty where
// the list is: who declares an empty list declares that there is none.
func (n *node) list(name string) []string {
	v := n.get(name)
	if v == nil || v.kind != listNode {
		return nil
	}
	out := make([]string, 0, len(v.items))
	for _, item := range v.items {
		if item.kind == textNode {
			out = append(out, item.text)
		}
	}
	return out
}

// decodeMap decodes the fields of a struct by name.
func decodeMap[K ~string, V any](n *node, name string, decode func(*node) V) map[K]V {
	v := n.get(name)
	if v == nil || v.kind != structNode || len(v.fields) == 0 {
		return nil
	}
	m := make(map[K]V, len(v.fields))
	for _, f := range v.fields {
		if f.value.kind == structNode {
			m[K(f.name)] = decode(f.value)
		}
	}
	return m
}

// decodeOne decodes a struct that may be absent.
func decodeOne[T any](n *node, name string, decode func(*node) T) *T {
	v := n.get(name)
	if v == nil || v.kind != structNode {
		return nil
	}
	t := decode(v)
	return &t
}

// decodeList decodes the structs of a list.
func decodeList[T any](n *node, name string, decode func(*node) T) []T {
	v := n.get(name)
	if v == nil || v.kind != listNode || len(v.items) == 0 {
		return nil
	}
	out := make([]T, 0, len(v.items))
	for _, item := range v.items {
		if item.kind == structNode {
			out = append(out, decode(item))
		}
	}
	return out
}
