package registry

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
	_ "time/tzdata" // a window means the same on every machine

	"github.com/robfig/cron/v3"
)

// A Calendar is when something may be done: within a window of every layer
// that has windows, and outside of every freeze. The empty calendar is always
// open.
type Calendar [][]ChangeWindow

// CalendarOf lays layers over each other: each may hold back, and none can
// take that away.
func CalendarOf(layers ...[]ChangeWindow) Calendar {
	return slices.DeleteFunc(Calendar(layers), func(layer []ChangeWindow) bool { return len(layer) == 0 })
}

// farthest is how far ahead an opening is looked for, and steps how often.
const (
	farthest = 366 * 24 * time.Hour
	steps    = 10_000
)

// Opens is the first moment from now on at which the calendar is open: now
// itself where it is. It is zero where that is not within a year, or where a
// window cannot be read: the [Snapshot] of it has a problem then. Why names
// the first window that keeps it closed now.
func (c Calendar) Opens(now time.Time) (at time.Time, why string) {
	at = now
	for range steps {
		next, because := c.closed(at)
		if because == "" {
			return at, why
		}
		if at.Equal(now) {
			why = because
		}
		if next.IsZero() || next.Sub(now) > farthest {
			break
		}
		at = next
	}
	return time.Time{}, why
}

// closed is why the calendar is closed at a moment, and when that is worth
// asking again; never, if that is zero.
func (c Calendar) closed(at time.Time) (again time.Time, why string) {
	for _, layer := range c {
		bounded, open := false, false
		for _, w := range layer {
			next, ends, err := w.around(at)
			switch {
			case err != nil:
				return time.Time{}, fmt.Sprintf("a change window cannot be read: %v", err)
			case w.Freeze && !ends.IsZero():
				return ends, fmt.Sprintf("a change freeze (%s)", w)
			case w.Freeze:
				continue
			}
			bounded, open = true, open || !ends.IsZero()
			if !next.IsZero() && (again.IsZero() || next.Before(again)) {
				again = next
			}
		}
		if bounded && !open {
			return again, fmt.Sprintf("outside the change windows (%s)", windows(layer))
		}
		again = time.Time{}
	}
	return time.Time{}, ""
}

// around is when the window opens next after a moment and, where it is open
// then, the end of the oldest of its openings; zero where there is none.
func (w ChangeWindow) around(at time.Time) (next, ends time.Time, err error) {
	schedule, zone, err := w.parse()
	if err != nil {
		return time.Time{}, time.Time{}, err
	}
	length := time.Duration(w.For)
	if first := schedule.Next(at.Add(-length).In(zone)); !first.IsZero() && !first.After(at) {
		ends = first.Add(length).UTC()
	}
	return schedule.Next(at.In(zone)).UTC(), ends, nil
}

// someDay is a day in a leap year: whatever day of the calendar comes at all
// comes within five years of it.
var someDay = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

var fiveFields = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)

func (w ChangeWindow) parse() (cron.Schedule, *time.Location, error) {
	if w.TimeZone == "Local" {
		return nil, nil, errors.New(`time zone "Local" is another one on every machine; name one of the IANA database`)
	}
	zone, err := time.LoadLocation(w.TimeZone)
	if err != nil {
		return nil, nil, fmt.Errorf("time zone %q is none of the IANA database", w.TimeZone)
	}
	schedule, err := fiveFields.Parse(w.Cron)
	if err != nil {
		return nil, nil, fmt.Errorf("cron %q is no time: %s", w.Cron, oneLine(err.Error()))
	}
	if schedule.Next(someDay).IsZero() {
		return nil, nil, fmt.Errorf("cron %q names a day that never comes", w.Cron)
	}
	return schedule, zone, nil
}

// String is the window as people write it: "0 9 * * 1-5 for 8h, Europe/Berlin".
func (w ChangeWindow) String() string {
	s := fmt.Sprintf("%s for %s", w.Cron, w.For)
	if w.TimeZone != "" {
		s += ", " + w.TimeZone
	}
	return s
}

func windows(layer []ChangeWindow) string {
	s := ""
	for _, w := range layer {
		if w.Freeze {
			continue
		}
		if s != "" {
			s += "; "
		}
		s += w.String()
	}
	return s
}

// checkWindows complains of windows that the schema accepts and no clock does.
func (a *assembly) checkWindows() {
	if a.Policy != nil {
		a.checkClasses(a.Policy.Enforcement, a.Policy.source)
	}
	for _, t := range a.Tenants {
		a.checkClasses(t.Enforcement, t.source)
	}
}

func (a *assembly) checkClasses(classes map[string]Enforcement, at source) {
	for class, e := range classes {
		for i, w := range e.Windows {
			if w.Cron == "" {
				continue // the schema complained of it already
			}
			if _, _, err := w.parse(); err != nil {
				field := joinPath([]string{"enforcement", class, "windows", strconv.Itoa(i)})
				a.problems = append(a.problems, Problem{Rule: ruleSchema, Pos: at.Pos(field), Field: field, Message: "change window: " + err.Error()})
			}
		}
	}
}
