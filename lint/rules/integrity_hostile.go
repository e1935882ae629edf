package rules

import "github.com/rollcall-dev/rollcall/lint"

var _ = register(lint.Rule{
	ID:       "integrity/hostile",
	Severity: lint.Error,
	Controls: []string{"NIST CSF 2.0 PR.PS-01"},
	Strict:   true,
	Check:    problems("integrity/hostile"),
	Doc: `a registry file is plain data, and of a size that people read

# What
A file stands outside of what an entry may be: an import, an expression, a
definition, a comprehension or an attribute; more than 64 KiB, more than 1,000
fields or a depth of more than 16; a symbolic link; or a file that plain CUE tools
would skip in silence, such as "_x.cue" or one that begins with @if.

# Why
Anybody may open a pull request. A small file can keep an evaluator busy for
hours, reach for the network, or hide an identity from those who review it.
NIST CSF 2.0 PR.PS-01 asks that configuration is managed, and what a reviewer
cannot read is not.

# Before
	import "strings"
	identities: "n8n-prod/crm": purpose: strings.Repeat("x", 1000000000)

# After
	identities: "n8n-prod/crm": #Workflow & {
		purpose: "Copies won deals to the ERP every night"

# How to mend
Write the entry out as plain data. What many entries share belongs into
policy.cue or organisation.cue.
`,
})
