package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func secretFile(t *testing.T, secret string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	write(t, path, secret+"\n")
	return path
}

func (h *house) path(parts ...string) string {
	return filepath.Join(append([]string{h.dir}, parts...)...)
}

func (h *house) roll() string   { return h.path("roll") }
func (h *house) config() string { return h.path("rollcall.yaml") }

// edit changes a file as a user would.
func edit(t *testing.T, path string, oldNew ...string) {
	t.Helper()
	text, err := os.ReadFile(path)
	ok(t, err)
	for i := 0; i < len(oldNew); i += 2 {
		if !strings.Contains(string(text), oldNew[i]) {
			t.Fatalf("%s has no %q to change:\n%s", path, oldNew[i], text)
		}
	}
	write(t, path, strings.NewReplacer(oldNew...).Replace(string(text)))
}

// layOut lays out a policy repository with the two tenants, and writes a
// configuration.
func (h *house) layOut(t *testing.T) {
	rollcall(t, exitFine, "init", h.roll())
	ok(t, os.Remove(h.path("roll/registry/tenants/n8n.cue")))
	ok(t, os.RemoveAll(h.path("roll/registry/identities/n8n")))
	for name, environment := range map[string]string{"n8n-test": "test", "n8n-prod": "production"} {
		write(t, h.path("roll/registry/tenants", name+".cue"), fmt.Sprintf(`package registry

tenants: %q: {
	platform:    "n8n"
	environment: %q
	owner:       "team/integration"
	backup:      "person/sam"
	enforcement: {
		undeclared: {mode: "revert", grace: "0m"}
		changed: {mode: "revert", grace: "0m"}
	}
	limits: {reverts: 5, share: 0.5}
}
`, name, environment))
	}
	edit(t, h.path("roll/registry/organisation.cue"),
		"production: {production: true}", "production: {production: true}\n\t\ttest: {}",
		`sam: {name: "Sam", email: "sam@example.com"}`, `sam: {name: "Sam", email: "sam@example.com"}
		olive: {name: "Olive", email: "owner@rollcall.example"}`)
	h.settings(t, h.dir, "registry: {path: roll}", map[*instance]string{h.test: h.test.server.URL, h.prod: h.prod.server.URL})
}

// known is what people know and fill in.
var known = map[string]string{
	"owner":   "team/integration",
	"backup":  "person/sam",
	"purpose": "Brings what %s holds into the books every night",
	"tier":    "read-only",
	"expires": time.Now().AddDate(0, 0, 150).Format(time.DateOnly),
	"data":    "internal",
	"auth":    "apiKey",
}

var blank = regexp.MustCompile(`^\s*(\w+): "" // to be filled in`)

// blanks are the places, file:line, of what is to be filled in, and the field
// at each.
func (h *house) blanks(t *testing.T) map[string]string {
	t.Helper()
	places := map[string]string{}
	for file, text := range h.identities(t) {
		for i, line := range strings.Split(text, "\n") {
			if m := blank.FindStringSubmatch(line); m != nil {
				places[fmt.Sprintf("registry/identities/%s:%d", file, i+1)] = m[1]
			}
		}
	}
	return places
}

// identities are the texts of the entries, by TENANT/NAME.cue.
func (h *house) identities(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	files, err := filepath.Glob(h.path("roll/registry/identities/*/*.cue"))
	ok(t, err)
	for _, path := range files {
		text, err := os.ReadFile(path)
		ok(t, err)
		texts[filepath.Base(filepath.Dir(path))+"/"+filepath.Base(path)] = string(text)
	}
	return texts
}

var state = regexp.MustCompile(`(?m)^\tstate: .*$`)

// fillIn fills in what import left blank, and notes that somebody has looked.
func (h *house) fillIn(t *testing.T) {
	t.Helper()
	for file, text := range h.identities(t) {
		lines := strings.Split(text, "\n")
		for i, line := range lines {
			m := blank.FindStringSubmatch(line)
			if m == nil {
				continue
			}
			if known[m[1]] == "" {
				t.Fatalf("import leaves %s:%d blank, and nobody knows what belongs there: %s", file, i+1, line)
			}
			value := strings.Replace(known[m[1]], "%s", strings.TrimSuffix(file, ".cue"), 1)
			lines[i] = strings.Replace(line, `""`, fmt.Sprintf("%q", value), 1)
		}
		looked := fmt.Sprintf("$0\n\trecertified: {on: %q, by: \"person/olive\"}", time.Now().UTC().Format(time.DateOnly))
		write(t, h.path("roll/registry/identities", file), state.ReplaceAllString(strings.Join(lines, "\n"), looked))
	}
}

func fromNothingToNoDrift(t *testing.T, h *house) {
	_, errs := rollcall(t, exitFine, "import", h.roll(), "--config", h.config())
	says(t, errs, "fill in what is \"\"")
	if n := len(h.identities(t)); n != 24 {
		t.Errorf("%d entries were imported; want 2 times 4 workflows, a webhook, 5 connectors, a token and an account", n)
	}
	out, _ := rollcall(t, exitFindings, "lint", h.roll(), "--format", "json")
	var report struct {
		Findings []struct {
			Rule, File, Message string
			Line                int
		}
	}
	ok(t, json.Unmarshal([]byte(out), &report))
	said, blanks := map[string]bool{}, h.blanks(t)
	for _, f := range report.Findings {
		place := fmt.Sprintf("%s:%d", f.File, f.Line)
		said[place] = true
		if blanks[place] == "" && f.Rule != "lifecycle/recertification-overdue" {
			t.Errorf("lint finds fault with what import wrote and nobody is to fill in: %s: %s", place, f.Message)
		}
	}
	for place, field := range blanks {
		if !said[place] {
			t.Errorf("%s: %s is to be filled in, and lint does not say so", place, field)
		}
	}
	h.fillIn(t)
	if out, _ := rollcall(t, exitFine, "lint", h.roll(), "--strict"); out != "" {
		t.Errorf("everything is filled in, and lint still says:\n%s", out)
	}
	out, _ = rollcall(t, exitFine, "diff", "--config", h.config())
	says(t, out, "no drift")
}

func wrongInstance(t *testing.T, h *house) {
	dir := t.TempDir()
	path := h.settings(t, dir, fmt.Sprintf("registry: {path: %q}", h.roll()), map[*instance]string{h.test: h.prod.server.URL})
	out, errs := rollcall(t, exitFailed, "diff", "--config", path)
	says(t, out, "another tenant than the configured one", h.prod.id)
	says(t, errs, "1 of 1 tenants could not be read")
}
