package registry

import "fmt"

// A Pos is a place in the registry's own text. The zero Pos is nowhere.
type Pos struct {
	File   string // slash-separated, from the root of the repository
	Line   int    // from 1
	Column int    // from 1, in bytes
	Offset int    // from 0, in bytes
}

// String gives file:line:column, or as much of it as there is.
func (p Pos) String() string {
	switch {
	case p.File == "":
		return "-"
	case p.Line == 0:
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// A Problem is a mistake in a registry file that keeps an entry, a file or
// part of it from being read. Its rule is one of integrity/schema,
// integrity/hostile, integrity/misplaced.
type Problem struct {
	Rule     string
	Pos      Pos
	Identity string // id, where it is known
	Field    string // dotted path, where it is known
	Value    string // the offending value, where there is one
	Message  string // what is wrong; and the way out behind a semicolon
	Edit     *Edit  // how to mend it, where that is mechanical
	Secret   bool   // its line may hold a secret, and is not shown
}

// An Edit replaces the bytes from Start to End of a file by New. It keeps
// comments and layout, since it touches nothing else.
type Edit struct {
	File       string
	Start, End int // byte offsets, end excluded
	New        string
}
