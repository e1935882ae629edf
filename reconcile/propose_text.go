package reconcile

import (
	"fmt"
	"strings"
	"time"
)

// body tells what a proposal is about, why it is there, and how to decide on
// it.
func (m *proposer) body(x Drift, file string, since time.Time) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", code(x.Message))
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "- %s: %s\n", name, value)
		}
	}
	row("tenant", code(x.Tenant))
	row("drift", fmt.Sprintf("%s, first seen at %s", x.Class, clock(since)))
	row("owner", code(x.Owner))
	row("last edited by", code(x.Editor))
	row("file", code(file))
	row("why", fmt.Sprintf("the policy proposes a change to the registry for what is %s", x.Class))
	b.WriteString("\nHow to decide:\n\n")
	yes, no := decisions(x.Class)
	fmt.Fprintf(&b, "- %s\n- %s Rollcall then withdraws this proposal by itself.\n", yes, no)
	b.WriteString("- To leave both as they are, close this and delete its branch: it is proposed again only when the drift changes.\n")
	b.WriteString("\nWhat people add to the branch is kept, and Rollcall leaves it to them from then on.\n")
	return b.String()
}

func decisions(c Class) (yes, no string) {
	switch c {
	case Undeclared:
		return "If it is meant to be there, fill in what is \"\" and merge this. What it uses and is not declared either is proposed apart; merge that first.",
			"If it is not, disable or remove it in the tenant."
	case Missing:
		return "If it is gone for good, merge this.", "If it is not, bring it back in the tenant, or correct how the entry finds it."
	case Dormant:
		return "If nobody needs it any more, merge this: from then on it must not run.", "If somebody does, use it."
	}
	return "If it is meant to be so, merge this.", "If it is not, set it back in the tenant."
}

// code is a text of others as code in Markdown, on one line; "" stays "".
func code(s string) string {
	s = strings.TrimSpace(clip(s, longText))
	if s == "" {
		return ""
	}
	longest, run := 0, 0
	for _, r := range s {
		run++
		if r != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	fence := strings.Repeat("`", longest+1)
	if longest == 0 {
		return fence + s + fence
	}
	return fence + " " + s + " " + fence
}
