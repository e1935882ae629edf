package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/rollcall-dev/rollcall/lint"
)

// GitHub writes workflow commands, which a GitHub workflow shows as
// annotations at the lines of a pull request.
func GitHub(w io.Writer, r lint.Result, _ Options) error {
	b := bufio.NewWriter(w)
	for _, f := range r.Findings {
		fmt.Fprintf(b, "::%s %stitle=%s::%s\n", f.Severity, annotated(f), property(f.Rule), data(f.Message))
	}
	return b.Flush()
}

// annotated is the place of a finding as properties of a command.
func annotated(f lint.Finding) string {
	if f.Pos.File == "" {
		return ""
	}
	file := "file=" + property(f.Pos.File) + ","
	if f.Pos.Line == 0 {
		return file
	}
	return fmt.Sprintf("%sline=%d,col=%d,", file, f.Pos.Line, f.Pos.Column)
}

// data is text as a command takes it; a line end would end the command.
func data(s string) string {
	return strings.ReplaceAll(plain(s), "%", "%25")
}

// property is text as a property of a command takes it.
func property(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(data(s))
}
