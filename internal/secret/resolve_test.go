package secret_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-dev/rollcall/internal/secret"
)

func write(t *testing.T, name, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func environment(pairs ...string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1], true
			}
		}
		return "", false
	}
}

func TestSecretIsReadFromWhereItIsKept(t *testing.T) {
	for ref, want := range map[string]string{
		"env:API_KEY": "from-the-environment",
		"file:" + write(t, "a", "from-a-file\n\n", 0o600):                               "from-a-file\n",
		"file:" + write(t, "b", "from-a-file\r\n", 0o640):                               "from-a-file",
		"exec:" + write(t, "c", "#!/bin/sh\necho \"$1:$2\"\n", 0o700) + " $HOME second": "$HOME:second",
	} {
		r := secret.Resolver{LookupEnv: environment("API_KEY", "from-the-environment"), Redactor: &secret.Redactor{}}
		got, err := r.Resolve(t.Context(), ref)
		if err != nil || got.Reveal() != want {
			t.Errorf("%s is %q, %v", ref, got.Reveal(), err)
		}
		if !r.Redactor.Contains([]byte(want)) {
			t.Errorf("the redactor does not know the secret of %s", ref)
		}
	}
}

func TestSecretThatCannotBeHadIsSaidInASentence(t *testing.T) {
	dir := t.TempDir()
	for ref, want := range map[string]string{
		"hunter2hunter2":             "this is no reference to a secret",
		"sops:hunter2hunter2":        "this is no reference to a secret",
		"env:":                       "says nothing after the colon",
		"vault:secret/data/rollcall": "vault:path#field",
		"vault:secret/data/x#y":      "VAULT_ADDR or VAULT_TOKEN is not set",
		"env:ABSENT":                 "the environment variable ABSENT is not set",
		"env:SHORT":                  "has 3 bytes; at least 8",
		"file:" + dir + "/absent":    "no such file",
		"file:" + dir:                "is no regular file",
		"file:" + write(t, "a", "world-readable", 0o644):            "everybody may use it (mode 0644)",
		"file:" + write(t, "b", "", 0o600):                          "it is empty",
		"file:" + write(t, "c", strings.Repeat("x", 70_000), 0o600): "over the limit",
		"exec:" + dir + "/absent":                                   "no such file",
		"exec:false":                                                "exit status 1; run it by hand",
		"exec:true":                                                 "it printed nothing",
		"exec:head -c 100000 /dev/zero":                             "printed more than",
		"exec:" + write(t, "d", "#!/bin/sh\necho hunter2hunter2 >&2; exit 3\n", 0o700): "exit status 3",
	} {
		_, err := secret.Resolver{LookupEnv: environment("SHORT", "abc")}.Resolve(t.Context(), ref)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", ref, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the message repeats what may be a secret: %v", err)
		}
	}
}

func TestCommandThatHangsIsEnded(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := secret.Resolver{}.Resolve(ctx, "exec:sleep 60")
	if err == nil || !strings.Contains(err.Error(), "it was not done") {
		t.Errorf("a command that hangs: %v", err)
	}
}

func TestVaultIsReadInBothVersions(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Vault-Token") != "vault-token" {
			http.Error(w, `{"errors":["permission denied"]}`, http.StatusForbidden)
			return
		}
		switch r.URL.Path {
		case "/v1/secret/data/rollcall":
			w.Write([]byte(`{"data":{"data":{"apiKey":"of-version-two","n":1},"metadata":{"version":3}}}`))
		case "/v1/kv/rollcall":
			w.Write([]byte(`{"data":{"apiKey":"of-version-one"}}`))
		case "/v1/secret/data/deleted":
			w.Write([]byte(`{"data":{"data":null,"metadata":{"deletion_time":"2026-01-01T00:00:00Z"}}}`))
		case "/v1/elsewhere":
			http.Redirect(w, r, "http://192.0.2.1/v1/kv/rollcall", http.StatusTemporaryRedirect)
		default:
			http.Error(w, `{"errors":[]}`, http.StatusNotFound)
		}
	}))
	defer server.Close()
	for _, c := range []struct{ ref, addr, token, want, fault string }{
		{"vault:secret/data/rollcall#apiKey", server.URL, "vault-token", "of-version-two", ""},
		{"vault:kv/rollcall#apiKey", server.URL + "/", "vault-token", "of-version-one", ""},
		{"vault:secret/data/rollcall#other", server.URL, "vault-token", "", `it has no field "other"`},
		{"vault:secret/data/rollcall#n", server.URL, "vault-token", "", `the field "n" is no text`},
		{"vault:secret/data/deleted#apiKey", server.URL, "vault-token", "", `it has no field "apiKey"`},
		{"vault:absent#x", server.URL, "vault-token", "", "it answers 404"},
		{"vault:kv/rollcall#apiKey", server.URL, "wrong-token", "", "it answers 403"},
		{"vault:elsewhere#apiKey", server.URL, "vault-token", "", "redirects elsewhere"},
		{"vault:kv/rollcall#apiKey", "http://vault.example.com", "vault-token", "", "is not https"},
		{"vault:kv/rollcall#apiKey", "vault", "vault-token", "", "is no URL"},
	} {
		r := secret.Resolver{LookupEnv: environment("VAULT_ADDR", c.addr, "VAULT_TOKEN", c.token), Redactor: &secret.Redactor{}}
		got, err := r.Resolve(t.Context(), c.ref)
		if got.Reveal() != c.want || (c.fault == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.fault) {
			t.Errorf("%s at %s is %q, %v; want %q, %q", c.ref, c.addr, got.Reveal(), err, c.want, c.fault)
		}
		if !r.Redactor.Contains([]byte(c.token)) {
			t.Error("the redactor does not know Vault's own token")
		}
	}
}
