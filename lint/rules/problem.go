package rules

import (
	"slices"

	"github.com/rollcall-dev/rollcall/lint"
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
				Message:  pr.Message,
				Edit:     pr.Edit,
			})
		}
	}
}
