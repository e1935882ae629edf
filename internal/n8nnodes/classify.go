package n8nnodes

import (
	"slices"
	"strings"
	"unicode"
)

// A Class is what an operation does, as far as its name tells.
type Class string

const (
	Reading Class = "read"    // reads, and leaves everything as it is
	Change  Class = "change"  // creates, changes or deletes data
	Grant   Class = "grant"   // gives somebody access
	Revoke  Class = "revoke"  // takes access away
	Modify  Class = "modify"  // changes accounts, groups, rights, keys or rules otherwise
	Any     Class = "any"     // does what it is told (code, a command, a record of any kind): changes data, and may do more
	Host    Class = "host"    // runs commands where n8n keeps its keys: rules everything that n8n can reach
	Unknown Class = "unknown" // no rule covers it
	Local   Class = "local"   // works within the workflow
)

// order is that of the lines of a node.
var order = []Class{Reading, Change, Grant, Revoke, Modify, Any, Host, Unknown, Local}

// classify judges an operation by n8n's words for it. It is less certain than
// the catalogue's own facts, which come first, and more certain than nothing:
//
//  1. An operation that somebody looked at has what they found (judged).
//  2. The verb is the first word of the name, or of the action that people
//     choose it by ("Get many users"). Where there is none, or the two disagree
//     on whether it reads, it is unknown.
//  3. A name that holds several verbs ("findOneAndUpdate", "createOrGet") has
//     the one that does most.
//  4. What reads secrets is unknown: whoever has a key has more than a reading.
//  5. What writes accounts, members, groups, roles, permissions, invitations,
//     keys, secrets or policies rules access; the verb says which way.
//  6. So does a verb that is about access by itself: share, invite, kick, ban.
//  7. What writes records of any kind changes data and may do more.
//  8. Any other writing verb changes data.
func classify(o operation) Class {
	if c, ok := judged[o.node+" "+o.key()]; ok {
		return c
	}
	name, action := words(o.name), words(o.action)
	if len(action) == 0 {
		action = words(o.describe)
	}
	verb, does := verbOf(name)
	said, saidDoes := verbOf(action[:min(1, len(action))])
	switch {
	case does == none:
		verb, does = said, saidDoes
	case does == reads && saidDoes > reads:
		return Unknown
	}
	things := append(words(o.resource), name...)
	switch {
	case does == none:
		return Unknown
	case does == reads && about(things, secrets):
		return Unknown
	case does == reads:
		return Reading
	case does == rules || rulesAccess(o, things):
		return way(verb)
	case anything[o.node+" "+o.resource]:
		return Any
	}
	return Change
}

// rulesAccess tells whether to write what an operation is about is to write
// somebody's access.
func rulesAccess(o operation, things []string) bool {
	at := o.node + " " + o.resource
	return staff[at] || about(things, accounts) && !customers[at] && !namesakes[at]
}

// A doing is how much a verb does.
type doing int

const (
	none doing = iota
	reads
	writes
	rules // access, whatever it is done to
)

// verbOf is the verb of a name, and what it does.
func verbOf(name []string) (verb string, does doing) {
	for i, w := range name {
		d := verbs[w]
		if i == 0 && d != none && !slices.Contains(name, "and") && !slices.Contains(name, "or") {
			return w, d
		}
		if d > does {
			verb, does = w, d
		}
	}
	return verb, does
}

// way is which way a verb moves access.
func way(verb string) Class {
	switch {
	case slices.Contains(gives, verb):
		return Grant
	case slices.Contains(takes, verb):
		return Revoke
	}
	return Modify
}

// worse is the class of an operation that two versions of a node do otherwise.
func worse(a, b Class) Class {
	if a == b {
		return a
	}
	rank := []Class{Local, Reading, Change, Any, Unknown, Revoke, Grant, Modify, Host}
	if slices.Index(rank, a) > slices.Index(rank, b) {
		return a
	}
	return b
}

func about(things []string, of map[string]bool) bool {
	return slices.ContainsFunc(things, func(w string) bool { return of[w] || of[strings.TrimSuffix(w, "s")] })
}

// words are the words of a name in camel case, or of a sentence, in small
// letters.
func words(text string) []string {
	var spaced strings.Builder
	runes := []rune(text)
	for i, r := range runes {
		if unicode.IsUpper(r) && i > 0 && (unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])) {
			spaced.WriteByte(' ')
		}
		spaced.WriteRune(unicode.ToLower(r))
	}
	return strings.FieldsFunc(spaced.String(), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' })
}
