package tenant

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Encode writes an observation for keeping, without its time: that of a tenant
// which did not change is the same bytes each time, in whatever order the
// tenant told it. What it holds is what drivers put into an observation, and
// they put no secret there.
func (ob Observation) Encode() []byte {
	ob.At = time.Time{}
	read := make(map[Kind]Coverage, len(ob.Read))
	for k, cover := range ob.Read {
		cover.Fields = sorted(cover.Fields)
		read[k] = cover
	}
	can := make(map[Kind][]Ability, len(ob.Can))
	for k, abilities := range ob.Can {
		can[k] = sorted(abilities)
	}
	objects := make([]Object, len(ob.Objects))
	for i, o := range ob.Objects {
		objects[i] = o.ordered()
	}
	slices.SortFunc(objects, func(a, b Object) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
	})
	ob.Read, ob.Can, ob.Objects, ob.Blind = read, can, objects, sorted(ob.Blind)
	body, err := json.Marshal(ob)
	if err != nil {
		panic(err) // strings, and times of four-digit years, always marshal
	}
	return body
}

// Decode reads what [Observation.Encode] wrote, of a tenant that was seen then.
func Decode(body []byte, at time.Time) (Observation, error) {
	var ob Observation
	if err := json.Unmarshal(body, &ob); err != nil {
		return Observation{}, fmt.Errorf("decode an observation: %w", err)
	}
	ob.At = at
	return ob, nil
}

// ordered is the object with its lists in order, and its times in UTC.
func (o Object) ordered() Object {
	o.Unknown, o.Scopes = sorted(o.Unknown), sorted(o.Scopes)
	o.Triggers = slices.SortedFunc(slices.Values(o.Triggers), func(a, b Trigger) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Cron, b.Cron))
	})
	o.Uses = slices.SortedFunc(slices.Values(o.Uses), func(a, b Ref) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Via, b.Via), cmp.Compare(a.Name, b.Name))
	})
	o.Steps = slices.SortedFunc(slices.Values(o.Steps), func(a, b Step) int {
		return cmp.Or(cmp.Compare(a.App, b.App), cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.Via, b.Via), cmp.Compare(a.Host, b.Host))
	})
	for _, t := range []*time.Time{&o.Created, &o.Updated, &o.LastUsed, &o.Expires} {
		*t = writable(*t)
	}
	if o.Draft != nil {
		draft := o.Draft.ordered()
		o.Draft = &draft
	}
	return o
}

// writable is a time that JSON can hold, in UTC; what ends later than that ends
// with it.
func writable(t time.Time) time.Time {
	first, last := time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	switch {
	case t.Before(first):
		return first
	case t.After(last):
		return last
	}
	return t.UTC()
}

func sorted[T cmp.Ordered](list []T) []T { return slices.Sorted(slices.Values(list)) }
