package lint

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/rollcall-dev/rollcall/registry"
)

// A Comparison is what a change does to the identities of a registry. One that
// got another id and is otherwise the same, or still stands for the same thing
// in the same tenant, is the same identity.
type Comparison struct {
	Kept    []Pair               // are in both, by head's id
	Added   []*registry.Identity // by id
	Removed []*registry.Identity // by id; not those whose file cannot be read any more
}

// A Pair is one identity before and after a change.
type Pair struct{ Base, Head *registry.Identity }

// Renamed tells whether the identity got another id.
func (p Pair) Renamed() bool { return p.Base.ID != p.Head.ID }

// Changed tells whether anything of what is declared changed. Where it stands
// is not declared, nor are comments.
func (p Pair) Changed() bool {
	return p.Base != p.Head && !sameFields(reflect.ValueOf(p.Base).Elem(), reflect.ValueOf(p.Head).Elem())
}

// sameFields tells whether the exported fields of two structs of one type are
// the same.
func sameFields(a, b reflect.Value) bool {
	for i := range a.NumField() {
		if a.Type().Field(i).IsExported() && !reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()) {
			return false
		}
	}
	return true
}

// Compared is what the change does to identities; nil without a base.
func (p *Pass) Compared() *Comparison { return p.compared }

func compare(base, head *registry.Snapshot) *Comparison {
	c := Comparison{Kept: make([]Pair, 0, len(head.Identities))}
	unread := map[string]bool{}
	for _, p := range head.Problems {
		unread[p.Identity] = true
	}
	eachPair(base, head, func(was, is *registry.Identity) {
		switch {
		case was == nil:
			c.Added = append(c.Added, is)
		case is != nil:
			c.Kept = append(c.Kept, Pair{was, is})
		case !unread[was.ID]:
			c.Removed = append(c.Removed, was)
		}
	})
	kept := len(c.Kept)
	c.match(target)
	c.match(declared)
	if len(c.Kept) > kept {
		slices.SortFunc(c.Kept, func(a, b Pair) int { return strings.Compare(a.Head.ID, b.Head.ID) })
	}
	return &c
}

// match takes those that were added and removed for the same where exactly one
// of each has the same mark.
func (c *Comparison) match(mark func(*registry.Identity) string) {
	if len(c.Added) == 0 || len(c.Removed) == 0 {
		return
	}
	added, removed := byMark(c.Added, mark), byMark(c.Removed, mark)
	base := map[*registry.Identity]*registry.Identity{}
	taken := map[*registry.Identity]bool{}
	for m, ids := range added {
		if was := removed[m]; len(ids) == 1 && len(was) == 1 {
			base[ids[0]], taken[was[0]] = was[0], true
		}
	}
	var left, gone []*registry.Identity
	for _, id := range c.Added {
		if was := base[id]; was != nil {
			c.Kept = append(c.Kept, Pair{was, id})
		} else {
			left = append(left, id)
		}
	}
	for _, id := range c.Removed {
		if !taken[id] {
			gone = append(gone, id)
		}
	}
	c.Added, c.Removed = left, gone
}

func byMark(ids []*registry.Identity, mark func(*registry.Identity) string) map[string][]*registry.Identity {
	by := map[string][]*registry.Identity{}
	for _, id := range ids {
		m := mark(id)
		by[m] = append(by[m], id)
	}
	return by
}

// target is the live thing that an identity stands for.
func target(id *registry.Identity) string {
	how, what := "name", id.Name()
	switch {
	case id.Live.ID != "":
		how, what = "id", id.Live.ID
	case id.Live.Name != "":
		what = id.Live.Name
	}
	return strings.Join([]string{id.Tenant(), string(id.Kind), how, what}, "\x00")
}

// declared is everything that is declared of an identity but its name.
func declared(id *registry.Identity) string {
	nameless := *id
	nameless.ID = id.Tenant()
	text, err := json.Marshal(nameless)
	if err != nil {
		panic(err) // strings, numbers and lists of them always marshal
	}
	return string(text)
}

// A renaming is the ids that identities have at head, by those they had.
type renaming map[string]string

func (c *Comparison) renames() renaming {
	r := renaming{}
	for _, p := range c.Kept {
		if p.Base != p.Head && p.Renamed() {
			r[p.Base.ID] = p.Head.ID
		}
	}
	return r
}

// all are findings of the base as they read with head's ids.
func (r renaming) all(findings []Finding) []Finding {
	if len(r) == 0 {
		return findings
	}
	var words []string
	for was, is := range r {
		words = append(words, strconv.Quote(was), strconv.Quote(is))
	}
	inMessages := strings.NewReplacer(words...)
	renamed := make([]Finding, len(findings))
	for i, f := range findings {
		if is, ok := r[f.Identity]; ok && f.Entry == EntryIdentity {
			f.Identity = is
		}
		if is, ok := r[f.Value]; ok {
			f.Value = is
		}
		f.Message = inMessages.Replace(f.Message)
		renamed[i] = f
	}
	return renamed
}
