package rules

import (
	"fmt"
	"strings"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

// guarded says what a file decides that is no entry of the registry and yet
// part of how changes are judged, or "".
func guarded(name string) string {
	switch {
	case strings.HasPrefix(name, "cue.mod/"):
		return "which CUE module the registry is, and what plain CUE tools fetch"
	case name == "registry/schema.cue":
		return "what editors and plain CUE tools accept; Rollcall judges by its own, and writes this copy"
	case name == "CODEOWNERS", name == ".github/CODEOWNERS", name == "docs/CODEOWNERS":
		return "who has to review what"
	case strings.HasPrefix(name, ".github/"):
		return "what runs on a change"
	case name == ".gitattributes", name == ".gitmodules":
		return "what git makes of the files"
	}
	return ""
}

// guardedChanged reports files of which something hangs that is not seen in
// the registry's entries.
func guardedChanged(p *lint.Pass, said func(lint.Entry, string, string, registry.Pos, string)) {
	for _, f := range p.Files {
		if !f.Changed {
			continue
		}
		for _, name := range f.Names {
			if what := guarded(name); what != "" {
				said(lint.EntryPolicy, "", "", firstLine(name), fmt.Sprintf("the change touches %s, which decides %s", name, what))
			}
		}
	}
}
