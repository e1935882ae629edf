package registry

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"
)

// slowly evaluates within some seconds, and counts how often it is asked.
func slowly(seconds int, asked *int) Evaluate {
	return func(ctx context.Context, files map[string][]byte) ([]byte, error) {
		*asked++
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(time.Duration(seconds) * time.Second):
			return []byte("{}"), nil
		}
	}
}

// crowd is a registry of identities that are all different to one rule.
func crowd(t *testing.T, n int, rules string) *Snapshot {
	t.Helper()
	fsys := many(n)
	fsys[RulesFile] = &fstest.MapFile{Data: []byte("package registry\n\n" + rules)}
	return load(t, fsys)
}

func TestAllEvaluationsByTheSameRulesShareOneBudget(t *testing.T) {
	var rules strings.Builder
	for i := range 100 { // so that 100 identities are judged at once
		rules.WriteString(rule(fmt.Sprintf("acme/r%d", i), "#must: id: _"))
	}
	base, head := crowd(t, 1000, rules.String()), crowd(t, 1000, rules.String()+rule("acme/other", "#must: id: _"))
	for name, c := range map[string]struct {
		head, base *Snapshot
		seconds    int
		asked      int
		over       bool
	}{
		"a registry in time":   {base, nil, 5, 10, false},
		"a registry that runs": {base, nil, 9, 7, true},
		"a change of rules":    {head, base, 5, 10 + 1, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			asked := 0
			rulings, err := JudgeRules(t.Context(), slowly(c.seconds, &asked), c.head, c.base)
			if err != nil {
				t.Fatal(err)
			}
			problems := rulings[c.head].Problems
			if asked != c.asked || (len(problems) > 0) != c.over {
				t.Errorf("%s: it is evaluated %d times, want %d; the problems are %v", name, asked, c.asked, problems)
			}
			if c.over && (problems[0].Rule != ruleHostile || problems[0].Pos.File != RulesFile || !strings.Contains(problems[0].Message, "60 s")) {
				t.Errorf("%s: the problem is %+v", name, problems[0])
			}
		})
	}
}

func TestWhoStopsWaitingGetsNoRuling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		asked := 0
		_, err := JudgeRules(ctx, slowly(40, &asked), crowd(t, 3, rule("acme/x", "#must: id: _")), nil)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("judging says %v", err)
		}
	})
}

func TestARegistryDeclaresNoMoreRulesThanPeopleCanKnow(t *testing.T) {
	var rules strings.Builder
	for i := range mostRules + 3 {
		rules.WriteString(rule(fmt.Sprintf("acme/r%03d", i), "#must: id: _"))
	}
	s := load(t, ruled(t, rules.String()))
	if len(s.Rules) != mostRules || len(s.Problems) != 1 || !strings.Contains(s.Problems[0].Message, `rule "acme/r500" is one more than the 500`) {
		t.Errorf("of %d rules %d are taken, and the problems are: %s", mostRules+3, len(s.Rules), show(s))
	}
}
