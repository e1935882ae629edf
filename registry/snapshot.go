package registry

// A Snapshot is the registry at a commit. It is immutable; everything in it is
// sorted by id.
type Snapshot struct {
	Commit   string    // the commit, or "" for a folder
	Problems []Problem // what is wrong with the files, in order of place

	Organisation *Organisation
	Policy       *Policy
	Catalogue    *Catalogue
	Approvals    []string // names of the approval policies: policies/NAME.cedar
	Tenants      []*Tenant
	Identities   []*Identity
	Exceptions   []*Exception
	Access       []*Access

	index
}
