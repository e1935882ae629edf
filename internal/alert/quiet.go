package alert

import (
	"fmt"
	"time"
)

// Quiet is the part of the day in which channels get no warnings. The zero
// value is none.
type Quiet struct {
	From, To time.Duration // since midnight by the clock of Zone; To below From is the next day's
	Zone     *time.Location
}

// ParseQuiet reads times like 22:00 and a zone like Europe/Berlin.
func ParseQuiet(from, to, zone string) (Quiet, error) {
	start, err := time.Parse("15:04", from)
	if err != nil {
		return Quiet{}, fmt.Errorf("read when quiet hours begin: %w", err)
	}
	end, err := time.Parse("15:04", to)
	if err != nil {
		return Quiet{}, fmt.Errorf("read when quiet hours end: %w", err)
	}
	place, err := time.LoadLocation(zone)
	if err != nil {
		return Quiet{}, fmt.Errorf("read the time zone of quiet hours: %w", err)
	}
	return Quiet{sinceMidnight(start), sinceMidnight(end), place}, nil
}

func sinceMidnight(t time.Time) time.Duration {
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
}

// Until is when the quiet that reigns now ends; zero where none does.
func (q Quiet) Until(now time.Time) time.Time {
	if q.Zone == nil || q.From == q.To {
		return time.Time{}
	}
	local := now.In(q.Zone)
	for _, day := range []int{-1, 0} { // it may have begun yesterday
		last := day
		if q.To < q.From {
			last++
		}
		if end := q.clock(local, last, q.To); !now.Before(q.clock(local, day, q.From)) && now.Before(end) {
			return end
		}
	}
	return time.Time{}
}

// clock is a time by the clock some days after a day, also where that has 23
// hours or 25.
func (q Quiet) clock(day time.Time, after int, at time.Duration) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day()+after, int(at/time.Hour), int(at%time.Hour/time.Minute), 0, 0, q.Zone)
}
