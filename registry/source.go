package registry

// source is where an entry stands. A place is looked for only when it is asked
// for, by reading the text again: a hundred thousand identities carry none.
type source struct {
	file string
	read func(file string) ([]byte, error)
	path []string // of the entry in its file: "identities", its id
}

// Source is the file in which the entry stands.
func (s source) Source() string { return s.file }
