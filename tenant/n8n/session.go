package n8n

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"

	"github.com/rollcall-dev/rollcall/tenant"
)

// A session is the side of n8n that its editor uses, as a signed-in account.
// n8n lets one sign in five times a minute, so the cookie is kept.
type session struct {
	api             *tenant.API
	email, password string

	mu   sync.Mutex
	user *signedIn // nil until it is signed in
}

// signedIn is what n8n tells of the account at sign-in.
type signedIn struct {
	ID     string   `json:"id"`
	Role   string   `json:"role"`
	Scopes []string `json:"globalScopes"`
}

// managesKeys tells whether the account sees everybody's API keys. Before
// version 2 nobody does.
func (s signedIn) managesKeys() bool { return slices.Contains(s.Scopes, "apiKey:manage") }

// sign signs in, once.
func (s *session) sign(ctx context.Context) (signedIn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.user != nil {
		return *s.user, nil
	}
	var answer struct {
		Data signedIn `json:"data"`
	}
	in := map[string]string{"emailOrLdapLoginId": s.email, "email": s.email, "password": s.password}
	if _, err := s.api.Do(ctx, http.MethodPost, "/rest/login", in, &answer); err != nil {
		return signedIn{}, fmt.Errorf("sign in as %s: %w", s.email, err)
	}
	if answer.Data.ID == "" {
		return signedIn{}, garbledf("sign in as %s: the answer names no account", s.email)
	}
	s.user = &answer.Data
	return answer.Data, nil
}

// forget drops a cookie that is no longer good.
func (s *session) forget() {
	s.mu.Lock()
	s.user = nil
	s.mu.Unlock()
}

// get reads as the signed-in account, and signs in again where the cookie has
// run out.
func (s *session) get(ctx context.Context, path string, query url.Values, v any) error {
	return s.as(ctx, func() error { return s.api.Get(ctx, path, query, v) })
}

func (s *session) as(ctx context.Context, do func() error) error {
	if _, err := s.sign(ctx); err != nil {
		return err
	}
	err := do()
	if tenant.CauseOf(err) != tenant.Unauthorized || err == nil {
		return err
	}
	s.forget()
	if _, err := s.sign(ctx); err != nil {
		return err
	}
	return do()
}

// An instance is who n8n says it is.
type instance struct {
	ID      string `json:"instanceId"`
	Version string `json:"versionCli"`
}

// instance asks who the instance is.
func (s *session) instance(ctx context.Context) (instance, error) {
	var answer struct {
		Data instance `json:"data"`
	}
	if err := s.get(ctx, "/rest/settings", nil, &answer); err != nil {
		return instance{}, err
	}
	if answer.Data.ID == "" {
		return instance{}, garbledf("GET /rest/settings: the answer does not name the instance")
	}
	return answer.Data, nil
}
