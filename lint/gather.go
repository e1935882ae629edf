package lint

import (
	"fmt"
	"strings"

	"github.com/rollcall-dev/rollcall/registry"
)

// Gather tells once what several identities have in common: findings with one
// cause, at one place and of one severity become the first of them, and its
// message names the others. It is the last step, for people: exceptions,
// baselines and comparisons are about one identity at a time.
func (res *Result) Gather() {
	type cause struct {
		rule     string
		severity Severity
		pos      registry.Pos
		cause    string
	}
	told := map[cause]int{} // where the first of them is
	var kept []Finding
	for _, f := range res.Findings {
		if f.Cause == "" {
			kept = append(kept, f)
			continue
		}
		c := cause{f.Rule, f.Severity, f.Pos, f.Cause}
		i, again := told[c]
		if !again {
			told[c] = len(kept)
			kept = append(kept, f)
			continue
		}
		kept[i].Others = append(kept[i].Others, f.Identity)
	}
	for i, f := range kept {
		if len(f.Others) > 0 {
			all := append([]string{f.Identity}, f.Others...)
			kept[i].Message = strings.Replace(f.Message, fmt.Sprintf("%q", f.Identity), Listed(all), 1)
		}
	}
	res.Findings = kept
	res.count(res.Counts.Identities, res.Counts.Rules)
}

// Listed names the first three of several, quoted, and says how many more there
// are.
func Listed(words []string) string {
	shown := make([]string, min(len(words), 3))
	for i := range shown {
		shown[i] = fmt.Sprintf("%q", words[i])
	}
	last := len(shown) - 1
	switch more := len(words) - len(shown); {
	case more > 0:
		return fmt.Sprintf("%s and %d more", strings.Join(shown, ", "), more)
	case last < 1:
		return strings.Join(shown, "")
	}
	return strings.Join(shown[:last], ", ") + " and " + shown[last]
}
