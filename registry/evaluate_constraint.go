package registry

import (
	"maps"
	"slices"
	"strconv"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/errors"
)

// A constraint is one with what was found by it already.
type constraint struct {
	ctx *cue.Context
	cue.Value
	reach reach
	known map[string]verdict // by what counts of an identity
	fault func(error) *evaluationFault

	mustTell bool                         // whether it holds has to be known: a no lets off
	untold   func(error) *evaluationFault // why it is not known; nil for nil
}

// A verdict tells whether an identity has what a constraint names and satisfies
// it and, where it does not, the field at which that shows.
type verdict struct {
	holds bool
	path  []string
	fault *evaluationFault // why there is no telling
}

// judge judges by what counts of an identity.
func (c constraint) judge(identity map[string]any) verdict {
	counts := identity
	if c.reach != nil {
		counts = make(map[string]any, len(c.reach))
		for name, v := range identity {
			if c.reach[name] {
				counts[name] = v
			}
		}
	}
	key := dataText(counts)
	v, ok := c.known[key]
	if !ok {
		v = c.evaluate(counts)
		c.known[key] = v
	}
	return v
}

// evaluate finds out first what the identity and the constraint come to
// together, which names the field that is at fault and is enough for nearly
// all. What that leaves open is decided by an identity that has nothing more.
func (c constraint) evaluate(identity map[string]any) verdict {
	v := c.Unify(c.ctx.BuildExpr(dataExpr(identity)))
	err := v.Validate(cue.Concrete(true), cue.Final())
	var path []string
	if err == nil {
		if path = added(v, identity, nil); path == nil {
			return verdict{holds: true}
		}
	} else if fault := c.fault(err); fault != nil {
		return verdict{fault: fault}
	}
	if !settles(err) {
		holds, untold := c.exactly(c.ctx.BuildExpr(c.onlyExpr(identity, nil)), identity)
		if holds || untold != nil && c.mustTell {
			return verdict{holds: holds, fault: c.untold(untold)}
		}
	}
	for _, e := range errors.Errors(err) {
		p := unquotePath(within(c.Value, e.Path()))
		if len(p) > len(path) || len(p) == len(path) && slices.Compare(p, path) < 0 {
			path = p
		}
	}
	if len(path) == 0 {
		path = c.forbidden(identity)
	}
	return verdict{path: path}
}

// forbidden is the field that alone contradicts the constraint, where CUE names
// none: one that may not be there at all.
func (c constraint) forbidden(identity map[string]any) []string {
	for _, name := range slices.Sorted(maps.Keys(identity)) {
		f := c.LookupPath(cue.MakePath(cue.Str(name).Optional()))
		if f.Exists() && f.Err() != nil {
			return []string{name}
		}
	}
	return nil
}

// within is a path below the constraint: an error of what stands in it already
// leads through the rule.
func within(constraint cue.Value, path []string) []string {
	at := constraint.Path().Selectors()
	if len(path) < len(at) {
		return path
	}
	for i, s := range at {
		if s.String() != path[i] {
			return path
		}
	}
	return path[len(at):]
}

// added is a field that a constraint adds to an identity, which therefore does
// not have it; nil where it adds none.
func added(v cue.Value, to any, at []string) []string {
	switch to := to.(type) {
	case map[string]any:
		fields, err := v.Fields()
		if err != nil {
			return nil
		}
		for fields.Next() {
			name := fields.Selector().Unquoted()
			path := append(slices.Clone(at), name)
			inner, there := to[name]
			if !there {
				return path
			}
			if found := added(fields.Value(), inner, path); found != nil {
				return found
			}
		}
	case []any:
		for i, item := range to {
			if found := added(v.LookupPath(cue.MakePath(cue.Index(i))), item, append(slices.Clone(at), strconv.Itoa(i))); found != nil {
				return found
			}
		}
	}
	return nil
}

// dataExpr is data as CUE's syntax.
func dataExpr(v any) ast.Expr {
	switch v := v.(type) {
	case map[string]any:
		s := &ast.StructLit{Elts: make([]ast.Decl, 0, len(v))}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			s.Elts = append(s.Elts, &ast.Field{Label: ast.NewStringLabel(name), Value: dataExpr(v[name])})
		}
		return s
	case []any:
		l := &ast.ListLit{Elts: make([]ast.Expr, 0, len(v))}
		for _, item := range v {
			l.Elts = append(l.Elts, dataExpr(item))
		}
		return l
	case bool:
		return ast.NewBool(v)
	case string:
		return ast.NewString(v)
	}
	return ast.NewNull()
}
