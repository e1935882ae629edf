package config_test

import (
	"strings"
	"testing"

	"github.com/rollcall-dev/rollcall/internal/secret"
)

func TestTheStateIsAFileOrAReferenceToADatabase(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", "/state")
	const url = "postgres://rollcall:hunter2-hunter2@db.example.com/rollcall"
	lookup := func(name string) (string, bool) {
		return map[string]string{"DATABASE": url, "FILE": "/var/lib/state.db"}[name], true
	}
	for _, c := range []struct{ state, place, problem string }{
		{"/var/lib/state.db", "/var/lib/state.db", ""},
		{"env:DATABASE", url, ""},
		{"postgres://rollcall@db.example.com/rollcall", "postgres://rollcall@db.example.com/rollcall", ""},
		{"env:FILE", "", "no URL of a PostgreSQL database"},
		{"file:/nowhere", "", "no such file"},
	} {
		cfg := load(t, "state: "+c.state+"\n"+small)
		resolver := secret.Resolver{LookupEnv: lookup, Redactor: &secret.Redactor{}}
		got, err := cfg.Place(t.Context(), resolver)
		problem := ""
		if err != nil {
			problem = err.Error()
		}
		if got != c.place || !strings.Contains(problem, c.problem) || (problem == "") != (c.problem == "") {
			t.Errorf("state %s is at %q, %s", c.state, got, problem)
		}
		if shared := cfg.Database.Given(); shared != (cfg.Evidence.Dir == "") {
			t.Errorf("state %s: the evidence log is in %q; only with a file has it a folder by default", c.state, cfg.Evidence.Dir)
		}
		said := problem
		for _, p := range cfg.Resolve(t.Context(), "rollcall.yaml", resolver) {
			if p.Field == "state" {
				said += p.String()
			}
		}
		if strings.Contains(said, "hunter2") || c.problem != "" && !strings.Contains(said, "rollcall.yaml:1:1") {
			t.Errorf("state %s: %q", c.state, said)
		}
	}
}
