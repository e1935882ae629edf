package alert

import (
	"fmt"
	"strings"
	"unicode"
)

// longest is how many characters of an alert people get to read on one line.
const longest = 500

// Text is the alert as people read it in a chat, a mail or on a pager: one
// line, without markup. Much of it others wrote (a workflow's name): what a
// chat would take for a mention, a link or markup is written so that it is
// none.
func Text(a Alert) string {
	word := string(a.severity())
	switch {
	case a.Type == Test:
		word = "test"
	case a.Type == Reverted || a.Type == Offboarded:
		word = "done"
	case good[a.Type]:
		word = "over"
	}
	about := a.Identity
	if about == "" {
		about = a.Tenant
	}
	if about != "" {
		word += ", " + about
	}
	text := plain(word + ": " + a.Message)
	owner := ""
	switch {
	case len(a.Owners) == 1:
		owner = " (owner " + plain(a.Owners[0]) + ")"
	case len(a.Owners) > 1:
		owner = " (owners " + plain(few(a.Owners)) + ")"
	}
	if runes := []rune(text); len(runes) > longest {
		text = string(runes[:longest]) + "…"
	}
	return text + owner
}

// few names some, and how many more there are.
func few(owners []string) string {
	const most = 5
	if len(owners) <= most {
		return strings.Join(owners, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(owners[:most], ", "), len(owners)-most)
}

// lookAlike are characters that chats and mails take for a mention, a link or
// markup, and what is written in their place. A backslash would not do: what
// it means differs from chat to chat.
var lookAlike = strings.NewReplacer(
	"@", "＠", "<", "‹", ">", "›", "&", "＆", "*", "∗", "~", "∼", "`", "′", "[", "［", "]", "］", "|", "∣", "#", "＃", "\\", "＼",
	"://", ": //", // no link
)

// plain is a text on one line, without markup, and without the characters that
// hide or turn round others.
func plain(text string) string {
	runes := []rune(lookAlike.Replace(text))
	for i, r := range runes {
		switch {
		case r == '_' && (!within(runes, i-1) || !within(runes, i+1)): // of a name like crm_sync it stays
			runes[i] = '＿'
		case unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r):
			runes[i] = ' '
		case unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r) || r == unicode.ReplacementChar:
			runes[i] = '·'
		}
	}
	return strings.Join(strings.Fields(string(runes)), " ")
}

func within(runes []rune, i int) bool {
	return i >= 0 && i < len(runes) && (unicode.IsLetter(runes[i]) || unicode.IsDigit(runes[i]))
}
