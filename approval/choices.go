package approval

import (
	"maps"
	"slices"

	"github.com/cedar-policy/cedar-go/types"
	"github.com/cedar-policy/cedar-go/x/exp/schema/resolved"
)

// other is a text, and the name of an entity, that no policy writes.
const other = "(any other)"

// mostChoices is how many values of one attribute are tried.
const mostChoices = 200

// choices are the values of a type between which the policy can tell, or why
// they cannot be listed. Nil among them stands for absence.
func (h *hearing) choices(t resolved.IsType) (all []types.Value, why string) {
	switch t := t.(type) {
	case resolved.BoolType:
		return []types.Value{types.True, types.False}, ""
	case resolved.StringType:
		for _, text := range h.policy.said.words {
			all = append(all, text)
		}
		if h.policy.said.missing {
			h.unknown("it has so many patterns that no list of all texts is short enough")
		}
		return all, ""
	case resolved.LongType:
		for _, n := range append(slices.Clone(h.policy.said.numbers), 0) {
			all = append(all, n, n-1, n+1)
		}
		return all, ""
	case resolved.EntityType:
		if enum, ok := h.schema.Enums[types.EntityType(t)]; ok {
			for _, e := range enum.Values {
				all = append(all, e)
			}
			return all, ""
		}
		return values(h.things(types.EntityType(t))), ""
	case resolved.SetType:
		each, why := h.choices(t.Element)
		all = []types.Value{types.NewSet(), types.NewSet(each...)}
		for _, e := range each {
			all = append(all, types.NewSet(e))
		}
		for _, set := range h.policy.said.literals {
			if within(set, each) {
				all = append(all, set)
			}
		}
		return all, why
	case resolved.RecordType:
		records, why := h.records(t, nil)
		for _, r := range records {
			all = append(all, types.NewRecord(r))
		}
		return all, why
	}
	return nil, "a value of that type cannot be guessed"
}

// records are the records of a type between which the policy can tell; those
// attributes that are known are left out.
func (h *hearing) records(t resolved.RecordType, known map[types.String]bool) (all []types.RecordMap, why string) {
	all = []types.RecordMap{{}}
	for _, name := range sorted(t) {
		if known[name] || !h.policy.said.reads[name] {
			continue
		}
		h.doubt(name, t[name].Type)
		values, why := h.choices(t[name].Type)
		if why != "" {
			return nil, "it reads " + string(name) + ", and " + why
		}
		if t[name].Optional {
			values = append(values, nil)
		}
		if len(all)*len(values) > mostChoices {
			return nil, "it reads so much that no list of all cases is short enough"
		}
		all = multiply(all, name, values)
	}
	return all, ""
}

// doubt notes that an attribute may have values that make a difference and are
// not tried.
func (h *hearing) doubt(name types.String, t resolved.IsType) {
	doubts := h.policy.said.doubts
	if _, set := t.(resolved.SetType); set {
		doubts = h.policy.said.sets
	}
	if why := doubts[name]; why != "" {
		h.unknown("it " + why)
	}
}

// within tells whether a set holds nothing but values of a list.
func within(set types.Set, list []types.Value) bool {
	for v := range set.All() {
		if !slices.ContainsFunc(list, v.Equal) {
			return false
		}
	}
	return true
}

// multiply gives each record each of the values.
func multiply(records []types.RecordMap, name types.String, values []types.Value) (all []types.RecordMap) {
	for _, r := range records {
		for _, v := range values {
			next := maps.Clone(r)
			if v != nil {
				next[name] = v
			}
			all = append(all, next)
		}
	}
	return all
}
