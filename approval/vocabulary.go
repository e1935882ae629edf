package approval

import (
	"fmt"
	"maps"
	"slices"

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
	patterns []types.Pattern
	words    []types.String // between which texts and patterns can tell
	missing  bool           // and there may be more
	literals []types.Set
	numbers  []types.Long
	entities map[types.EntityType][]types.EntityUID

	meets  map[types.String]map[string]bool // what is asked of a set, by attribute: whether it is asked as a whole
	sets   map[types.String]string          // why not all is tried of an attribute that is a set
	doubts map[types.String]string          // and of one that is a number
}

// hear adds what one statement reads and names.
func (v *vocabulary) hear(p *ast.Policy) {
	if v.reads == nil {
		v.reads, v.entities = map[types.String]bool{}, map[types.EntityType][]types.EntityUID{}
		v.meets, v.sets, v.doubts = map[types.String]map[string]bool{}, map[types.String]string{}, map[types.String]string{}
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
		v.addPattern(n.Value)
	case ast.NodeTypeAdd:
		v.compute(n)
	case ast.NodeTypeSub:
		v.compute(n)
	case ast.NodeTypeMult:
		v.compute(n)
	case ast.NodeTypeNegate:
		v.compute(n)
	case ast.NodeTypeContains:
		v.meet(true, "contains "+shownAs(n.Right), n.Left)
	case ast.NodeTypeContainsAny:
		v.meet(true, "any "+shownAs(n.Left)+shownAs(n.Right), n.Left, n.Right)
	case ast.NodeTypeContainsAll:
		v.meet(false, "all "+shownAs(n.Left)+shownAs(n.Right), n.Left, n.Right)
	case ast.NodeTypeEquals:
		v.meet(false, "is "+shownAs(n.Left)+shownAs(n.Right), n.Left, n.Right)
	case ast.NodeTypeNotEquals:
		v.meet(false, "is "+shownAs(n.Left)+shownAs(n.Right), n.Left, n.Right)
	case ast.NodeTypeSet:
		v.set(n)
	case ast.NodeValue:
		v.value(n.Value)
	}
}

// set adds a set that is written out.
func (v *vocabulary) set(n ast.NodeTypeSet) {
	var elements []types.Value
	for _, e := range n.Elements {
		value, ok := e.(ast.NodeValue)
		if !ok {
			return
		}
		elements = append(elements, value.Value)
	}
	v.literals = append(v.literals, types.NewSet(elements...))
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
		v.literals = append(v.literals, value)
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

// addPattern adds a pattern.
func (v *vocabulary) addPattern(p types.Pattern) {
	if !slices.ContainsFunc(v.patterns, p.Equal) {
		v.patterns = append(v.patterns, p)
	}
}

// compute notes that a number is not compared as it is.
func (v *vocabulary) compute(n ast.IsNode) {
	for _, name := range attributesOf(n) {
		v.doubts[name] = "computes with " + string(name) + ", whose values cannot be guessed then"
	}
}

// meet notes what a set is asked. Two questions whether it holds something are
// told apart by the sets that are tried; more, or one whether it holds all of
// several things beside another, are not.
func (v *vocabulary) meet(asked bool, question string, nodes ...ast.IsNode) {
	for _, n := range nodes {
		for _, name := range attributesOf(n) {
			m := v.meets[name]
			if v.sets[name] != "" {
				continue
			}
			if m == nil {
				m = map[string]bool{}
				v.meets[name] = m
			}
			m[question] = m[question] || !asked
			whole := slices.Contains(slices.Collect(maps.Values(m)), true)
			if len(m) > 2 || len(m) > 1 && whole {
				v.sets[name] = "asks more of " + string(name) + " at once than the sets that are tried tell"
			}
		}
	}
}

// attributesOf are the names of what is read in an expression.
func attributesOf(n ast.IsNode) (names []types.String) {
	ast.Inspect(ast.NewNode(n), func(n ast.IsNode) bool {
		if a, ok := n.(ast.NodeTypeAccess); ok {
			names = append(names, a.Value)
		}
		return true
	})
	return names
}

// shownAs is an expression as one text, the same for the same.
func shownAs(n ast.IsNode) string { return fmt.Sprintf("%#v", n) }
