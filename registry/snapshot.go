package registry

// A Snapshot is the registry at a commit. It is immutable; everything in it is
// sorted by id.
type Snapshot struct {
	Commit   string    // the commit, or "" for a folder
	Problems []Problem // what is wrong with the files, in order of place

	Organisation *Organisation
	Policy       *Policy
	Catalogue    *Catalogue       // the program's, with what the registry says besides
	Applications []*Application   // what it says
	Approvals    []ApprovalPolicy // by name
	Tenants      []*Tenant
	Identities   []*Identity
	Exceptions   []*Exception
	Access       []*Access
	Rules        []*OrganisationRule // its own: see [JudgeRules]

	ApprovalSchema []byte // the text of [ApprovalSchemaFile]; nil where there is none, or it was refused

	law map[string][]byte // the files that its own rules are evaluated from; none where there are no rules

	index
}
