// Package rules is the rule book: one rule a file, named after its id.
//
// To add a rule, add group_my_rule.go with one register call, and
// testdata/group_my-rule.txtar with an identity that breaks it and one that
// does not. The rule's Doc is its page: a sentence, then the sections What,
// Why, Before, After, How to mend and, where policy sets more than the
// severity, How to configure. `go test ./lint/rules -update` writes the findings
// into the golden, and `go test ./cmd/rollcall -run RuleBook -update` the page
// into docs/rules.md; both are read in review.
package rules

import (
	"fmt"
	"maps"
	"slices"

	"github.com/rollcall-dev/rollcall/lint"
)

// book holds the rules by id.
var book = map[string]lint.Rule{}

// register puts a rule into the book. Two rules of one id are a mistake of
// ours, and stop the program at once.
func register(r lint.Rule) lint.Rule {
	if _, twice := book[r.ID]; twice {
		panic(fmt.Sprintf("two rules have the id %q", r.ID))
	}
	book[r.ID] = r
	return r
}

// All are the rules, by id.
func All() []lint.Rule {
	all := make([]lint.Rule, 0, len(book))
	for _, id := range slices.Sorted(maps.Keys(book)) {
		all = append(all, book[id])
	}
	return all
}

// Find is the rule with that id. The error names the nearest one there is.
func Find(id string) (lint.Rule, error) {
	if r, ok := book[id]; ok {
		return r, nil
	}
	if near := nearest(id, maps.Keys(book)); near != "" {
		return lint.Rule{}, fmt.Errorf("there is no rule %q; did you mean %q?", id, near)
	}
	return lint.Rule{}, fmt.Errorf("there is no rule %q", id)
}
