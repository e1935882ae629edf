package approval

import (
	"slices"
	"strings"

	"github.com/cedar-policy/cedar-go/types"
	"github.com/cedar-policy/cedar-go/x/exp/ast"
)

// A vocabulary is what the statements of a policy read and name: of all that a
// request may hold, nothing else makes a difference to them.
type vocabulary struct {
	nodes    int
	reads    map[types.String]bool // names of attributes
	tags     bool                  // reads tags
	texts    []types.String
	numbers  []types.Long
	entities map[types.EntityType][]types.EntityUID
}

// hear adds what one statement reads and names.
func (v *vocabulary) hear(p *ast.Policy) {
	if v.reads == nil {
		v.reads, v.entities = map[types.String]bool{}, map[types.EntityType][]types.EntityUID{}
	}
	v.nodes++
	v.scope(p.Principal)
	v.scope(p.Resource)
	for _, c := range p.Conditions {
		ast.Inspect(ast.NewNode(c.Body), func(n ast.IsNode) bool {
			v.nodes++
			v.node(n)
			return true
		})
	}
}

func (v *vocabulary) node(n ast.IsNode) {
	switch n := n.(type) {
	case ast.NodeTypeAccess:
		v.reads[n.Value] = true
	case ast.NodeTypeHas:
		v.reads[n.Value] = true
	case ast.NodeTypeGetTag, ast.NodeTypeHasTag:
		v.tags = true
	case ast.NodeTypeLike:
		v.texts = add(v.texts, likeness(n.Value))
	case ast.NodeValue:
		v.value(n.Value)
	}
}

func (v *vocabulary) value(value types.Value) {
	switch value := value.(type) {
	case types.String:
		v.texts = add(v.texts, value)
	case types.Long:
		v.numbers = add(v.numbers, value)
	case types.EntityUID:
		v.entities[value.Type] = add(v.entities[value.Type], value)
	case types.Set:
		for e := range value.All() {
			v.value(e)
		}
	case types.Record:
		for _, e := range value.All() {
			v.value(e)
		}
	}
}

func (v *vocabulary) scope(s ast.IsScopeNode) {
	switch s := s.(type) {
	case ast.ScopeTypeEq:
		v.value(s.Entity)
	case ast.ScopeTypeIn:
		v.value(s.Entity)
	case ast.ScopeTypeIsIn:
		v.value(s.Entity)
	}
}

func add[T comparable](to []T, one T) []T {
	if slices.Contains(to, one) {
		return to
	}
	return append(to, one)
}

// likeness is the shortest text that a pattern takes.
func likeness(p types.Pattern) types.String {
	text := strings.Trim(string(p.MarshalCedar()), `"`)
	text = strings.ReplaceAll(text, `\*`, "\x00")
	text = strings.ReplaceAll(text, "*", "")
	return types.String(strings.ReplaceAll(text, "\x00", "*"))
}
