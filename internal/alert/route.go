package alert

import (
	"slices"

	"github.com/rollcall-dev/rollcall/internal/secret"
)

// A Channel is where people are told, by a shoutrrr URL. The webhook is none:
// it gets everything, at once.
type Channel struct {
	Name  string
	URL   secret.Secret
	All   bool     // everything; else what belongs to For
	For   []string // owners, "team/crm"
	Least Severity // the zero value wants warnings too
}

// wants tells whether an alert is for the channel.
func (c Channel) wants(a Alert) bool {
	if !a.severity().atLeast(c.Least) {
		return false
	}
	return c.All || a.Type == Test || slices.ContainsFunc(a.Owners, func(owner string) bool { return slices.Contains(c.For, owner) })
}

// Recipients are the names of the channels that an alert is for, in order.
func Recipients(channels []Channel, a Alert) []string {
	var to []string
	for _, c := range channels {
		if c.wants(a) {
			to = append(to, c.Name)
		}
	}
	return to
}

// Untold are the severities of which nobody would be told where nobody's
// channel names the owner; the log alone has them.
func Untold(channels []Channel) []Severity {
	var all []Severity
	for _, s := range []Severity{Critical, Warning} {
		if len(Recipients(channels, Alert{Severity: s})) == 0 {
			all = append(all, s)
		}
	}
	return all
}
