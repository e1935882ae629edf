package registry

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/token"
)

// exactly tells whether a constraint holds for an identity that has nothing
// more than is said of it, so that no branch of a disjunction is left open
// because something might come. The error is why that cannot be told: another
// than that the two contradict each other.
func (c constraint) exactly(only cue.Value, identity map[string]any) (holds bool, untold error) {
	v := c.Unify(only)
	err := v.Validate(cue.Concrete(true), cue.Final())
	if err == nil {
		return added(v, identity, nil) == nil, nil
	}
	op, parts := cue.Dereference(c.Value).Expr()
	if op != cue.OrOp && op != cue.AndOp {
		parts = nil
	}
	for _, part := range parts {
		one := c
		one.Value = part
		holds, why := one.exactly(only, identity)
		switch {
		case op == cue.OrOp && holds:
			return true, nil
		case op == cue.AndOp && !holds && why == nil:
			return false, nil
		case why != nil:
			untold = why
		}
	}
	if untold == nil && op != cue.OrOp && !contradicts(err) {
		untold = err
	}
	return false, untold
}

// unanswered is what CUE says where an expression has no value, in contrast to
// one that contradicts another.
var unanswered = []string{
	"cannot reference optional field", "undefined field", "index out of range", "incomplete value", "non-concrete",
	"invalid operand", "division by zero", "cannot use", "unresolved disjunction", "error in call",
}

func isUnanswered(e errors.Error) bool {
	format, _ := e.Msg() // without the values, which may say anything
	return !strings.HasPrefix(format, "invalid value") && slices.ContainsFunc(unanswered, func(s string) bool { return strings.Contains(format, s) })
}

// contradicts tells whether something in an error is a contradiction: it is
// what counts beside expressions that have no value.
func contradicts(err error) bool {
	return slices.ContainsFunc(errors.Errors(err), func(e errors.Error) bool {
		format, _ := e.Msg()
		return !strings.Contains(format, "errors in empty disjunction") && !isUnanswered(e)
	})
}

// settles tells whether all of an error are contradictions. They stay, whatever
// else an identity does not have.
func settles(err error) bool {
	return err != nil && !slices.ContainsFunc(errors.Errors(err), isUnanswered)
}

// onlyExpr is data as CUE's syntax in which whatever it does not have may not be
// added: each other field that identities have there or that the constraint
// names.
func (c constraint) onlyExpr(v any, at []string) ast.Expr {
	switch v := v.(type) {
	case map[string]any:
		s := &ast.StructLit{Elts: make([]ast.Decl, 0, len(v))}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			s.Elts = append(s.Elts, &ast.Field{Label: ast.NewStringLabel(name), Value: c.onlyExpr(v[name], append(slices.Clone(at), name))})
		}
		others, free := fieldsAt(at)
		if c.reach != nil {
			others = slices.Clone(others)
			if free {
				others = slices.Collect(maps.Keys(c.reach))
			}
			others = slices.DeleteFunc(others, func(name string) bool { return !c.reach[name] })
		}
		for _, name := range slices.Sorted(slices.Values(others)) {
			if _, there := v[name]; !there {
				s.Elts = append(s.Elts, &ast.Field{Label: ast.NewStringLabel(name), Constraint: token.OPTION, Value: &ast.BottomLit{}})
			}
		}
		if free && c.reach == nil {
			return ast.NewCall(ast.NewIdent("close"), s)
		}
		return s
	case []any:
		l := &ast.ListLit{Elts: make([]ast.Expr, 0, len(v))}
		for _, item := range v {
			l.Elts = append(l.Elts, c.onlyExpr(item, append(slices.Clone(at), "0")))
		}
		return l
	}
	return dataExpr(v)
}

// fieldsAt are the fields that identities of any kind have at a path; free,
// where their names are anybody's.
func fieldsAt(path []string) (names []string, free bool) {
	for _, s := range identityShapes() {
		if around := s.at(path); around != nil {
			names = append(names, around.names...)
		}
	}
	if len(path) == 0 {
		names = append(names, "id", "environment")
	}
	slices.Sort(names)
	names = slices.Compact(names)
	return names, len(names) == 0
}

// someIdentity stands, in what is wrong with a rule, for the identity at which it
// shows: the evaluation knows its number alone.
const someIdentity = "{identity}"

// untoldOf is the fault of a rule that does not tell for an identity whether it
// is for it.
func untoldOf(inst *build.Instance, id, name string, at cue.Value) func(error) *evaluationFault {
	return func(err error) *evaluationFault {
		if err == nil {
			return nil
		}
		f := &evaluationFault{File: RulesFile, Offset: max(0, at.Pos().Offset())}
		e := errors.Errors(err)[0]
		for _, p := range append([]token.Pos{e.Position()}, e.InputPositions()...) {
			if slices.ContainsFunc(inst.Files, func(of *ast.File) bool {
				return p.IsValid() && p.Filename() == of.Filename && of.Filename != "schema.cue"
			}) {
				f.File, f.Offset = p.Filename(), p.Offset()
				break
			}
		}
		format, args := e.Msg()
		f.Message = fmt.Sprintf("rule %q, %s: it cannot be told for %s whether it is meant: %s; ask before for what not all have, with \"if FIELD != _|_\"",
			clip(id), name, someIdentity, oneLine(fmt.Sprintf(format, args...)))
		return f
	}
}

// shownBy is the fault with the identity at which it shows.
func (f evaluationFault) shownBy(number int) *evaluationFault {
	f.Data = number
	return &f
}

// sameAs tells whether two faults are one, whatever identities show them.
func (f *evaluationFault) sameAs(g evaluationFault) bool {
	g.Data = f.Data
	return g == *f
}
