// Package report writes what lint found, one file a format.
//
// To add a format, add a file with one function of type [Format], put it into
// [Formats], and add its golden to testdata/report.txtar.
//
// What strangers wrote, which is any id, value, file name and message, is
// escaped for where it goes: it can neither move a terminal's cursor nor end a
// line, a field or a command.
package report

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/rollcall-dev/rollcall/lint"
)

// A Format writes a result.
type Format func(w io.Writer, r lint.Result, o Options) error

// Options say what a format cannot know from the result. The zero value works.
type Options struct {
	Commit  string      // that was judged; empty for a folder
	Version string      // of rollcall
	Rules   []lint.Rule // that were judged, for formats that describe them

	Change bool // what was judged is a change
	All    bool // shows each finding that was there before the change or is in the baseline, and not only how many

	// For a terminal.
	Colour bool                              // and the source lines
	Source func(file string) ([]byte, error) // reads a judged file; nil where none can be read
}

// Formats are the formats by name.
var Formats = map[string]Format{
	"text":     Text,
	"html":     HTML,
	"json":     JSON,
	"sarif":    SARIF,
	"github":   GitHub,
	"markdown": Markdown,
	"junit":    JUnit,
}

// Names are the names of the formats, in order.
func Names() []string { return slices.Sorted(maps.Keys(Formats)) }

// toldApart says what else was found, and that it does not block: a line a
// kind.
func toldApart(r lint.Result) (lines []string) {
	if n := r.Counts.Before; n > 0 {
		lines = append(lines, count(n, "finding")+" from before this change, which "+blockNothing(n))
	}
	if n := r.Counts.Accepted; n > 0 {
		lines = append(lines, count(n, "finding")+" in the baseline, which "+blockNothing(n))
	}
	if n := r.Counts.Outdated; n > 0 {
		lines = append(lines, count(n, "finding")+" of the baseline found no more; write it again with --write-baseline")
	}
	return lines
}

func blockNothing(n int) string {
	if n == 1 {
		return "blocks nothing"
	}
	return "block nothing"
}

// count says how many there are of something.
func count(n int, one string) string {
	switch {
	case n == 1:
		return "1 " + one
	case one == "identity":
		return fmt.Sprintf("%d identities", n)
	}
	return fmt.Sprintf("%d %ss", n, one)
}
