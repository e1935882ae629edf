package n8nserver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
)

// Account is someone who can sign in.
type Account struct {
	Email    string `json:"email"`
	Password string `json:"password"`
	APIKey   string `json:"apiKey"` // with all scopes that the account may have; empty if it has none
}

// APIKey is a new key. Value is shown this once.
type APIKey struct {
	ID    string `json:"id"`
	Value string `json:"rawApiKey"`
}

// accountFile keeps the owner's account beside the data that it opens.
const accountFile = "account.json"

// password is everybody's: n8n wants eight characters, a capital and a digit.
const password = "Rollcall-test-1"

// Prepare makes a new server usable: it sets the owner up, who gets an API key
// with all scopes, and leaves a note of both in the server's folder. A server can
// be prepared once.
func (s *Server) Prepare(ctx context.Context) (Account, error) {
	a := Account{Email: "owner@rollcall.example", Password: password}
	c := &Client{URL: s.URL}
	owner := map[string]string{"email": a.Email, "password": a.Password, "firstName": "Olive", "lastName": "Owner"}
	if err := c.Call(ctx, http.MethodPost, "/rest/owner/setup", owner, nil); err != nil {
		return Account{}, fmt.Errorf("set the owner up: %w", err)
	}
	key, err := c.CreateAPIKey(ctx, "rollcall")
	if err != nil {
		return Account{}, err
	}
	a.APIKey = key.Value
	if err := writeAccount(s.Dir, a); err != nil {
		return Account{}, err
	}
	return a, nil
}

// CreateUser invites someone as a member and accepts the invitation for them, so
// that there is an active user. SignIn with what it returns acts as that user,
// who has no API key yet.
func (c *Client) CreateUser(ctx context.Context, email string) (Account, error) {
	token, err := c.invite(ctx, email)
	if err != nil {
		return Account{}, fmt.Errorf("invite %s: %w", email, err)
	}
	acceptance := map[string]string{"token": token, "firstName": "Mia", "lastName": "Member", "password": password}
	invited := &Client{URL: c.URL} // the answer signs them in, and our cookie is to stay ours
	if err := invited.Call(ctx, http.MethodPost, "/rest/invitations/accept", acceptance, nil); err != nil {
		return Account{}, fmt.Errorf("accept the invitation of %s: %w", email, err)
	}
	return Account{Email: email, Password: password}, nil
}

// invite returns the token in the link that n8n, having no mail server, hands to
// the one who invites.
func (c *Client) invite(ctx context.Context, email string) (token string, err error) {
	var answers []struct {
		Error string
		User  struct{ InviteAcceptURL string }
	}
	invitation := []map[string]string{{"email": email, "role": "global:member"}}
	if err := c.Call(ctx, http.MethodPost, "/api/v1/users", invitation, &answers); err != nil {
		return "", err
	}
	if len(answers) != 1 {
		return "", fmt.Errorf("%d answers to one invitation", len(answers))
	}
	if answers[0].Error != "" { // the status is 201 all the same
		return "", errors.New(answers[0].Error)
	}
	link, err := url.Parse(answers[0].User.InviteAcceptURL)
	if err != nil {
		return "", err
	}
	if token = link.Query().Get("token"); token == "" {
		return "", errors.New("the answer has no token; is the address a user already?")
	}
	return token, nil
}

// CreateAPIKey gives the signed-in user a key that does not expire, with these
// scopes, or with all that the user may have. Two keys of a user cannot have the
// same label.
func (c *Client) CreateAPIKey(ctx context.Context, label string, scopes ...string) (APIKey, error) {
	if len(scopes) == 0 {
		var all struct{ Data []string }
		if err := c.Call(ctx, http.MethodGet, "/rest/api-keys/scopes", nil, &all); err != nil {
			return APIKey{}, fmt.Errorf("list the scopes for an API key: %w", err)
		}
		scopes = all.Data
	}
	var created struct{ Data APIKey }
	request := map[string]any{"label": label, "scopes": scopes, "expiresAt": nil}
	if err := c.Call(ctx, http.MethodPost, "/rest/api-keys", request, &created); err != nil {
		return APIKey{}, fmt.Errorf("create the API key %q: %w", label, err)
	}
	return created.Data, nil
}

// DeleteAPIKey deletes a key, anyone's if an owner is signed in. It is void at once.
func (c *Client) DeleteAPIKey(ctx context.Context, id string) error {
	return c.Call(ctx, http.MethodDelete, "/rest/api-keys/"+url.PathEscape(id), nil, nil)
}

func readAccount(dir string) (Account, error) {
	text, err := os.ReadFile(filepath.Join(dir, accountFile))
	if errors.Is(err, fs.ErrNotExist) {
		return Account{}, fmt.Errorf("%s holds no prepared server: it has no %s", dir, accountFile)
	}
	if err != nil {
		return Account{}, err
	}
	var a Account
	if err := json.Unmarshal(text, &a); err != nil {
		return Account{}, fmt.Errorf("decode %s: %w", filepath.Join(dir, accountFile), err)
	}
	return a, nil
}

func writeAccount(dir string, a Account) error {
	text, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, accountFile), append(text, '\n'), 0o600)
}
