package lint

import (
	"cmp"
	"strings"

	"github.com/rollcall-dev/rollcall/registry"
)

// OrganisationRules are the rules that a registry declares itself, to be run
// with those of the book. The law is the base's where a change is judged. They
// report what [Pass.Rulings] holds, for only a process of its own may evaluate
// them.
func OrganisationRules(law *registry.Snapshot) []Rule {
	all := make([]Rule, len(law.Rules))
	for i, r := range law.Rules {
		all[i] = OrganisationRule(r)
	}
	return all
}

// OrganisationRule is a rule that a registry declares itself. One whose
// severity cannot be read is an error.
func OrganisationRule(r *registry.OrganisationRule) Rule {
	severity := Severity(r.Severity)
	if severity == "" {
		severity = Error
	}
	return Rule{
		ID: r.ID, Severity: severity, Controls: r.Controls, Waivable: r.Waivable,
		Doc: pageOf(r), Needs: NeedsRuling,
		Check: func(p *Pass) {
			for _, b := range p.Rulings[p.Head].Breaches {
				if b.Rule == r.ID {
					p.Report(Finding{Identity: b.Identity, Field: b.Field, Value: b.Value, Message: b.Message})
				}
			}
		},
	}
}

// ruled tells whether the organisation's own rules were evaluated.
func (p *Pass) ruled() bool {
	_, ok := p.Rulings[p.Head]
	return ok
}

// Unruled is why the organisation's own rules could not be judged.
func (p *Pass) Unruled() []registry.Problem { return p.Rulings[p.Head].Problems }

// pageOf is a rule's page as the book has them.
func pageOf(r *registry.OrganisationRule) string {
	var b strings.Builder
	b.WriteString(r.Message + "\n\n# What\n")
	if r.Applies != "" {
		b.WriteString("Of the identities that satisfy\n\n" + code(r.Applies) + "\n\neach satisfies\n\n")
	} else {
		b.WriteString("Every identity satisfies\n\n")
	}
	b.WriteString(code(r.Must) + "\n\nIt is a rule of this registry: it stands in " + r.Source() + ".\n")
	b.WriteString("\n# Why\n" + cmp.Or(r.Why, "The registry does not say.") + "\n")
	b.WriteString("\n# How to mend\nChange the field that the finding names, as the first line says.\n")
	return b.String()
}

// code is CUE as a page shows it, its first line as far to the left as the last.
func code(text string) string {
	lines := strings.Split(text, "\n")
	last := lines[len(lines)-1]
	indent := last[:len(last)-len(strings.TrimLeft(last, "\t "))]
	for i, line := range lines {
		lines[i] = strings.TrimRight("\t"+strings.TrimPrefix(line, indent), "\t ")
	}
	return strings.Join(lines, "\n")
}
