package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/rollcall-dev/rollcall/tenant"
)

// plurals are the kinds as headings have them.
var plurals = map[tenant.Kind]string{
	"workflow": "workflows", "webhook": "webhooks", "connector": "connectors", "token": "tokens", "serviceAccount": "service accounts",
}

// json writes the sight for machines, in one object.
func (s sight) json(w io.Writer) error {
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(struct {
		First time.Time `json:"unchangedSince"`
		tenant.Observation
	}{s.First, s.Observation})
}

// line writes one line of it, or one JSON object in a line.
func (s sight) line(w io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(struct {
			Tenant   string        `json:"tenant"`
			Platform string        `json:"platform"`
			At       time.Time     `json:"at"`
			First    time.Time     `json:"unchangedSince"`
			Objects  int           `json:"objects"`
			Unread   []tenant.Kind `json:"unread"`
		}{s.Tenant, s.Platform, s.At, s.First, len(s.Objects), s.unread()})
	}
	_, err := fmt.Fprintf(w, "%-24s %-10s seen %s, unchanged since %s, %d objects%s\n",
		oneLine(s.Tenant), oneLine(s.Platform), s.At.Format(time.RFC3339), s.First.Format(time.RFC3339), len(s.Objects), s.sayUnread())
	return err
}

// unread are the kinds that were not read whole.
func (s sight) unread() []tenant.Kind {
	kinds := []tenant.Kind{}
	for _, k := range tenant.Kinds {
		if cover, offered := s.Read[k]; offered && !cover.Whole {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

func (s sight) sayUnread() string {
	var names []string
	for _, k := range s.unread() {
		names = append(names, plurals[k])
	}
	if len(names) == 0 {
		return ""
	}
	return "; not read whole: " + strings.Join(names, ", ")
}

// text writes the sight for people.
func (s sight) text(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "tenant %s (%s), seen %s, unchanged since %s\n",
		oneLine(s.Tenant), oneLine(strings.TrimSpace(s.Platform+" "+s.Version)), s.At.Format(time.RFC3339), s.First.Format(time.RFC3339))
	for _, k := range tenant.Kinds {
		s.kind(&b, k)
	}
	if len(s.Blind) > 0 {
		fmt.Fprint(&b, "\nnot known:\n")
		for _, line := range s.Blind {
			fmt.Fprintf(&b, "  %s\n", oneLine(line))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// kind writes the objects of a kind, or why there are none to show.
func (s sight) kind(b *strings.Builder, k tenant.Kind) {
	cover, offered := s.Read[k]
	n, enabled := 0, 0
	for i := range s.Objects {
		if s.Objects[i].Kind == k {
			n++
			if s.Objects[i].State == tenant.Enabled {
				enabled++
			}
		}
	}
	if !offered && n == 0 {
		fmt.Fprintf(b, "\n%s: not told by the platform\n", plurals[k])
		return
	}
	fmt.Fprintf(b, "\n%s: %d, %d enabled", plurals[k], n, enabled)
	if !cover.Whole {
		fmt.Fprintf(b, "; NOT READ WHOLE, there may be more: %s", oneLine(cmp.Or(cover.Reason, string(cover.Cause), "the reason is not known")))
	}
	fmt.Fprintln(b)
	for i := range s.Objects {
		if o := &s.Objects[i]; o.Kind == k {
			fmt.Fprintf(b, "  %-8s  %s  %q%s\n", oneLine(o.State), oneLine(o.ID), o.Name, details(o))
		}
	}
}

// details are the governed fields that an object tells.
func details(o *tenant.Object) string {
	var b strings.Builder
	add := func(name string, values ...string) {
		if text := strings.Join(values, ", "); text != "" {
			fmt.Fprintf(&b, "; %s %s", name, oneLine(text))
		}
	}
	var triggers, uses []string
	for _, t := range o.Triggers {
		triggers = append(triggers, strings.TrimSpace(t.Type+" "+t.Cron))
	}
	for _, to := range o.Uses {
		uses = append(uses, string(to.Kind)+" "+to.ID)
	}
	add("app", o.App)
	add("account", o.Account)
	add("login", o.Login)
	add("role", o.Role)
	add("scopes", o.Scopes...)
	add("path", o.Path)
	add("auth", o.Auth)
	add("starts workflow", o.Workflow)
	add("trigger", triggers...)
	add("uses", uses...)
	if !o.Expires.IsZero() {
		add("expires", o.Expires.Format(time.RFC3339))
	}
	if o.Draft != nil {
		add("with", "an unpublished draft")
	}
	for _, f := range o.Unknown {
		add("not told:", string(f))
	}
	return b.String()
}
