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

	law    map[string][]byte // the files that its own rules are evaluated from; none where there are no rules
	unread map[string]bool   // the sections of which a file could not be read at all

	index
}

// Unread tells whether a file of a section, as "organisation", is there and
// could not be read at all. That is one of [Snapshot.Problems], and everything
// that seems to be gone with it is none.
func (s *Snapshot) Unread(section string) bool { return s.unread[section] }

// UnreadLaw tells whether a file that the registry's own rules are made of could
// not be read at all.
func (s *Snapshot) UnreadLaw() bool {
	for name := range s.law {
		if home, _, _ := homeOf(name); s.unread[home.name] {
			return true
		}
	}
	return false
}
