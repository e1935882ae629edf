package config_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/rollcall-dev/rollcall/internal/config"
	"github.com/rollcall-dev/rollcall/internal/secret"
)

var update = flag.Bool("update", false, "rewrite the goldens")

func TestExampleLoads(t *testing.T) {
	c, problems, err := config.Load("../../examples/rollcall.yaml")
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	n8n := c.Tenants["n8n-prod"]
	if n8n.URL != "https://n8n.example.com" || n8n.Interval != 2*time.Minute || c.Tenants["sandbox"].Interval != 5*time.Minute ||
		c.Revert || c.Registry.Folder != "integrations" || n8n.APIKey.Text != "env:N8N_PROD_API_KEY" {
		t.Errorf("the example was read as %+v", c)
	}
}

func TestExampleHasEveryKey(t *testing.T) {
	text, err := os.ReadFile("../../examples/rollcall.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range config.Keys() {
		if !strings.Contains(string(text), " "+key+":") && !strings.Contains(string(text), "\n"+key+":") {
			t.Errorf("examples/rollcall.yaml says nothing of %s", key)
		}
	}
}

// Each golden has a configuration and all that is said about it.
func TestEveryMistakeIsSaidAtItsPlace(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal("no goldens", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			t.Chdir(t.TempDir())
			t.Setenv("XDG_STATE_HOME", "/state")
			if err := os.WriteFile("rollcall.yaml", archive.Files[0].Data, 0o600); err != nil {
				t.Fatal(err)
			}
			c, problems, err := config.Load("rollcall.yaml")
			if err != nil || (c == nil) != (len(problems) > 0) {
				t.Fatalf("%v and %v, %v", c, problems, err)
			}
			var said strings.Builder
			for _, p := range problems {
				said.WriteString(p.String() + "\n")
			}
			if strings.Contains(said.String(), "hunter2") {
				t.Errorf("a message repeats a secret: %s", &said)
			}
			golden(t, path, archive, said.String())
		})
	}
}

func golden(t *testing.T, path string, archive *txtar.Archive, said string) {
	t.Helper()
	if diff := cmp.Diff(string(archive.Files[1].Data), said); diff != "" && !*update {
		t.Errorf("what is said about it changed (-was +is):\n%s", diff)
	}
	if *update {
		archive.Files[1].Data = []byte(said)
		if err := os.WriteFile(filepath.Join(home, path), txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

var home, _ = os.Getwd() // the tests change folder

const small = "registry:\n  path: roll\ntenants:\n  a:\n    platform: n8n\n    url: https://n8n.example.com\n    apiKey: env:A_KEY\n"

func load(t *testing.T, text string) *config.Config {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rollcall.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, problems, err := config.Load(path)
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	c.Registry.Path = strings.TrimPrefix(c.Registry.Path, filepath.Dir(path))
	return c
}

func TestSmallConfigurationGetsDefaults(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", "/state")
	want := &config.Config{
		Registry: config.Registry{Path: "/roll", FetchEvery: time.Minute},
		State:    "/state/rollcall/state.db",
		Evidence: config.Evidence{Dir: "/state/rollcall/evidence", Key: "/state/rollcall/evidence.key"},
		Interval: 5 * time.Minute,
		Listen:   "127.0.0.1:8350",
		Tenants: map[string]config.Tenant{"a": {
			Platform: "n8n", URL: "https://n8n.example.com", Timeout: 30 * time.Second, Interval: 5 * time.Minute,
			APIKey: config.Ref{Text: "env:A_KEY", Line: 7, Column: 13},
		}},
		Alerts: config.Alerts{
			Undone: "/state/rollcall/alerts.jsonl", GiveUp: 24 * time.Hour,
			Remind: config.Remind{Critical: config.Period(24 * time.Hour), Warning: config.Period(7 * 24 * time.Hour)},
		},
	}
	if diff := cmp.Diff(want, load(t, small), cmp.AllowUnexported(secret.Secret{})); diff != "" {
		t.Errorf("the defaults changed (-want +got):\n%s", diff)
	}
}

func TestEveryMissingSecretIsSaid(t *testing.T) {
	c := load(t, small+"    email: env:MAIL\n    password: env:PASSWORD\nalerts:\n  webhook:\n    url: https://alerts.example.com\n    secret: file:/nowhere\n")
	values := map[string]string{"A_KEY": "the-api-key", "MAIL": "rollcall@example.com"}
	var redactor secret.Redactor
	problems := c.Resolve(t.Context(), "rollcall.yaml", secret.Resolver{Redactor: &redactor, LookupEnv: func(name string) (string, bool) {
		v, there := values[name]
		return v, there
	}})
	var said []string
	for _, p := range problems {
		said = append(said, p.String())
	}
	want := []string{
		"rollcall.yaml:9:15: error: tenants.a.password: the environment variable PASSWORD is not set",
		"rollcall.yaml:13:13: error: alerts.webhook.secret: read the secret's file: open /nowhere: no such file or directory",
	}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Errorf("missing secrets (-want +got):\n%s", diff)
	}
	a := c.Tenants["a"]
	if a.APIKey.Secret.Reveal() != "the-api-key" || a.Email.Secret.Reveal() != "rollcall@example.com" {
		t.Error("the secrets that are there were not read")
	}
	if !redactor.Contains([]byte("the-api-key")) || redactor.Contains([]byte("rollcall@example.com")) {
		t.Error("the redactor must know the key, and not the address, which evidence names")
	}
}

func TestUnreadableFileIsAnError(t *testing.T) {
	dir := t.TempDir()
	big := filepath.Join(dir, "big.yaml")
	if err := os.WriteFile(big, make([]byte, 2<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(dir, "absent.yaml"), dir, big} {
		if c, problems, err := config.Load(path); err == nil || c != nil || problems != nil {
			t.Errorf("%s: %v, %v, %v", path, c, problems, err)
		}
	}
}
