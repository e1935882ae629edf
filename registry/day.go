package registry

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

var (
	dayFirst  = regexp.MustCompile(`^([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})$`)
	yearFirst = regexp.MustCompile(`^([0-9]{4})[./-]([0-9]{1,2})[./-]([0-9]{1,2})$`)
)

// dayOf is the day that a text names as people write it: 30.11.2027,
// 11/30/2027, 2027/11/30. Sure is false where day and month can be confused;
// it is no date where the text names none.
func dayOf(text string) (day Date, sure bool) {
	var year, month, of string
	if m := dayFirst.FindStringSubmatch(text); m != nil {
		year, month, of = m[3], m[2], m[1]
	} else if m := yearFirst.FindStringSubmatch(text); m != nil {
		year, month, of = m[1], m[2], m[3]
	} else {
		return "", false
	}
	a, _ := strconv.Atoi(month) // digits, both
	b, _ := strconv.Atoi(of)
	if a > 12 {
		a, b = b, a
	}
	day = Date(fmt.Sprintf("%s-%02d-%02d", year, a, b))
	if day.Start().IsZero() {
		return "", false
	}
	return day, b > 12 || a == b
}

// dayMeant is the way out of a day that is not written as the registry has it.
func dayMeant(want *shape, text string) string {
	if want.def != "#Date" {
		return ""
	}
	switch day, sure := dayOf(text); {
	case sure:
		return fmt.Sprintf("; write it as %q", day)
	case day != "":
		return "; write the year, then the month, then the day"
	}
	return ""
}

// dayEdit is the edit that writes a day as the registry has it, where it is
// plain which day is meant, and where its text stands in the file as it is.
func (e *entry) dayEdit(path []string) *Edit {
	want, n := e.shape.at(path), e.root.at(append(append([]string(nil), e.at...), path...))
	if want == nil || want.def != "#Date" || n == nil || n.kind != textNode || n.end == 0 || n.end > len(e.text) {
		return nil
	}
	day, sure := dayOf(n.text)
	if !sure || !strings.Contains(string(e.text[n.start:n.end]), n.text) {
		return nil
	}
	return &Edit{File: e.file, Start: n.start, End: n.end, New: strconv.Quote(string(day))}
}
