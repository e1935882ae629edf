package lint

import (
	"cmp"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/rollcall-dev/rollcall/registry"
)

// A Result is what the rules found.
type Result struct {
	Findings []Finding  // by place, then rule
	Silenced []Silenced // findings that an exception took out, in the same order
	Skipped  []Skipped  // rules that were not judged, by id
	Before   []Finding  // were there before the change, and do not block it; in the same order
	Accepted []Finding  // are in the baseline, and do not block; in the same order
	Outdated []Accepted // of the baseline, and found no more; in its order
	Counts   Counts
}

// A Silenced finding is one that an exception silences.
type Silenced struct {
	Finding   Finding
	Exception string // its id
}

// Skipped is a rule that was not judged, and why.
type Skipped struct {
	Rule string
	Why  string
}

// Counts are the numbers of a run.
type Counts struct {
	Identities int // judged
	Rules      int // judged
	Errors     int
	Warnings   int
	Notices    int
	Silenced   int
	Skipped    int
	Before     int
	Accepted   int
	Outdated   int
}

// Run judges the pass by the rules. Policy may change a rule's severity or
// switch it off; exceptions silence what they name until they end. The same
// pass gives the same result.
func Run(rules []Rule, pass Pass) Result {
	var res Result
	first, last := res.choose(rules, &pass)
	res.settle(judge(first, pass), first, &pass)
	res.settle(judge(last, pass), last, &pass)
	if pass.common == nil { // or a part of a change, of which not every place is asked for
		res.settlePlaces(&pass, false)
	}
	slices.SortFunc(res.Skipped, func(a, b Skipped) int { return cmp.Compare(a.Rule, b.Rule) })
	res.count(len(pass.Head.Identities), len(first)+len(last))
	return res
}

// chosen is a rule as policy has it.
type chosen struct {
	Rule
	forced bool // policy sets its severity
}

// choose parts the rules into those that are judged first and those that are
// judged last, and notes those that are not judged at all.
func (res *Result) choose(rules []Rule, pass *Pass) (first, last []chosen) {
	pass.ran, pass.used = map[string]bool{}, map[string]int{}
	pass.faulty = refused(pass.Head)
	pass.today = pass.Today()
	if pass.Base != nil && pass.compared == nil {
		pass.compared = compare(pass.Base, pass.Head)
	}
	for _, r := range rules {
		c := chosen{Rule: r}
		if why := c.apply(pass.Policy().Rules[r.ID]); why != "" {
			res.Skipped = append(res.Skipped, Skipped{r.ID, why})
			continue
		}
		if pass.Base == nil && pass.Head.Unread("organisation") && !reads[r.ID] {
			// all else would name everybody and everything as unknown
			res.Skipped = append(res.Skipped, Skipped{r.ID, "needs the organisation, whose file cannot be read"})
			continue
		}
		if why := pass.lacks(r.Needs); why != "" {
			res.Skipped = append(res.Skipped, Skipped{r.ID, why})
			continue
		}
		pass.ran[r.ID] = true
		if r.Needs.live() && len(pass.Unseen) > 0 {
			res.Skipped = append(res.Skipped, Skipped{r.ID, pass.sayPartly()})
		}
		if r.Needs == NeedsOutcome {
			last = append(last, c)
		} else {
			first = append(first, c)
		}
	}
	return first, last
}

// apply gives the rule the severity that policy sets, and says why it is not
// judged if that is off. What may not be waived may not be lowered either.
func (c *chosen) apply(policy registry.RulePolicy) (skip string) {
	if !c.Waivable && c.Severity == Error {
		return ""
	}
	switch s := Severity(policy.Severity); s {
	case Error, Warning, Notice:
		c.Severity, c.forced = s, true
	case "off":
		return "switched off by policy"
	}
	return ""
}

