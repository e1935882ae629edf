package gen

import (
	"bytes"
	"math/rand/v2"
	"strings"
)

// A Mistake is what is wrong with an identity that was asked to be broken.
type Mistake struct {
	Identity string // its id, as its place says it
	Rule     string // that catches it
	File     string
}

type mistake struct {
	rule string
	make func(name string, t thing) (string, []byte)
}

// in makes a mistake by a change to the identity.
func in(rule string, change func(*thing)) mistake {
	return mistake{rule, func(name string, t thing) (string, []byte) {
		change(&t)
		return name, t.cue()
	}}
}

var mistakes = []mistake{
	in("ownership/unknown", func(t *thing) { t.owner = "person/nobody" }),
	in("ownership/same-backup", func(t *thing) { t.owner = t.backup }),
	in("integrity/schema", func(t *thing) { t.tier = "high" }),
	in("integrity/schema", func(t *thing) { t.expires = "2027-02-30" }),
	in("lifecycle/expired", func(t *thing) { t.expires = t.o.Today.AddDate(0, 0, -9).Format("2006-01-02") }),
	in("lifecycle/expiry-too-far", func(t *thing) { t.expires = t.o.Today.AddDate(2, 0, 0).Format("2006-01-02") }),
	{"integrity/schema", func(name string, t thing) (string, []byte) {
		return name, bytes.Replace(t.cue(), []byte("\tpurpose:"), []byte("\tpurpos:"), 1)
	}},
	{"integrity/misplaced", func(name string, t thing) (string, []byte) {
		return strings.TrimSuffix(name, ".cue") + "-moved.cue", t.cue()
	}},
}

// mistake is what is wrong with identity i, if anything is to be.
func (o Options) mistake(i int) (mistake, bool) {
	r := rand.New(rand.NewPCG(o.Seed^0xb40ce2, uint64(i)))
	if r.Float64() >= o.Broken {
		return mistake{}, false
	}
	return mistakes[r.IntN(len(mistakes))], true
}

// Mistakes are those of a registry, in the order of its identities.
func Mistakes(o Options) []Mistake {
	o = o.filled()
	var all []Mistake
	for i := range o.Identities {
		if m, broken := o.mistake(i); broken {
			file, _ := o.identityFile(i)
			all = append(all, Mistake{Identity: o.thing(i).id, Rule: m.rule, File: file})
		}
	}
	return all
}
