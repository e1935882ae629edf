package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Breach says that an identity breaks a rule of its organisation.
type Breach struct {
	Rule     string
	Identity string
	Field    string // dotted path; empty where it is none of the entry's own
	Value    string // what stands there, where that is no struct or list
	Message  string // what was found; and the rule's own message behind a semicolon
}

// A Ruling is what an organisation's own rules come to on a snapshot.
type Ruling struct {
	Breaches []Breach  // by rule, then identity
	Problems []Problem // why it could not be judged: then there is no breach, and it did not pass
}

// JudgeRules judges the identities of head, and those of base where there is
// one, by the rules that a registry declares itself: by base's, where there is
// a base, for no change brings its own law. A change to the rules is evaluated
// besides, and only what is wrong with it is kept.
//
// The evaluation is by evaluate, which is the running program in a process of
// its own where it is nil, and within the same budget for some thousand
// identities at a time, all of them within [lawTime]. Rules that run over it, or cannot be evaluated, are
// problems of head: never of base, so that no change counts as judged by them.
func JudgeRules(ctx context.Context, evaluate Evaluate, head, base *Snapshot) (map[*Snapshot]Ruling, error) {
	law, judged := head, []*Snapshot{head}
	if base != nil {
		law, judged = base, append(judged, base)
	}
	rulings, err := law.judge(ctx, evaluate, judged, false)
	if err != nil || base == nil || SameRules(base, head) {
		return rulings, err
	}
	trial, err := head.judge(ctx, evaluate, []*Snapshot{head}, true)
	if err != nil {
		return nil, err
	}
	r := rulings[head]
	r.Problems = append(r.Problems, trial[head].Problems...)
	rulings[head] = r
	return rulings, nil
}

// judge judges snapshots by the rules of another, the first of which bears what
// is wrong with the rules. On trial they are evaluated once, on some identities:
// that shows what is wrong with them.
func (law *Snapshot) judge(ctx context.Context, evaluate Evaluate, judged []*Snapshot, trial bool) (map[*Snapshot]Ruling, error) {
	rulings := map[*Snapshot]Ruling{}
	for _, s := range judged {
		rulings[s] = Ruling{}
	}
	wrong := slices.IndexFunc(law.Problems, func(p Problem) bool {
		home, _, _ := homeOf(p.Pos.File)
		return onSomeDisks(p.Pos.File) == RulesFile || law.law[p.Pos.File] != nil && law.Unread(home.name)
	})
	if wrong >= 0 {
		if law != judged[0] { // else it is one of its own problems
			p := law.Problems[wrong]
			p.Message = "by the base's rules nothing can be judged: " + p.Message
			rulings[judged[0]] = Ruling{Problems: []Problem{p}}
		}
		return rulings, nil
	}
	if len(law.Rules) == 0 {
		return rulings, nil
	}
	if evaluate == nil {
		var err error
		if evaluate, err = itself(); err != nil {
			return nil, fmt.Errorf("evaluate %s: %w", RulesFile, err)
		}
	}
	c := caseOf(law, judged)
	if trial {
		c.texts = c.texts[:min(len(c.texts), c.atOnce())]
	}
	ctx, cancel := context.WithTimeoutCause(ctx, lawTime, errLawTime)
	defer cancel()
	broken, problems, err := c.evaluate(ctx, evaluate)
	if err != nil {
		return nil, err
	}
	if len(problems) > 0 {
		rulings[judged[0]] = Ruling{Problems: problems}
		return rulings, nil
	}
	if trial {
		return rulings, nil
	}
	for _, s := range judged {
		rulings[s] = Ruling{Breaches: c.breaches(s, broken)}
	}
	return rulings, nil
}

// A ruleCase is what is judged: identities by what counts of them, each once.
type ruleCase struct {
	law   *Snapshot
	texts []string // what counts of them, as JSON
	shown []string // of each text an identity, as messages name it
	tell  teller
	are   map[*Snapshot][]int // of each identity, which text it is
}

func caseOf(law *Snapshot, judged []*Snapshot) *ruleCase {
	c := &ruleCase{law: law, tell: tellerOf(reachOf(law.law)), are: map[*Snapshot][]int{}}
	known := map[string]int{}
	for _, s := range judged {
		are := make([]int, len(s.Identities))
		for i, id := range s.Identities {
			text := dataText(c.tell.tell(id, s.EnvironmentOf(id)))
			n, ok := known[text]
			if !ok {
				n = len(c.texts)
				known[text], c.texts = n, append(c.texts, text)
				c.shown = append(c.shown, fmt.Sprintf("%s %q", id.Kind.Noun(), clip(id.ID)))
			}
			are[i] = n
		}
		c.are[s] = are
	}
	return c
}

// pairsAtOnce is how many identities, times rules, one evaluation judges: a
// small part of what its budget allows, for a machine may be busy.
const pairsAtOnce = 10_000

func (c *ruleCase) atOnce() int { return max(100, pairsAtOnce/max(1, len(c.law.Rules))) }

// lawTime is how long all evaluations by the same rules may take together,
// however many identities there are.
const lawTime = time.Minute

var errLawTime = fmt.Errorf("%w: %v for all identities together", ErrBudget, lawTime)

