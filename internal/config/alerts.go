package config

import (
	"maps"
	"regexp"
	"slices"
	"time"
	_ "time/tzdata" // quiet hours mean the same on every machine
)

// Alerts says who is told, besides the log, and when.
type Alerts struct {
	Webhook  Webhook            `yaml:"webhook"`
	Channels map[string]Channel `yaml:"channels"`    // by a name of their own
	Remind   Remind             `yaml:"remind"`      // of drift that stands
	Quiet    Quiet              `yaml:"quiet"`       // when channels get no warnings
	GiveUp   time.Duration      `yaml:"giveUp"`      // how long an alert is tried to be delivered
	Undone   string             `yaml:"undelivered"` // file of the alerts that could not be delivered yet
}

// Webhook is where alerts go as CloudEvents. No URL: nowhere.
type Webhook struct {
	URL    string `yaml:"url"`
	Secret Ref    `yaml:"secret"` // that they are signed with
}

// A Channel is where people are told: all of them, or owners of what is theirs.
type Channel struct {
	URL      Ref      `yaml:"url"` // of a shoutrrr service; it holds tokens
	All      bool     `yaml:"all"`
	For      []string `yaml:"for"`      // owners, as the registry names them
	Severity string   `yaml:"severity"` // the least that is told: critical or warning
}

// Remind says how often people are told again of drift that stands.
type Remind struct {
	Critical Period `yaml:"critical"`
	Warning  Period `yaml:"warning"`
}

// A Period is a duration that may be written in days; 0 is never.
type Period time.Duration

// Quiet is a part of the day; the zero value is none.
type Quiet struct {
	From     string `yaml:"from"` // 22:00
	To       string `yaml:"to"`
	TimeZone string `yaml:"timeZone"` // like Europe/Berlin
}

// Given tells whether there is such a part.
func (q Quiet) Given() bool { return q.From != "" }

// Severities are those that an alert can be of, the worst first.
var Severities = []string{"critical", "warning"}

// usualAlerts is what a file that says nothing of them has.
var usualAlerts = Alerts{
	Remind: Remind{Critical: Period(24 * time.Hour), Warning: Period(7 * 24 * time.Hour)},
	GiveUp: 24 * time.Hour,
}

var (
	channelName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*$`)
	ownerName   = regexp.MustCompile(`^(team|person)/[a-z0-9][a-z0-9._-]*$`)
	timeOfDay   = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)
)

func (d *decoder) checkAlerts(a Alerts) {
	d.checkWebhook(a.Webhook)
	for _, name := range slices.Sorted(maps.Keys(a.Channels)) {
		d.checkChannel("alerts.channels."+name, name, a.Channels[name])
	}
	d.checkQuiet(a.Quiet)
}

func (d *decoder) checkWebhook(w Webhook) {
	d.checkRef("alerts.webhook.secret", w.Secret)
	if d.given("alerts.webhook.url") {
		message := badURL(w.URL)
		d.want(message == "", "alerts.webhook.url", "alerts.webhook.url: %s", message)
		return
	}
	d.want(!w.Secret.Given(), "alerts.webhook.secret", "alerts.webhook.secret is a secret that nothing uses without a url; add the url or take it out")
	d.want(!d.given("alerts.webhook"), "alerts.webhook", "alerts.webhook has no url")
}

func (d *decoder) checkChannel(at, name string, c Channel) {
	if d.broken[at] {
		return
	}
	d.want(channelName.MatchString(name) && name != "webhook", at, "alerts.channels: %q is no name of a channel; use lower-case letters, digits, dot, underscore and hyphen, and not \"webhook\"", name)
	d.want(c.URL.Given(), at+".url", "%s has no url; refer to that of a shoutrrr service, like env:SECURITY_CHANNEL", at)
	d.checkRef(at+".url", c.URL)
	d.want(c.All || len(c.For) > 0, at+".for", "%s is told nothing; write \"all: true\", or the owners that it is for", at)
	d.want(!c.All || len(c.For) == 0, at+".for", "%s.for has no use with \"all: true\"; take one of them out", at)
	for _, owner := range c.For { // of an empty one it was said that it is no text
		d.want(owner == "" || ownerName.MatchString(owner), at+".for", "%s.for: %q is no owner; write it as the registry does, like team/crm or person/dana", at, owner)
	}
	d.want(slices.Contains(Severities, c.Severity), at+".severity", "%s.severity: %q is unknown; it is critical, for that alone, or warning, for both", at, c.Severity)
}

func (d *decoder) checkQuiet(q Quiet) {
	if !d.given("alerts.quiet") || d.broken["alerts.quiet"] {
		return
	}
	for _, end := range []struct{ field, text string }{{"from", q.From}, {"to", q.To}} {
		at := "alerts.quiet." + end.field
		d.want(end.text != "", at, "alerts.quiet has no %s; write it like %s: \"22:00\"", end.field, end.field)
		d.want(timeOfDay.MatchString(end.text), at, "%s: %q is no time of day; write it in quotes, like \"22:00\" or \"07:00\"", at, end.text)
	}
	d.want(q.From != q.To, "alerts.quiet.to", "alerts.quiet: from and to are the same time; warnings would never be told")
	_, err := time.LoadLocation(q.TimeZone)
	d.want(err == nil && q.TimeZone != "Local", "alerts.quiet.timeZone", "alerts.quiet.timeZone: %q is unknown; write it like Europe/Berlin, or UTC", q.TimeZone)
}

func (a *Alerts) fill() {
	if a.Quiet.Given() {
		a.Quiet.TimeZone = or(a.Quiet.TimeZone, "UTC")
	}
	for name, c := range a.Channels {
		c.Severity = or(c.Severity, "warning")
		a.Channels[name] = c
	}
}
