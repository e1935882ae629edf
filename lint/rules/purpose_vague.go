package rules

import (
	"fmt"
	"hash/maphash"
	"strings"
	"unicode"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "purpose/vague",
	Severity: lint.Warning,
	Controls: []string{"NIST AI RMF 1.0 GOVERN 1.6", "NIST CSF 2.0 PR.AA-01"},
	Waivable: true,
	Check:    vaguePurpose,
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

func vaguePurpose(p *lint.Pass) {
	same := map[uint64]int{} // by hash: a hundred thousand purposes are many bytes
	for _, id := range p.Head.Identities {
		if !gone(id) {
			same[purposeKey(id)]++
		}
	}
	for _, id := range p.Head.Identities {
		if gone(id) {
			continue
		}
		why := vague(id.Purpose)
		if n := same[purposeKey(id)]; why == "" && n > maxSamePurpose {
			why = fmt.Sprintf("which is that of %d identities", n)
		}
		if why == "" {
			continue
		}
		p.Report(lint.Finding{
			Identity: id.ID,
			Field:    "purpose",
			Value:    id.Purpose,
			Message:  fmt.Sprintf("%s has purpose %q, %s; say what it does, from where to where, and for whom", named(id), id.Purpose, why),
		})
	}
}

var purposeSeed = maphash.MakeSeed()

func purposeKey(id *registry.Identity) uint64 {
	var h maphash.Hash
	h.SetSeed(purposeSeed)
	for word := range strings.FieldsSeq(strings.ToLower(id.Purpose)) {
		h.WriteString(word)
		h.WriteByte(' ')
	}
	return h.Sum64()
}

// vague says what a purpose lacks, or nothing.
func vague(purpose string) string {
	words := strings.FieldsFunc(strings.ToLower(purpose), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	telling := 0
	for _, w := range words {
		if placeholder[w] {
			return fmt.Sprintf("in which %q stands for something that is still to be written", w)
		}
		if !filler[w] {
			telling++
		}
	}
	switch {
	case len(words) < 5:
		return fmt.Sprintf("which is %s", few(len(words)))
	case telling < 2:
		return "which is made of filler"
	}
	return ""
}

func few(words int) string {
	if words == 1 {
		return "one word only"
	}
	return fmt.Sprintf("%d words only", words)
}

// placeholder words stand for a text that nobody has written yet.
var placeholder = set("tbd tba xxx lorem ipsum changeme placeholder")

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
