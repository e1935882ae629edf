package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

// problems is the check of a rule whose findings the loader has already made:
// it is the one that reads the files.
func problems(rule string) func(*lint.Pass) {
	return func(p *lint.Pass) {
		for _, pr := range slices.Concat(p.Head.Problems, p.Unruled()) {
			if pr.Rule != rule {
				continue
			}
			p.Report(lint.Finding{
				Identity: pr.Identity,
				Field:    pr.Field,
				Value:    pr.Value,
				Pos:      pr.Pos,
				Message:  pr.Message + personMeant(p, pr),
				Edit:     pr.Edit,
				Secret:   pr.Secret,
			})
		}
	}
}

// answering are the fields that name a person or a team.
var answering = regexp.MustCompile(`(^|\.)(owner|backup|lead|by|approvedBy|requestedBy|members\[\d+\])$`)

// personMeant asks for the person or team that a value means that is no
// reference: by their name alone, or by their address. It is empty where none
// comes to mind.
func personMeant(p *lint.Pass, pr registry.Problem) string {
	if pr.Rule != "integrity/schema" || pr.Value == "" || !answering.MatchString(pr.Field) {
		return ""
	}
	o := p.Organisation()
	named := strings.ToLower(strings.TrimPrefix(pr.Value, "@"))
	var refs []string
	for ref := range people(o, p.Today()) {
		_, name, _ := strings.Cut(ref, "/")
		person, _ := personOf(o, ref)
		team, _ := teamOf(o, ref)
		if slices.Contains([]string{name, strings.ToLower(person.Email), strings.ToLower(team.Email), strings.ToLower(person.GitHub)}, named) {
			refs = append(refs, ref)
		}
	}
	if len(refs) == 0 {
		return ""
	}
	slices.Sort(refs)
	return fmt.Sprintf("; did you mean %s?", either(refs))
}
