package secret_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"github.com/rollcall-dev/rollcall/internal/secret"
	"go.yaml.in/yaml/v3"
)

const value = `p4ss"wörd&<7>\x`

func TestSecretShowsItselfToNobody(t *testing.T) {
	s := secret.New(value)
	inside := struct {
		Open   secret.Secret
		closed secret.Secret
		held   *secret.Secret
	}{s, s, &s}
	shown := map[string]string{}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%T"} {
		shown[verb] = fmt.Sprintf(verb, s)
		shown[verb+" inside"] = fmt.Sprintf(verb, inside)
		shown[verb+" inside, by pointer"] = fmt.Sprintf(verb, &inside)
	}
	j, _ := json.Marshal(inside)
	y, _ := yaml.Marshal(struct{ Open secret.Secret }{s})
	shown["json"], shown["yaml"] = string(j), string(y)
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("m", "s", s, "all", inside)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("m", "s", s, "all", inside)
	shown["log"] = log.String()
	for how, text := range shown {
		if strings.Contains(text, "p4ss") || strings.Contains(text, fmt.Sprintf("%x", value)) {
			t.Errorf("%s shows the secret: %s", how, text)
		}
	}
	if s.Reveal() != value || s.IsZero() || !(secret.Secret{}).IsZero() {
		t.Error("a secret does not reveal itself when asked")
	}
}

func TestRedactorKnowsEverySpelling(t *testing.T) {
	var r secret.Redactor
	r.Add(secret.New(value))
	r.Add(secret.New("the-other-secret"))
	inJSON, _ := json.Marshal(map[string]string{"k": value})
	for _, text := range []string{
		"401 for " + value + " and the-other-secret",
		string(inJSON),
		"https://example.com/?key=" + url.QueryEscape(value),
		"https://example.com/" + url.PathEscape(value),
	} {
		if clean := r.Redact(text); !strings.Contains(clean, "[secret]") || strings.Contains(clean, "p4ss") || r.Contains([]byte(clean)) {
			t.Errorf("the secret is still in %q", clean)
		}
		if !r.Contains([]byte(text)) || r.Refuse([]byte(text)) == nil {
			t.Errorf("the secret was not found in %q", text)
		}
	}
	if got := r.Redact("nothing to hide"); got != "nothing to hide" || r.Refuse([]byte(got)) != nil {
		t.Errorf("a text without a secret became %q", got)
	}
}

func TestShortSecretDoesNotEatTheText(t *testing.T) {
	var r secret.Redactor
	r.Add(secret.New("e"))
	r.Add(secret.Secret{})
	if got := r.Redact("a perfectly plain text"); got != "a perfectly plain text" {
		t.Errorf("a secret of one letter turned the text into %q", got)
	}
}

func TestLogHoldsNoSecret(t *testing.T) {
	var r secret.Redactor
	r.Add(secret.New(value))
	var log bytes.Buffer
	l := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{ReplaceAttr: r.Attr}))
	l.Info("message "+value, "text", value, "err", fmt.Errorf("GET %s", value), "list", []string{value})
	if strings.Contains(log.String(), "p4ss") || !strings.Contains(log.String(), "[secret]") {
		t.Errorf("the log shows the secret: %s", &log)
	}
}
