package n8n

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/rollcall-dev/rollcall/tenant"
)

// A Config says where a tenant is and how one signs in to it. Tenant, BaseURL
// and APIKey are required.
type Config struct {
	Tenant  string // its name in the registry
	BaseURL string // "https://n8n.example.com"
	APIKey  string // of an owner or an admin; docs/platforms.md lists its scopes

	// Email and Password sign in as an owner or admin, both or neither. n8n
	// tells API keys, and which instance it is, to a signed-in account alone.
	Email, Password string

	// InstanceID is the instance's own id as Observation.NativeID shows it;
	// empty to accept any. One that begins with "owner:" is the id of its owner,
	// which a key can see, but which a copy of the instance has too.
	InstanceID string

	PageSize int           // objects on a page of a list; 250, which is the most, where it is 0
	Patience time.Duration // how long it is waited until a change is seen to hold; 10 s where it is 0

	Pace      *rate.Limiter // of requests; nil for none
	Timeout   time.Duration // of one request; 30 s where it is 0
	Retries   int           // as in [tenant.API]
	Transport http.RoundTripper
	Log       func(context.Context, tenant.Exchange)
}

// A Driver is a [tenant.Driver] for one n8n. It can suspend, resume and restore
// workflows, and through them webhooks, and revoke API keys.
type Driver struct {
	config  Config
	key     *tenant.API // the public API
	session *session    // the editor's side; nil where no account is configured
	caller  string      // user id of the key's owner, "" where the key does not say

	mu   sync.Mutex
	role string // of the caller, as last seen
}

var (
	_ tenant.Suspender = (*Driver)(nil)
	_ tenant.Resumer   = (*Driver)(nil)
	_ tenant.Revoker   = (*Driver)(nil)
	_ tenant.Restorer  = (*Driver)(nil)
)

// New makes a driver. It connects to nothing yet; the error is for a
// configuration that cannot work.
func New(c Config) (*Driver, error) {
	switch {
	case c.Tenant == "" || c.BaseURL == "":
		return nil, errors.New("configure n8n: a tenant needs a name and an address")
	case c.APIKey == "":
		return nil, fmt.Errorf("configure n8n tenant %q: it needs an API key", c.Tenant)
	case (c.Email == "") != (c.Password == ""):
		return nil, fmt.Errorf("configure n8n tenant %q: an account needs both e-mail and password, or leave both out", c.Tenant)
	}
	c.PageSize, c.Patience = cmp.Or(c.PageSize, 250), cmp.Or(c.Patience, 10*time.Second)
	d := &Driver{config: c, caller: subject(c.APIKey)}
	d.key = c.api()
	d.key.Header = func(context.Context) (http.Header, error) {
		return http.Header{"X-N8N-API-KEY": {c.APIKey}}, nil
	}
	if c.Email != "" {
		jar, err := cookiejar.New(nil)
		if err != nil {
			return nil, fmt.Errorf("configure n8n tenant %q: %w", c.Tenant, err)
		}
		d.session = &session{api: c.api(), email: c.Email, password: c.Password}
		d.session.api.Jar = jar
		d.session.api.Secrets = []string{c.Password}
	}
	return d, nil
}

// api is one side of n8n. An answer may be long, for a page of workflows holds
// whole workflows; it is taken apart as it arrives.
func (c Config) api() *tenant.API {
	return &tenant.API{
		Base: c.BaseURL, Pace: c.Pace, Timeout: c.Timeout, Retries: c.Retries,
		Transport: c.Transport, Log: c.Log, MaxAnswer: 512 << 20,
	}
}

// subject is the user id that an API key names; keys are signed tokens since
// n8n 1.60.
func subject(key string) string {
	parts := strings.Split(key, ".")
	if len(parts) != 3 {
		return ""
	}
	data, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	var claims struct {
		Sub string `json:"sub"`
	}
	if json.Unmarshal(data, &claims) != nil {
		return ""
	}
	return claims.Sub
}
