package registry

import (
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/ast/astutil"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/token"
)

// dataFile is, among the files of an evaluation, what rules are to be judged
// on: a list of identities in JSON. With it the answer is what breaks them.
const dataFile = "identities.json"

// brokenRule says that one of the identities breaks a rule at a field.
type brokenRule struct {
	Rule string   `json:"rule"`
	Data int      `json:"data"` // its number in the list
	Path []string `json:"path,omitempty"`
}

// In the evaluation the constraints are fields like others: a definition would
// be closed, and refuse every field of an identity that it does not name.
var openNames = map[string]string{appliesDef: "applies", mustDef: "must"}

func openRules(f *ast.File) {
	if f.Filename != RulesFile {
		return
	}
	astutil.Apply(f, func(c astutil.Cursor) bool {
		if id, ok := c.Node().(*ast.Ident); ok && openNames[id.Name] != "" {
			id.Name = openNames[id.Name]
		}
		return true
	}, nil)
}

// withID adds the field that identities are told with besides their own.
func withID(common *ast.Field) {
	if s, ok := common.Value.(*ast.StructLit); ok {
		s.Elts = append(s.Elts, &ast.Field{Label: ast.NewIdent("id"), Constraint: token.OPTION, Value: ast.NewIdent("string")})
	}
}

// An evaluatedRule is a rule in the context of one worker.
type evaluatedRule struct {
	id            string
	applies, must constraint // applies does not exist where the rule is for all
}

// rules judges identities by the rules of an instance. Whatever is wrong with
// one rule makes it judge by none: half a law is no law.
func (out *evaluation) rules(inst *build.Instance, reaches map[[2]string]reach, data []byte) error {
	var identities []map[string]any
	if err := json.Unmarshal(data, &identities); err != nil {
		return fmt.Errorf("read the identities to judge: %w", err)
	}
	if err := inst.Complete(); err != nil {
		out.fail(err, nil)
		return nil
	}
	rules := out.compile(inst, reaches)
	for _, r := range rules {
		out.sound(r)
	}
	if len(out.Faults) > 0 {
		return nil
	}
	found := make([][]brokenRule, len(identities))
	faults := make([]*evaluationFault, len(identities))
	var next atomic.Int64
	var wg sync.WaitGroup
	for worker := range min(runtime.GOMAXPROCS(0), 1+len(identities)/500) {
		wg.Go(func() {
			own := rules
			if worker > 0 {
				var unheard evaluation // the first worker has said what is wrong
				own = unheard.compile(inst, reaches)
			}
			for i := next.Add(1) - 1; i < int64(len(identities)); i = next.Add(1) - 1 {
				found[i], faults[i] = broken(own, identities[i], int(i))
			}
		})
	}
	wg.Wait()
	for _, f := range faults {
		if f != nil && !slices.ContainsFunc(out.Faults, f.sameAs) {
			out.Faults = append(out.Faults, *f)
		}
	}
	if len(out.Faults) == 0 {
		out.Broken = slices.Concat(found...)
	}
	return nil
}

// compile are the rules in a context of their own.
func (out *evaluation) compile(inst *build.Instance, reaches map[[2]string]reach) (rules []evaluatedRule) {
	ctx := cuecontext.New(cuecontext.CUE_DEBUG(""))
	v := ctx.BuildInstance(inst)
	if err := v.Err(); err != nil {
		out.fail(err, nil)
		return nil
	}
	all, err := v.LookupPath(cue.ParsePath("rules")).Fields()
	if err != nil {
		out.fail(err, []string{"rules"})
		return nil
	}
	for all.Next() {
		id := all.Selector().Unquoted()
		of := func(name string) constraint {
			return constraint{
				ctx: ctx, Value: all.Value().LookupPath(cue.ParsePath(openNames[name])), reach: reaches[[2]string{id, name}], known: map[string]verdict{},
				fault: func(err error) *evaluationFault { return uncomputed(inst, id, name, err) }, mustTell: name == appliesDef,
				untold: untoldOf(inst, id, name, all.Value().LookupPath(cue.ParsePath(openNames[name]))),
			}
		}
		rules = append(rules, evaluatedRule{id, of(appliesDef), of(mustDef)})
	}
	return rules
}

// broken are the rules that one identity breaks; the fault is of a rule that
// cannot be computed for it.
func broken(rules []evaluatedRule, identity map[string]any, number int) (found []brokenRule, fault *evaluationFault) {
	for _, r := range rules {
		if r.applies.Exists() {
			v := r.applies.judge(identity)
			if v.fault != nil {
				return nil, v.fault.shownBy(number)
			}
			if !v.holds {
				continue
			}
		}
		v := r.must.judge(identity)
		if v.fault != nil {
			return nil, v.fault
		}
		if !v.holds {
			found = append(found, brokenRule{Rule: r.id, Data: number, Path: v.path})
		}
	}
	return found, nil
}

// sound complains of constraints that cannot be what they were meant to be.
func (out *evaluation) sound(r evaluatedRule) {
	if !r.must.Exists() {
		out.Faults = append(out.Faults, evaluationFault{File: RulesFile, Message: fmt.Sprintf("rule %q has no %s", clip(r.id), mustDef)})
		return
	}
	if r.applies.Exists() {
		out.soundConstraint(r.id, appliesDef, r.applies.Value)
	}
	out.soundConstraint(r.id, mustDef, r.must.Value)
}

func (out *evaluation) soundConstraint(id, name string, v cue.Value) {
	if err := v.Validate(); err != nil {
		out.fail(err, nil)
		return
	}
	message := ""
	switch kind := v.IncompleteKind(); {
	case kind == cue.BottomKind: // what is in it depends on the identity
	case kind != cue.StructKind:
		message = "it is no struct; write the fields of an identity"
	case !v.Allows(cue.Str("purpose")):
		message = "it allows no field but those that it names, and no identity has those alone; end what it is made of with ..."
	default:
		message = strangeField(v, nil)
	}
	if message != "" {
		out.Faults = append(out.Faults, evaluationFault{File: RulesFile, Offset: max(0, v.Pos().Offset()),
			Message: fmt.Sprintf("rule %q, %s: %s", clip(id), name, message)})
	}
}

// strangeField is the first field of a constraint that no identity has.
func strangeField(v cue.Value, at []string) string {
	fields, err := v.Fields(cue.Optional(true))
	if err != nil {
		return ""
	}
	for fields.Next() {
		path := append(slices.Clone(at), fields.Selector().Unquoted())
		if message := noSuchField(path); message != "" {
			return message
		}
		if message := strangeField(fields.Value(), path); message != "" {
			return message
		}
	}
	return ""
}
