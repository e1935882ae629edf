package rules

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

// named is an identity as messages name it: its kind and its id.
func named(id *registry.Identity) string { return fmt.Sprintf("%s %q", id.Kind.Noun(), id.ID) }

// someOne is a noun behind its article.
func someOne(noun string) string {
	if noun != "" && strings.Contains("aeio", noun[:1]) {
		return "an " + noun
	}
	return "a " + noun
}

// either lists the words as alternatives, quoted: "a", "b" or "c".
func either(words []string) string { return series(words, " or ") }

// both lists the words, quoted: "a", "b" and "c".
func both(words []string) string { return series(words, " and ") }

func series(words []string, before string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = fmt.Sprintf("%q", w)
	}
	if len(quoted) < 2 {
		return strings.Join(quoted, "")
	}
	last := len(quoted) - 1
	return strings.Join(quoted[:last], ", ") + before + quoted[last]
}

// listed names the first three of several, quoted, and says how many more
// there are.
func listed(words []string) string { return lint.Listed(words) }

// suggestion is the way out of a name that does not exist: the nearest one or,
// without one, what else can be done.
func suggestion(value string, names iter.Seq[string], otherwise string) string {
	if near := nearest(value, names); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return otherwise
}

// gone tells whether an identity can do nothing any more.
func gone(id *registry.Identity) bool { return id.State == registry.Retired }

// changesAccess tells whether an effect is one on access.
func changesAccess(effect string) bool {
	return slices.Contains([]string{"grant", "revoke", "modify"}, effect)
}
