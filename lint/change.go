package lint

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"slices"

	"github.com/rollcall-dev/rollcall/registry"
)

// same is what makes a finding the same one before and after a change. The
// place is none of it, for lines move, nor is which one of a list it is; the file
// counts only where nothing else says what is at fault.
type same struct {
	rule     string
	entry    Entry
	identity string
	field    string
	value    string
	message  string
	file     string
}

var ordinal = regexp.MustCompile(`\[[0-9]+\]`)

func key(f Finding) same {
	k := same{f.Rule, f.Entry, f.Identity, ordinal.ReplaceAllString(f.Field, "[]"), f.Value, f.Message, ""}
	if f.Identity == "" {
		k.file = f.Pos.File
	}
	return k
}

// Fingerprint names a finding so that it is found again when lines move and
// when its message says a little more or less: by rule, identity, field and
// value. It is 32 hexadecimal digits.
func (f Finding) Fingerprint() string {
	k := key(f)
	parts, err := json.Marshal([]string{k.rule, string(k.entry), k.identity, f.Field, k.value, k.file})
	if err != nil {
		panic(err) // strings always marshal
	}
	sum := sha256.Sum256(parts)
	return hex.EncodeToString(sum[:16])
}

// New are the findings at head that were not there at base: what the change
// adds, in head's order. What stood there before never blocks a change, and
// one that stands there twice where it stood once is new once.
func New(base, head []Finding) []Finding {
	added, _ := split(base, head)
	return added
}

// split parts head's findings into those that base does not have and those
// that it has.
func split(base, head []Finding) (added, before []Finding) {
	had := make(map[same]int, len(base))
	for _, f := range base {
		had[key(f)]++
	}
	for _, f := range head {
		if k := key(f); had[k] > 0 {
			had[k]--
			before = append(before, f)
			continue
		}
		added = append(added, f)
	}
	return added, before
}

// RunChange judges the change from pass.Base to pass.Head: what it adds are
// the findings, what was there before is told apart. The base's policy,
// organisation, catalogue and exceptions count for both; what the change's own
// organisation breaks is a finding too. Without a base it is [Run].
func RunChange(rules []Rule, pass Pass) Result {
	if pass.Base == nil {
		return Run(rules, pass)
	}
	pass.compared, pass.common = compare(pass.Base, pass.Head), commonOf(pass.Base, pass.Head)
	res := Run(rules, pass)
	was := Run(rules, Pass{Head: pass.Base, Live: pass.Live, Now: pass.Now, Rulings: pass.Rulings, common: pass.common})
	before := pass.compared.renames().all(was.Findings)
	res.Findings, res.Before = split(before, res.Findings)
	res.byEither(rules, &pass, before)
	res.settlePlaces(&pass, pass.Brief)
	res.count(res.Counts.Identities, res.Counts.Rules)
	return res
}

// Mends are the edits that the findings carry, by file and in order of place,
// with none given twice. Of edits that touch the same bytes the first is kept;
// left are the findings whose edits are for another round.
func Mends(findings []Finding) (byFile map[string][]registry.Edit, left []Finding) {
	sorted := slices.Clone(findings)
	sorted = slices.DeleteFunc(sorted, func(f Finding) bool { return f.Edit == nil })
	slices.SortStableFunc(sorted, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Edit.Start, b.Edit.Start), cmp.Compare(a.Edit.End, b.Edit.End))
	})
	byFile = map[string][]registry.Edit{}
	for _, f := range sorted {
		kept := byFile[f.Edit.File]
		switch {
		case slices.Contains(kept, *f.Edit):
		case len(kept) > 0 && overlap(kept[len(kept)-1], *f.Edit):
			left = append(left, f)
		default:
			byFile[f.Edit.File] = append(kept, *f.Edit)
		}
	}
	return byFile, left
}

// overlap tells whether b, which does not start before a, touches bytes of a
// or inserts where a does.
func overlap(a, b registry.Edit) bool {
	return b.Start < a.End || b.Start == a.Start
}
