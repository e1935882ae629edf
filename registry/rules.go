package registry

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

// An OrganisationRule is a rule that a registry declares itself: what holds for
// identities, or for some of them, as constraints in CUE.
type OrganisationRule struct {
	ID       string // ORG/NAME
	Severity string // error, warning, notice; empty where it cannot be read
	Message  string // what is wanted and the way out, with places to fill in: see [Breach]
	Why      string
	Controls []string
	Waivable bool
	Applies  string // which identities it is for, as written; empty for all
	Must     string // what these satisfy, as written

	source
}

// RulesFile is where a registry declares rules of its own: the one file with
// constraints in it.
const RulesFile = "registry/rules.cue"

// ruleGroups are what the ids of the program's own rules begin with. A rule of
// an organisation begins otherwise, so that no later rule of the program takes
// its id.
var ruleGroups = []string{
	"approval", "auth", "exception", "integrity", "lifecycle", "ownership", "privilege", "purpose", "review",
	"rollcall", "secret", "separation", "temporary", "tier", "vendor", "webhook",
}

// mostRules is how many rules a registry declares itself: far more than people
// can know.
const mostRules = 500

// addRule adds a rule; of those that are too many the first is a mistake.
func (a *assembly) addRule(r *OrganisationRule, at Pos) {
	if a.rules++; a.rules <= mostRules {
		a.Rules = append(a.Rules, r)
	}
	if a.rules == mostRules+1 {
		a.problems = append(a.problems, Problem{Rule: ruleSchema, Pos: at,
			Message: fmt.Sprintf("rule %q is one more than the %d that a registry may declare; merge some, or take some out", clip(r.ID), mostRules)})
	}
}

// blanks are the names that a message may have in braces.
var blanks = []string{"id", "kind", "owner", "backup", "tier", "state", "department", "environment", "field", "value"}

var blank = regexp.MustCompile(`\{[^{}]*\}`)

// A constraints is what a rule says in CUE and not in data.
type constraints struct {
	applies, must string // as written
	problems      []Problem
}

func decodeRule(id string, n *node, c *constraints) *OrganisationRule {
	r := &OrganisationRule{
		ID: id, Severity: n.str("severity"), Message: n.str("message"), Why: n.str("why"),
		Controls: n.list("controls"), Waivable: n.get("waivable") == nil || n.truth("waivable"),
	}
	if c != nil {
		r.Applies, r.Must = c.applies, c.must
	}
	return r
}

// ruleProblems are what is wrong with a rule besides its data.
func (e *entry) ruleProblems() (problems []Problem) {
	complain := func(field []string, message string, args ...any) {
		problems = append(problems, e.problem(ruleSchema, field, fmt.Sprintf(message, args...)))
	}
	if group, _, _ := strings.Cut(e.id, "/"); slices.Contains(ruleGroups, group) {
		complain(nil, "rule %q begins with %q as rules of the program do; begin its id with your organisation's name", clip(e.id), group)
	}
	for _, name := range blank.FindAllString(e.node.str("message"), -1) {
		word := name[1 : len(name)-1]
		if !slices.Contains(blanks, word) {
			complain([]string{"message"}, "message names %s, which stands for nothing%s", clip(name), meant(word, blanks, "; write one of "+either(blanks)+" in the braces"))
		}
	}
	switch {
	case e.constraints == nil && format(e.file) != "cue":
		complain(nil, "rule %q has no #must, which only CUE can say; move it to %s", clip(e.id), RulesFile)
	case e.constraints == nil || e.constraints.must == "":
		complain(nil, "rule %q has no #must, and says nothing; add #must: {…} with what identities satisfy", clip(e.id))
	default:
		problems = append(problems, e.constraints.problems...)
	}
	return problems
}

// ReadRules are the rules that a registry declares itself, as far as they can be
// read, by id: [Load] says what is wrong with the others.
func ReadRules(fsys fs.FS) ([]*OrganisationRule, error) {
	var c checker
	f, err := c.read(fsys, RulesFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	a := assembly{seen: map[string]map[string]string{}, read: again(fsys)}
	a.addAll(f, true)
	return a.finish().Rules, nil
}
