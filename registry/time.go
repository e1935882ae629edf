package registry

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// A Date is a day as the registry writes it, YYYY-MM-DD; empty is none. It is
// no time.Time, whose UnmarshalJSON would be promoted and break decoding.
type Date string

// Start is the day's first moment, in UTC; the zero time for no date or one
// that is none.
func (d Date) Start() time.Time {
	if d == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return time.Time{}
	}
	return t
}

// End is the first moment after the day, in UTC: what expires on a day may
// act until its end. The zero time for no date or one that is none.
func (d Date) End() time.Time {
	t := d.Start()
	if t.IsZero() {
		return t
	}
	return t.AddDate(0, 0, 1)
}

// A Time is a moment as the registry writes it, RFC 3339; empty is none.
type Time string

// Time is the moment, or the zero time.
func (t Time) Time() time.Time {
	v, err := time.Parse(time.RFC3339, string(t))
	if err != nil {
		return time.Time{}
	}
	return v
}

// A Duration is a length of time as the registry writes it: a whole number
// and one of m, h, d, w: "15m", "24h", "90d", "2w".
type Duration time.Duration

// ParseDuration reads what the registry writes.
func ParseDuration(s string) (Duration, error) {
	units := map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}
	number := strings.TrimRight(s, "mhdw")
	unit, ok := units[strings.TrimPrefix(s, number)]
	n, err := strconv.ParseInt(number, 10, 32)
	if err != nil || !ok || n < 0 || n > 100_000 || time.Duration(n) > math.MaxInt64/max(unit, 1) {
		return 0, fmt.Errorf("read duration %q: want a whole number and m, h, d or w, like \"90d\"", s)
	}
	return Duration(time.Duration(n) * unit), nil
}

// String gives the duration as the registry writes it.
func (d Duration) String() string {
	v := time.Duration(d)
	switch {
	case v == 0:
		return "0m"
	case v%(24*time.Hour) == 0:
		return fmt.Sprintf("%dd", v/(24*time.Hour))
	case v%time.Hour == 0:
		return fmt.Sprintf("%dh", v/time.Hour)
	}
	return fmt.Sprintf("%dm", v/time.Minute)
}
