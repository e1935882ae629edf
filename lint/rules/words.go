package rules

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/rollcall-dev/rollcall/registry"
)

// nouns are the kinds as one says them.
var nouns = map[registry.Kind]string{
	registry.ServiceAccount: "service account",
	registry.ApprovalBot:    "approval bot",
}

// named is an identity as messages name it: its kind and its id.
func named(id *registry.Identity) string {
	noun, ok := nouns[id.Kind]
	if !ok {
		noun = string(id.Kind)
	}
	return fmt.Sprintf("%s %q", noun, id.ID)
}

// a puts the article before a word.
func a(word string) string {
	if word != "" && strings.ContainsRune("aeiou", rune(word[0])) {
		return "an " + word
	}
	return "a " + word
}

// either lists the words as alternatives, quoted: "a", "b" or "c".
func either(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = fmt.Sprintf("%q", w)
	}
	if len(quoted) < 2 {
		return strings.Join(quoted, "")
	}
	last := len(quoted) - 1
	return strings.Join(quoted[:last], ", ") + " or " + quoted[last]
}

// suggestion is the way out of a name that does not exist: the nearest one or,
// without one, what else can be done.
func suggestion(value string, names iter.Seq[string], otherwise string) (near, wayOut string) {
	if near = nearest(value, names); near != "" {
		return near, fmt.Sprintf("did you mean %q?", near)
	}
	return "", otherwise
}

// gone tells whether an identity can do nothing any more.
func gone(id *registry.Identity) bool { return id.State == registry.Retired }

// changesAccess tells whether an effect is one on access.
func changesAccess(effect string) bool {
	return slices.Contains([]string{"grant", "revoke", "modify"}, effect)
}
