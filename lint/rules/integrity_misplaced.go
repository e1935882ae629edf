package rules

import "github.com/rollcall-dev/rollcall/lint"

var _ = register(lint.Rule{
	ID:       "integrity/misplaced",
	Severity: lint.Error,
	Controls: []string{"NIST CSF 2.0 PR.PS-01"},
	Waivable: true,
	Check:    problems("integrity/misplaced"),
	Doc: `an entry's file is where its id says

# What
An entry stands in another file than its id says. The identity TENANT/NAME has
its place in registry/identities/TENANT/NAME.cue, and a tenant, an exception or
an access in the folder of its kind, under its name.

# Why
Review rights hang on places: CODEOWNERS asks the owners of a folder. An entry in
the wrong place is approved by the wrong people. NIST CSF 2.0 PR.PS-01 asks that
configuration is managed, and that begins with finding it.

# Before
	// registry/identities/n8n-test/crm.cue
	identities: "n8n-prod/crm": #Workflow & {

# After
	// registry/identities/n8n-prod/crm.cue
	identities: "n8n-prod/crm": #Workflow & {

# How to mend
Move the file to the place that the message names, or mend the id.
`,
})
