package registry

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A writer writes new fields into a file in its language and layout.
type writer struct {
	format string
	text   []byte
}

// fields writes a field with the structs around it that are absent.
func (w writer) fields(path []string, value string) string {
	name := w.name(path[0])
	if len(path) == 1 {
		return name + ": " + value
	}
	if w.format == "cue" {
		return name + ": " + w.fields(path[1:], value)
	}
	return name + ": {" + w.fields(path[1:], value) + "}"
}

func (w writer) name(name string) string {
	if w.format != "json" && isWord(name) {
		return name
	}
	return strconv.Quote(name)
}

// before is the field behind which a new one goes: the nearest that the order
// has before it, or else the last. It is nil where no field's end is known.
func (w writer) before(parent *node, order []string, name string) *field {
	known := func(name string) *field {
		for i := range parent.fields {
			if parent.fields[i].name == name && parent.fields[i].value.end > 0 {
				return &parent.fields[i]
			}
		}
		return nil
	}
	for i := slices.Index(order, name) - 1; i >= 0; i-- {
		if f := known(order[i]); f != nil {
			return f
		}
	}
	for i := len(parent.fields) - 1; i >= 0; i-- {
		if f := known(parent.fields[i].name); f != nil {
			return f
		}
	}
	return nil
}

// insert writes a field into a struct, behind another one of it.
func (w writer) insert(parent *node, behind *field, added string) Edit {
	switch {
	case w.format == "cue" && parent.open == 0: // a: b: 1
		old := string(w.text[parent.start:parent.end])
		return Edit{Start: parent.start, End: parent.end, New: "{" + old + ", " + added + "}"}
	case len(parent.fields) == 0:
		return Edit{Start: parent.open, End: parent.open, New: added}
	case behind == nil:
		return w.inFront(parent.fields[0], added)
	}
	end := behind.value.end
	indent, alone := w.indent(behind.start)
	rest := w.restOfLine(end)
	switch {
	case w.format == "json" && alone:
		return Edit{Start: end, End: end, New: "," + w.newline() + indent + added}
	case w.format == "json" || !alone || rest < 0:
		return Edit{Start: end, End: end, New: ", " + added}
	}
	return Edit{Start: rest, End: rest, New: w.newline() + indent + added}
}

func (w writer) inFront(first field, added string) Edit {
	indent, alone := w.indent(first.start)
	separator := ", "
	if alone && w.format != "json" {
		separator = w.newline() + indent
	}
	return Edit{Start: first.start, End: first.start, New: added + separator}
}

// indent is the white space before a field, and whether nothing else stands
// before it on its line.
func (w writer) indent(at int) (string, bool) {
	line := string(w.text[bytes.LastIndexByte(w.text[:at], '\n')+1 : at])
	if strings.Trim(line, " \t") == "" {
		return line, true
	}
	if w.format == "yaml" && strings.Trim(line, " \t-") == "" {
		return strings.ReplaceAll(line, "-", " "), true
	}
	return "", false
}

var nothingMore = regexp.MustCompile(`^[ \t]*,?[ \t]*((//|#)[^\n]*)?$`)

// restOfLine is the end of the line, where between it and the offset there is
// at most a comma and a comment; else it is negative.
func (w writer) restOfLine(at int) int {
	end := len(w.text)
	if i := bytes.IndexByte(w.text[at:], '\n'); i >= 0 {
		end = at + i
	}
	if end > at && w.text[end-1] == '\r' {
		end--
	}
	if !nothingMore.Match(w.text[at:end]) {
		return -1
	}
	return end
}

func (w writer) newline() string {
	if bytes.Contains(w.text, []byte("\r\n")) {
		return "\r\n"
	}
	return "\n"
}
