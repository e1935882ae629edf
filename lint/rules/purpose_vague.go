package rules

import (
	"fmt"
	"hash/maphash"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "purpose/vague",
	Severity: lint.Warning,
	Controls: []string{"NIST AI RMF 1.0 GOVERN 1.6", "NIST CSF 2.0 PR.AA-01"},
	Waivable: true,
	Each:     vaguePurpose,
	Local:    true,
	Check:    samePurpose,
	Doc: `a purpose says what it is for

# What
The purpose of an identity has fewer than five words, or is made of filler
("integration", "sync job", "tbd", "test"), or is the same text as that of more
than five identities.

# Why
On the day of recertification somebody who did not build it has to decide by
this sentence whether it is still needed. NIST AI RMF GOVERN 1.6 asks for an
inventory, and NIST CSF 2.0 PR.AA-01 for identities that are managed.

# Before
	purpose: "CRM sync job"

# After
	purpose: "Copies won deals from the CRM to the ERP every night so that finance can invoice"

# How to mend
Say what is moved or done, from where to where, and who needs it.
`,
})

// maxSamePurpose is how many identities may have one purpose.
const maxSamePurpose = 5

func vaguePurpose(p *lint.Pass, id *registry.Identity) {
	if gone(id) {
		return
	}
	if why := vague(id.Purpose); why != "" {
		reportPurpose(p, id, why)
	}
}

// samePurpose reports a purpose that many have and that says something.
func samePurpose(p *lint.Pass) {
	same := make(map[uint64]int, len(p.Head.Identities)) // by hash: a hundred thousand purposes are many bytes
	keys := make([]uint64, len(p.Head.Identities))
	var room []byte
	for i, id := range p.Head.Identities {
		if !gone(id) {
			room = appendPlain(room[:0], id.Purpose)
			keys[i] = maphash.Bytes(purposeSeed, room)
			same[keys[i]]++
		}
	}
	for i, id := range p.Head.Identities {
		if n := same[keys[i]]; n > maxSamePurpose && !gone(id) && vague(id.Purpose) == "" {
			reportPurpose(p, id, fmt.Sprintf("word for word as in %d others", n-1))
		}
	}
}

func reportPurpose(p *lint.Pass, id *registry.Identity, why string) {
	p.Report(lint.Finding{
		Identity: id.ID,
		Field:    "purpose",
		Value:    id.Purpose,
		Message:  fmt.Sprintf("%s has purpose %q, %s; say what it does, from where to where, and for whom", named(id), id.Purpose, why),
	})
}

var purposeSeed = maphash.MakeSeed()

// appendPlain appends a text in small letters, with a blank behind each word.
func appendPlain(to []byte, text string) []byte {
	for word := range strings.FieldsSeq(text) {
		from := len(to)
		for i := range len(word) {
			c := word[i]
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			} else if c >= utf8.RuneSelf {
				to = append(to[:from], strings.ToLower(word)...)
				break
			}
			to = append(to, c)
		}
		to = append(to, ' ')
	}
	return to
}

// vague says what a purpose lacks, or nothing.
func vague(purpose string) string {
	words, telling := 0, 0
	for w := range strings.FieldsFuncSeq(strings.ToLower(purpose), apart) {
		words++
		if isPlaceholder(w) {
			return fmt.Sprintf("in which %q stands for something that is still to be written", w)
		}
		if telling < 2 && !filler[w] {
			telling++
		}
	}
	switch {
	case words < 5:
		return fmt.Sprintf("which is %s", few(words))
	case telling < 2:
		return "which is made of filler"
	}
	return ""
}

// apart tells whether a rune is between words.
func apart(r rune) bool {
	if r < utf8.RuneSelf {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}
	return !unicode.IsLetter(r) && !unicode.IsDigit(r)
}

func few(words int) string {
	if words == 1 {
		return "one word only"
	}
	return fmt.Sprintf("%d words only", words)
}

// isPlaceholder tells whether a word stands for a text that nobody has written
// yet.
func isPlaceholder(word string) bool {
	switch word {
	case "tbd", "tba", "xxx", "lorem", "ipsum", "changeme", "placeholder":
		return true
	}
	return false
}

// filler words say nothing about what one identity is for.
var filler = set(`a an and any as at by for from in into is it its of on or our that the this to used with
	integration integrations sync syncs synchronisation synchronization job jobs test tests testing
	workflow workflows connector connectors automation automations script scripts process processes
	task tasks flow flows tool general generic misc various stuff things data purpose purposes
	connection connections webhook token account service internal some new old temp temporary`)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}
