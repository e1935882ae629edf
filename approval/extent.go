package approval

import (
	"fmt"
	"maps"
	"strings"

	"github.com/cedar-policy/cedar-go/types"
	"github.com/cedar-policy/cedar-go/x/exp/schema/ast"
)

// Anybody may write a policy into a pull request, and nothing can cancel the
// reading of one. These limits are far above what people write, and keep each
// step to seconds.
const (
	mostTypes      = 128       // entity types of a schema
	mostRequests   = 1_000     // kinds of request that a schema allows
	mostFields     = 10_000    // fields of a schema, its named types written out
	mostNested     = 100       // brackets within brackets, or signs before signs
	mostStatements = 200       // of a policy
	mostWork       = 300_000   // expressions of a policy times kinds of request
	mostTried      = 4_000_000 // expressions evaluated to question a policy
)

// extent is how many kinds of request a schema allows, or why it is too large.
// Written out, a few named types that hold each other twice have no end.
func extent(s *ast.Schema) (requests int, why string) {
	m := measure{schema: s, seen: map[string]int{}}
	entities, fields := 0, 0
	count := func(space types.Path, n ast.Namespace) {
		entities += len(n.Entities) + len(n.Enums)
		for _, e := range n.Entities {
			fields += m.of(space, e.Shape) + m.of(space, e.Tags)
		}
		for _, a := range n.Actions {
			if a.AppliesTo != nil {
				requests += len(a.AppliesTo.Principals) * len(a.AppliesTo.Resources)
				fields += m.of(space, a.AppliesTo.Context)
			}
		}
		for _, t := range n.CommonTypes {
			fields += m.of(space, t.Type)
		}
		fields = min(fields, mostFields+1)
	}
	count("", ast.Namespace{Entities: s.Entities, Enums: s.Enums, Actions: s.Actions, CommonTypes: s.CommonTypes})
	for space, n := range s.Namespaces {
		count(space, n)
	}
	switch {
	case entities > mostTypes:
		return 0, fmt.Sprintf("declares %d entity types, more than %d; take out what no policy needs", entities, mostTypes)
	case requests > mostRequests:
		return 0, fmt.Sprintf("allows %d kinds of request, more than %d; let actions apply to fewer types", requests, mostRequests)
	case fields > mostFields:
		return 0, fmt.Sprintf("has more than %d fields once its types are written out; name fewer types in each other", mostFields)
	}
	return requests, ""
}

// A measure counts the fields of types.
type measure struct {
	schema *ast.Schema
	seen   map[string]int // of named types; one that is being measured counts 1
}

func (m *measure) of(space types.Path, t ast.IsType) int {
	switch t := t.(type) {
	case ast.SetType:
		return 1 + m.of(space, t.Element)
	case ast.RecordType:
		n := 1
		for a := range maps.Values(t) {
			n = min(n+m.of(space, a.Type), mostFields+1)
		}
		return n
	case ast.TypeRef:
		return m.named(space, string(t))
	}
	return 1
}

// named is the size of a type that is named: of the namespace's own or, where
// it has none of that name, of the one that all share.
func (m *measure) named(space types.Path, name string) int {
	if i := strings.LastIndex(name, "::"); i >= 0 {
		space, name = types.Path(name[:i]), name[i+2:]
	}
	declared, ok := m.schema.Namespaces[space].CommonTypes[ast.Ident(name)]
	if !ok {
		space = ""
		declared, ok = m.schema.CommonTypes[ast.Ident(name)]
	}
	if !ok {
		return 1
	}
	key := string(space) + "::" + name
	if n, ok := m.seen[key]; ok {
		return n
	}
	m.seen[key] = 1
	m.seen[key] = m.of(space, declared.Type)
	return m.seen[key]
}

// nested is how deep brackets lie in brackets, or how many signs stand before
// one thing: the parsers of Cedar call themselves for each.
func nested(text []byte) (deepest int) {
	depth, signs := 0, 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '!', '-':
			signs++
			deepest = max(deepest, signs)
		case ' ', '\t', '\r', '\n':
		default:
			signs = 0
		}
		switch text[i] {
		case '(', '[', '{', '<':
			depth++
			deepest = max(deepest, depth)
		case ')', ']', '}', '>':
			depth = max(depth-1, 0)
		case '"':
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case '/':
			if i+1 < len(text) && text[i+1] == '/' {
				for i < len(text) && text[i] != '\n' {
					i++
				}
			}
		}
	}
	return deepest
}
