package rules

import "github.com/rollcall-dev/rollcall/lint"

var _ = register(lint.Rule{
	ID:       "integrity/schema",
	Severity: lint.Error,
	Controls: []string{"NIST CSF 2.0 PR.PS-01", "NIST AI RMF 1.0 GOVERN 1.6"},
	Check:    problems("integrity/schema"),
	Doc: `every file satisfies the schema

# What
A file of the registry is no CUE, or has a field, a value or a kind that the
schema does not allow, or lacks one that it requires.

# Why
What cannot be read is not in the inventory: nobody compares it with what runs.
NIST AI RMF GOVERN 1.6 asks for the inventory of what acts, NIST CSF 2.0
PR.PS-01 that its configuration is managed.

# Before
	tier: "priviledged"

# After
	tier: "privileged"

# How to mend
The message names the field, the value and what may stand there. An editor with
CUE support completes and checks the fields behind "#Workflow & {", as plain
"cue vet ./..." does.
`,
})
