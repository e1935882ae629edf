package approval

import (
	"regexp"

	"github.com/cedar-policy/cedar-go/x/exp/schema/resolved"
)

// Unknown is a name that a policy uses and its schema does not have.
type Unknown struct {
	Name  string
	Known []string // names of that sort that it has, sorted
	Few   bool     // few enough to list them: actions
}

// Unknown is the name because of which a policy does not satisfy its schema, or
// nil.
func (f Fault) Unknown() *Unknown { return f.unknown }

// Cedar's validator tells names in words alone.
var (
	unknownAttribute = regexp.MustCompile("^attribute `([^`]+)` .*not found")
	unknownAction    = regexp.MustCompile("^unrecognized action `[\\w:]*Action::\"([^\"]*)\"`")
)

func unknownTo(message string, s *Schema) *Unknown {
	if m := unknownAttribute.FindStringSubmatch(message); m != nil {
		return &Unknown{Name: m[1], Known: s.attributes()}
	}
	if m := unknownAction.FindStringSubmatch(message); m != nil {
		return &Unknown{Name: m[1], Known: s.actions(), Few: true}
	}
	return nil
}

func (s *Schema) actions() []string {
	names := map[string]bool{}
	for uid := range s.resolved.Actions {
		names[string(uid.ID)] = true
	}
	return sorted(names)
}

// attributes are those of entities and of what requests hold.
func (s *Schema) attributes() []string {
	names := map[string]bool{}
	take := func(r resolved.RecordType) {
		for name := range r {
			names[string(name)] = true
		}
	}
	for _, e := range s.resolved.Entities {
		take(e.Shape)
	}
	for _, a := range s.resolved.Actions {
		if a.AppliesTo != nil {
			take(a.AppliesTo.Context)
		}
	}
	return sorted(names)
}