// evaluate judges by one evaluation after the other. The answer is by text.
func (c *ruleCase) evaluate(ctx context.Context, evaluate Evaluate) (broken map[int][]brokenRule, problems []Problem, err error) {
	broken = map[int][]brokenRule{}
	at := 0
	for texts := range slices.Chunk(c.texts, c.atOnce()) {
		out, problem, err := c.law.ask(ctx, evaluate, texts, c.shown[at:])
		if err != nil || problem != nil {
			return nil, problem, err
		}
		for _, b := range out.Broken {
			if c.law.rule(b.Rule) == nil {
				return nil, []Problem{{Rule: ruleSchema, Pos: Pos{File: RulesFile, Line: 1, Column: 1},
					Message: fmt.Sprintf("rule %q is computed, and by no such rule anything is judged; write it out in this file", clip(b.Rule))}}, nil
			}
			broken[at+b.Data] = append(broken[at+b.Data], b)
		}
		at += len(texts)
	}
	return broken, nil, nil
}

// ask has identities judged.
func (law *Snapshot) ask(ctx context.Context, evaluate Evaluate, texts, shown []string) (out evaluation, problems []Problem, err error) {
	files := map[string][]byte{dataFile: []byte("[" + strings.Join(texts, ",") + "]")}
	for name, text := range law.law {
		files[name] = text
	}
	answer, err := evaluate(ctx, files)
	if ctx.Err() != nil && context.Cause(ctx) == errLawTime {
		return out, []Problem{{Rule: ruleHostile, Pos: Pos{File: RulesFile, Line: 1, Column: 1},
			Message: fmt.Sprintf("the rules run over the evaluation budget of %.0f s for all identities together, and nothing was judged by them; compute less in them", lawTime.Seconds())}}, nil
	}
	if errors.Is(err, ErrBudget) {
		return out, []Problem{{Rule: ruleHostile, Pos: Pos{File: RulesFile, Line: 1, Column: 1},
			Message: "the rules run over the evaluation budget of 10 s and 1 GiB, and nothing was judged by them; compute less in them"}}, nil
	}
	if err != nil {
		return out, nil, fmt.Errorf("evaluate %s: %w", RulesFile, err)
	}
	if err := json.Unmarshal(answer, &out); err != nil {
		return out, nil, fmt.Errorf("read what %s evaluates to: %w", RulesFile, err)
	}
	if out.Error != "" {
		return out, nil, fmt.Errorf("evaluate %s: %s", RulesFile, out.Error)
	}
	for _, f := range out.Faults {
		text, file := law.law[f.File], f.File
		if text == nil {
			file, text = RulesFile, law.law[RulesFile]
		}
		p := Problem{Rule: ruleSchema, Pos: place(file, text, f.Offset), Message: strings.Replace(f.Message, someIdentity, shown[min(f.Data, len(shown)-1)], 1) + "; mend it: by rules that are wrong nothing is judged"}
		if f.Hostile {
			p.Rule, p.Message = ruleHostile, f.Message
		}
		problems = append(problems, p)
	}
	return out, problems, nil
}

// breaches are those of a snapshot's identities.
func (c *ruleCase) breaches(s *Snapshot, broken map[int][]brokenRule) (all []Breach) {
	for i, id := range s.Identities {
		for _, b := range broken[c.are[s][i]] {
			all = append(all, breachOf(id, s.EnvironmentOf(id), c.law.rule(b.Rule), b.Path))
		}
	}
	slices.SortStableFunc(all, func(a, b Breach) int { return strings.Compare(a.Rule, b.Rule) })
	return all
}

// rule is the rule of that id that the registry declares itself, or nil.
func (s *Snapshot) rule(id string) *OrganisationRule {
	i := slices.IndexFunc(s.Rules, func(r *OrganisationRule) bool { return r.ID == id })
	if i < 0 {
		return nil
	}
	return s.Rules[i]
}

func breachOf(id *Identity, environment string, r *OrganisationRule, path []string) Breach {
	var data any
	if err := json.Unmarshal([]byte(dataText(tellerOf(nil).tell(id, environment))), &data); err != nil {
		panic(err) // it was written a moment ago
	}
	path, value := upTo(data, path)
	b := Breach{Rule: r.ID, Identity: id.ID, Field: joinPath(path)}
	found := fmt.Sprintf("%s %q ", id.Kind.Noun(), id.ID)
	switch v := value.(type) {
	case nil:
		found += "has no " + b.Field
	case string:
		b.Value = v
		found += fmt.Sprintf("has %s %q", b.Field, clip(v))
	case []any:
		found += "has " + b.Field + " " + clip(dataText(v))
		if len(v) == 0 {
			found = fmt.Sprintf("%s %q has nothing in %s", id.Kind.Noun(), id.ID, b.Field)
		}
	default:
		found += "has " + b.Field + " " + clip(dataText(v))
	}
	if len(path) == 0 {
		found = fmt.Sprintf("%s %q breaks rule %q", id.Kind.Noun(), id.ID, r.ID)
	}
	b.Message = found + "; " + r.filled(id, environment, b)
	if b.Field == "id" {
		b.Field = "" // it is no field of the entry
	}
	return b
}

// filled is the rule's message with what it has places for.
func (r *OrganisationRule) filled(id *Identity, environment string, b Breach) string {
	values := map[string]string{
		"id": id.ID, "kind": string(id.Kind), "owner": id.Owner, "backup": id.Backup, "tier": string(id.Tier),
		"state": string(id.State), "department": id.Department, "environment": environment, "field": b.Field, "value": b.Value,
	}
	return blank.ReplaceAllStringFunc(r.Message, func(name string) string {
		return fmt.Sprintf("%q", clip(values[name[1:len(name)-1]]))
	})
}

// upTo is a path up to and with its first step that data does not have, and
// what stands there; nil for nothing.
func upTo(v any, path []string) ([]string, any) {
	for n, step := range path {
		var inner any
		switch at := v.(type) {
		case map[string]any:
			inner = at[step]
		case []any:
			if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(at) {
				inner = at[i]
			}
		}
		if v = inner; v == nil {
			return path[:n+1], nil
		}
	}
	return path, v
}
