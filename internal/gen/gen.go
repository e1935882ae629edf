// Package gen makes policy repositories of any size, and the live tenants that
// belong to them, for benchmarks and tests. The same [Options] give the same
// bytes.
//
// What it makes is in order by every rule on the day of [Options.Today], but
// for the share of identities that is asked to be broken.
package gen

import (
	"iter"
	"maps"
	"time"
)

// Options say what is made. The zero Options make one identity.
type Options struct {
	Identities int
	Tenants    int     // 0: one for every 500 identities, and 3 at least
	Platform   string  // of all tenants: "n8n", which is the default, or "sandbox"
	Seed       uint64  // another seed gives other names, trades and dates
	Broken     float64 // share of the identities that has a mistake, 0 to 1
	Schema     string  // the text of registry/schema.cue; left out where empty
	Today      time.Time
}

// DefaultToday is the day on which a registry is in order where Options name
// none.
var DefaultToday = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

func (o Options) filled() Options {
	o.Identities = max(o.Identities, 1)
	if o.Tenants < 1 {
		o.Tenants = max(3, (o.Identities+499)/500)
	}
	if o.Platform == "" {
		o.Platform = "n8n"
	}
	if o.Today.IsZero() {
		o.Today = DefaultToday
	}
	return o
}

// Files are the files of the repository by path, one after the other: a
// hundred thousand need no more memory than one.
func Files(o Options) iter.Seq2[string, []byte] {
	o = o.filled()
	return func(yield func(string, []byte) bool) {
		for name, text := range o.frame() {
			if !yield(name, []byte(text)) {
				return
			}
		}
		for i := range o.Identities {
			if !yield(o.identityFile(i)) {
				return
			}
		}
	}
}

// Registry is all of [Files] at once.
func Registry(o Options) map[string][]byte { return maps.Collect(Files(o)) }

// identityFile is the file of identity i, and its text.
func (o Options) identityFile(i int) (string, []byte) {
	t := o.thing(i)
	name := "registry/identities/" + t.id + ".cue"
	if m, broken := o.mistake(i); broken {
		return m.make(name, t)
	}
	return name, t.cue()
}

// Changed are the files of n identities, spread over the registry, after a
// small change in each: another purpose. It is what a pull request brings.
func Changed(o Options, n int) map[string][]byte {
	o = o.filled()
	files := map[string][]byte{}
	for k := range min(n, o.Identities) {
		t := o.thing(k * o.Identities / min(n, o.Identities))
		t.purpose += ", as agreed in spring"
		files["registry/identities/"+t.id+".cue"] = t.cue()
	}
	return files
}
