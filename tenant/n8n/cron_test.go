package n8n

import (
	"strings"
	"testing"
)

func TestAScheduleIsToldAsCronWhereCronCanSayIt(t *testing.T) {
	for rule, want := range map[string]string{
		`{}`: "0 0 * * *",
		`{"field": "seconds", "secondsInterval": 10}`:                    "*/10 * * * * *",
		`{"field": "minutes"}`:                                           "*/5 * * * *",
		`{"field": "minutes", "minutesInterval": 1}`:                     "* * * * *",
		`{"field": "minutes", "minutesInterval": 50}`:                    "",
		`{"field": "hours", "triggerAtMinute": 20}`:                      "20 * * * *",
		`{"field": "hours", "hoursInterval": 6}`:                         "0 */6 * * *",
		`{"field": "hours", "hoursInterval": 5}`:                         "",
		`{"field": "days", "triggerAtHour": 2, "triggerAtMinute": 15}`:   "15 2 * * *",
		`{"field": "days", "daysInterval": 3}`:                           "",
		`{"field": "weeks", "triggerAtDay": [1, 5], "triggerAtHour": 7}`: "0 7 * * 1,5",
		`{"field": "weeks", "triggerAtDay": []}`:                         "0 0 * * *",
		`{"field": "weeks", "weeksInterval": 2}`:                         "",
		`{"field": "months", "triggerAtDayOfMonth": 28}`:                 "0 0 28 * *",
		`{"field": "months", "monthsInterval": 3}`:                       "0 0 1 */3 *",
		`{"field": "months", "monthsInterval": 5}`:                       "",
		`{"field": "cronExpression", "expression": "  0 2 *  * * "}`:     "0 2 * * *",
		`{"field": "cronExpression", "expression": "0 30 2 * * *"}`:      "30 2 * * *",
		`{"field": "cronExpression", "expression": "*/5 30 2 * * *"}`:    "*/5 30 2 * * *",
		`{"field": "cronExpression", "expression": "={{ $json.x }}"}`:    "unknown",
		`{"field": "={{ $json.x }}"}`:                                    "unknown",
		`{"field": "days", "triggerAtHour": "={{ $json.h }}"}`:           "unknown",
		`{"field": "hours", "hoursInterval": "many"}`:                    "unknown",
		`{"field": "years"}`:                                             "unknown",
	} {
		crons, known := ruleTimes([]byte(`{"interval": [` + rule + `]}`))
		got := strings.Join(crons, "; ")
		if !known {
			got = "unknown"
		}
		if got != want {
			t.Errorf("the rule %s is told as %q, and n8n runs it at %q", rule, got, want)
		}
	}
}

func TestAScheduleOfTheOldKindIsTold(t *testing.T) {
	for item, want := range map[string]string{
		`{}`:                                 "0 14 * * *",
		`{"mode": "everyMinute"}`:            "* * * * *",
		`{"mode": "everyHour", "minute": 5}`: "5 * * * *",
		`{"mode": "everyX", "value": 10, "unit": "minutes"}`:               "*/10 * * * *",
		`{"mode": "everyX", "value": 3}`:                                   "",
		`{"mode": "everyWeek", "weekday": "3", "hour": 8}`:                 "0 8 * * 3",
		`{"mode": "everyMonth", "dayOfMonth": 2, "hour": 8, "minute": 30}`: "30 8 2 * *",
		`{"mode": "custom", "cronExpression": "0 0 6 * * 1"}`:              "0 6 * * 1",
		`{"mode": "={{ $json.x }}"}`:                                       "unknown",
	} {
		crons, known := times([]byte(`{"item": [` + item + `]}`))
		got := strings.Join(crons, "; ")
		if !known {
			got = "unknown"
		}
		if got != want {
			t.Errorf("the item %s is told as %q, and n8n runs it at %q", item, got, want)
		}
	}
}
