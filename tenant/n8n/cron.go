package n8n

import (
	"encoding/json"
	"fmt"
	"strings"
)

// schedules are the times of a schedule node as cron texts. A text is empty
// where five fields cannot say it ("every 7 minutes" runs on across the hour).
// known is false where a part of it is worked out by n8n when it runs.
func schedules(n *node) (crons []string, known bool) {
	switch n.base() {
	case "scheduleTrigger":
		return ruleTimes(n.Params.Rule)
	case "cron":
		return times(n.Params.Times)
	}
	return []string{""}, true
}

// An interval is a rule of the schedule node, with the defaults that n8n
// fills in.
type interval struct {
	field, expression              value
	seconds, minutes, hours        count
	days, weeks, months            count
	atDay                          []count
	atDayOfMonth, atHour, atMinute count
}

// A count is a number that may be an expression.
type count struct {
	n       int
	dynamic bool
}

func (c *count) UnmarshalJSON(data []byte) error {
	var v value
	if err := v.UnmarshalJSON(data); err != nil {
		return err
	}
	c.dynamic = v.Dynamic
	if _, err := fmt.Sscanf(v.Text, "%d", &c.n); err != nil {
		c.dynamic = true
	}
	return nil
}

func ruleTimes(data []byte) ([]string, bool) {
	m, err := exact(data)
	if err != nil {
		return []string{""}, false
	}
	list := []json.RawMessage{[]byte("{}")}
	if raw := m["interval"]; raw != nil {
		if json.Unmarshal(raw, &list) != nil {
			return []string{""}, false
		}
	}
	var all []string
	known := true
	for _, raw := range list {
		cron, ok := newInterval(raw).cron()
		all = append(all, cron)
		known = known && ok
	}
	return all, known
}

func newInterval(data []byte) interval {
	m, _ := exact(data)
	i := interval{
		field:   value{Text: "days"},
		seconds: count{n: 30}, minutes: count{n: 5}, hours: count{n: 1},
		days: count{n: 1}, weeks: count{n: 1}, months: count{n: 1},
		atDay: []count{{n: 0}}, atDayOfMonth: count{n: 1},
	}
	into(m, map[string]any{
		"field": &i.field, "expression": &i.expression,
		"secondsInterval": &i.seconds, "minutesInterval": &i.minutes, "hoursInterval": &i.hours,
		"daysInterval": &i.days, "weeksInterval": &i.weeks, "monthsInterval": &i.months,
		"triggerAtDay": &i.atDay, "triggerAtDayOfMonth": &i.atDayOfMonth,
		"triggerAtHour": &i.atHour, "triggerAtMinute": &i.atMinute,
	})
	return i
}

// cron says the interval in cron's words, as n8n does itself.
func (i interval) cron() (text string, known bool) {
	at, ok := i.at()
	if !ok || i.field.Dynamic {
		return "", false
	}
	switch i.field.Text {
	case "cronExpression":
		return fiveFields(i.expression)
	case "seconds":
		return fmt.Sprintf("*/%d * * * * *", i.seconds.n), !i.seconds.dynamic
	case "minutes":
		return every(i.minutes, 60, "%s * * * *")
	case "hours":
		return every(i.hours, 24, at+" %s * * *")
	case "days":
		return every(i.days, 1, fmt.Sprintf("%s %d * * %%s", at, i.atHour.n))
	case "weeks":
		return every(i.weeks, 1, fmt.Sprintf("%s %d * %%s %s", at, i.atHour.n, i.weekdays()))
	case "months":
		return every(i.months, 12, fmt.Sprintf("%s %d %d %%s *", at, i.atHour.n, i.atDayOfMonth.n))
	}
	return "", false
}

// at is the minute, and ok false where any part of the time is an expression.
func (i interval) at() (minute string, ok bool) {
	parts := append([]count{i.atMinute, i.atHour, i.atDayOfMonth}, i.atDay...)
	for _, p := range parts {
		if p.dynamic {
			return "", false
		}
	}
	return fmt.Sprint(i.atMinute.n), true
}

func (i interval) weekdays() string {
	if len(i.atDay) == 0 {
		return "*"
	}
	var days []string
	for _, d := range i.atDay {
		days = append(days, fmt.Sprint(d.n))
	}
	return strings.Join(days, ",")
}

// every writes a step into a text where the steps come out even in the whole,
// which is the only case that cron can say.
func every(c count, whole int, text string) (string, bool) {
	switch {
	case c.dynamic:
		return "", false
	case c.n == 1:
		return fmt.Sprintf(text, "*"), true
	case c.n < 1 || whole%c.n != 0:
		return "", true
	}
	return fmt.Sprintf(text, fmt.Sprintf("*/%d", c.n)), true
}

// fiveFields takes the seconds off a cron text that has a fixed one. A text
// that runs more than once a minute keeps its six.
func fiveFields(v value) (string, bool) {
	if v.Dynamic {
		return "", false
	}
	f := strings.Fields(v.Text)
	if len(f) == 6 && strings.Trim(f[0], "0123456789") == "" {
		f = f[1:]
	}
	return strings.Join(f, " "), true
}

// times are the texts of the schedule node of the old kind.
func times(data []byte) ([]string, bool) {
	m, _ := exact(data)
	var list []json.RawMessage
	into(m, map[string]any{"item": &list})
	var all []string
	known := true
	for _, raw := range list {
		cron, ok := oldCron(raw)
		all = append(all, cron)
		known = known && ok
	}
	if len(all) == 0 {
		return []string{""}, true
	}
	return all, known
}

func oldCron(data []byte) (string, bool) {
	m, _ := exact(data)
	mode, unit, expression := value{Text: "everyDay"}, value{Text: "hours"}, value{Text: "* * * * * *"}
	hour, minute, day, weekday, amount := count{n: 14}, count{}, count{n: 1}, count{n: 1}, count{n: 2}
	into(m, map[string]any{
		"mode": &mode, "unit": &unit, "cronExpression": &expression, "hour": &hour, "minute": &minute,
		"dayOfMonth": &day, "weekday": &weekday, "value": &amount,
	})
	if mode.Dynamic || unit.Dynamic || hour.dynamic || minute.dynamic || day.dynamic || weekday.dynamic {
		return "", false
	}
	switch mode.Text {
	case "everyMinute":
		return "* * * * *", true
	case "everyHour":
		return fmt.Sprintf("%d * * * *", minute.n), true
	case "everyX":
		if unit.Text == "minutes" {
			return every(amount, 60, "%s * * * *")
		}
		return "", true // at a minute that n8n draws by lot
	case "everyDay":
		return fmt.Sprintf("%d %d * * *", minute.n, hour.n), true
	case "everyWeek":
		return fmt.Sprintf("%d %d * * %d", minute.n, hour.n, weekday.n), true
	case "everyMonth":
		return fmt.Sprintf("%d %d %d * *", minute.n, hour.n, day.n), true
	}
	return fiveFields(expression)
}
