package n8n

import (
	"strings"
	"testing"

	"github.com/rollcall-dev/rollcall/tenant"
)

func TestAConfigurationThatCannotWorkIsRefused(t *testing.T) {
	good := Config{Tenant: "n8n-test", BaseURL: "https://n8n.example.com", APIKey: "key-of-someone", Email: "dana@example.com", Password: "pass-of-dana"}
	if _, err := New(good); err != nil {
		t.Fatalf("a whole configuration is refused: %v", err)
	}
	for what, spoil := range map[string]func(*Config){
		"a name":     func(c *Config) { c.Tenant = "" },
		"address":    func(c *Config) { c.BaseURL = "" },
		"an API key": func(c *Config) { c.APIKey = "" },
		"password":   func(c *Config) { c.Password = "" },
		"e-mail":     func(c *Config) { c.Email = "" },
	} {
		c := good
		spoil(&c)
		_, err := New(c)
		if err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("a configuration without %s is answered with: %v", what, err)
			continue
		}
		if strings.Contains(err.Error(), good.APIKey) || strings.Contains(err.Error(), good.Password) {
			t.Errorf("the error holds a credential: %v", err)
		}
	}
}

func TestTheKeyThatRollcallUsesIsKnownByWhatN8nShows(t *testing.T) {
	// header.{"sub": "dana"}.signature
	d, err := New(Config{Tenant: "n", BaseURL: "https://n8n.example.com", APIKey: "e30.eyJzdWIiOiAiZGFuYSJ9.signature-cpG8"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		key  key
		want bool
	}{
		{key{UserID: "dana", Hint: "******cpG8"}, true},
		{key{UserID: "dana", Hint: "******cpG9"}, false},
		{key{UserID: "sam", Hint: "******cpG8"}, false},
		{key{UserID: "dana", Hint: "******"}, false},
	} {
		if got := d.isOwn(c.key); got != c.want {
			t.Errorf("the key %q of %s is taken for rollcall's own: %t", c.key.Hint, c.key.UserID, got)
		}
	}
}

func TestN8nBeforeVersion2HasNoVersionToGoBackTo(t *testing.T) {
	on := true
	w := &wireWorkflow{ID: "1", Active: &on, VersionID: "v", Nodes: []node{{Name: "In", Type: "n8n-nodes-base.webhook", WebhookID: "h"}}}
	all := w.objects()
	if len(all) != 2 || all[0].State != tenant.Enabled || all[0].Version != "" || all[1].Auth != "none" {
		t.Errorf("what was saved last is what runs, and it is told as %+v", all)
	}
}
