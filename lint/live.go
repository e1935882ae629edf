package lint

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

func (n Need) live() bool { return n == NeedsLive || n == NeedsBaseAndLive }

const needsLive = "needs a recent observation of the tenants"

// sayPartly says which tenants a rule could not judge, for they are unseen.
func (p *Pass) sayPartly() string {
	if len(p.Live) == 0 {
		return needsLive + ": " + p.SayUnseen()
	}
	return "was judged for some tenants only; it needs a recent observation of the others: " + p.SayUnseen()
}

// SayUnseen lists the tenants of which there is no recent observation, and why;
// the first ones of many. It is empty where there is none.
func (p *Pass) SayUnseen() string {
	const most = 5
	var each []string
	for _, name := range slices.Sorted(maps.Keys(p.Unseen)) {
		if len(each) == most {
			each = append(each, fmt.Sprintf("%d more", len(p.Unseen)-most))
			break
		}
		each = append(each, fmt.Sprintf("%q (%s)", name, p.Unseen[name]))
	}
	if len(each) == 0 {
		return ""
	}
	return strings.Join(each, ", ")
}