// lacks says what the pass has not and a rule needs.
func (p *Pass) lacks(n Need) string {
	switch {
	case (n == NeedsBase || n == NeedsBaseAndLive) && p.Base == nil:
		return "needs a base to compare with"
	case n == NeedsFiles && len(p.Files) == 0:
		return "needs files to search: those of a change, or all by --secrets"
	case n == NeedsRuling && !p.ruled():
		return "needs an evaluation of registry/rules.cue"
	case n.live() && len(p.Live) == 0 && len(p.Unseen) == 0:
		return needsLive
	}
	return ""
}

// chunk is how many identities a worker takes at a time.
const chunk = 512

// judge runs the rules on as many workers as there are processors. Every task
// has findings of its own, so that their order does not depend on who is
// first.
func judge(rules []chosen, pass Pass) []Finding {
	var tasks []func() []Finding
	var local, far []chosen
	for _, r := range rules {
		switch {
		case r.Each == nil:
		case r.Local && r.Needs == NeedsNothing:
			local = append(local, r)
		default:
			far = append(far, r)
		}
		if r.Check != nil {
			tasks = append(tasks, func() []Finding { return pass.whole(r) })
		}
	}
	tasks = append(tasks, pass.parts(far, pass.Head.Identities)...)
	tasks = append(tasks, pass.parts(local, pass.own())...)
	if c := pass.common; c != nil && len(local) > 0 {
		if !c.judged {
			c.found, c.judged = inParallel(pass.parts(local, c.both)), true
		}
		tasks = append(tasks, func() []Finding { return c.found })
	}
	return inParallel(tasks)
}

// parts are the tasks of judging identities by rules that look at one at a
// time.
func (p Pass) parts(rules []chosen, all []*registry.Identity) (tasks []func() []Finding) {
	if len(rules) == 0 {
		return nil
	}
	for ids := range slices.Chunk(all, chunk) {
		tasks = append(tasks, func() []Finding { return p.part(rules, ids) })
	}
	return tasks
}

func inParallel(tasks []func() []Finding) []Finding {
	found := make([][]Finding, len(tasks))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(tasks)) {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(tasks)); i = next.Add(1) - 1 {
				found[i] = tasks[i]()
			}
		})
	}
	wg.Wait()
	return slices.Concat(found...)
}

// whole judges by a rule that looks at the whole registry.
func (p Pass) whole(r chosen) (found []Finding) {
	q := p.by(r, &found)
	r.Check(q)
	return found
}

// part judges some identities by the rules that look at one at a time.
func (p Pass) part(rules []chosen, ids []*registry.Identity) (found []Finding) {
	for _, r := range rules {
		q := p.by(r, &found)
		for _, id := range ids {
			r.Each(q, id)
		}
	}
	return found
}

// by is the pass as one rule sees it.
func (p Pass) by(r chosen, found *[]Finding) *Pass {
	p.rule, p.forced = r.Rule, r.forced
	p.report = func(f Finding) { *found = append(*found, f) }
	return &p
}

func (res *Result) count(identities, rules int) {
	res.Counts = Counts{
		Identities: identities,
		Rules:      rules,
		Silenced:   len(res.Silenced),
		Skipped:    len(res.Skipped),
		Before:     len(res.Before),
		Accepted:   len(res.Accepted),
		Outdated:   len(res.Outdated),
	}
	for _, f := range res.Findings {
		switch f.Severity {
		case Error:
			res.Counts.Errors++
		case Warning:
			res.Counts.Warnings++
		default:
			res.Counts.Notices++
		}
	}
}

// order is by place, then rule, then whatever else tells two findings apart.
func order(a, b Finding) int {
	return cmp.Or(
		cmp.Compare(a.Pos.File, b.Pos.File),
		cmp.Compare(a.Pos.Line, b.Pos.Line),
		cmp.Compare(a.Pos.Column, b.Pos.Column),
		cmp.Compare(a.Rule, b.Rule),
		cmp.Compare(a.Identity, b.Identity),
		cmp.Compare(a.Field, b.Field),
		cmp.Compare(a.Value, b.Value),
		cmp.Compare(a.Message, b.Message),
	)
}
