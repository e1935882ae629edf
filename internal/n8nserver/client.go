package n8nserver

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Client changes a server through n8n's own API, as people would, so that there is
// drift to find. It is no driver: it reads next to nothing, and knows one version.
type Client struct {
	URL    string // without a slash at the end
	APIKey string // for /api/v1; may be empty where only /rest is used

	cookie string // for /rest
}

// SignIn signs the account in and returns a client that may all that it may.
func SignIn(ctx context.Context, serverURL string, a Account) (*Client, error) {
	c := &Client{URL: serverURL, APIKey: a.APIKey}
	login := map[string]string{"emailOrLdapLoginId": a.Email, "password": a.Password}
	if err := c.Call(ctx, http.MethodPost, "/rest/login", login, nil); err != nil {
		return nil, fmt.Errorf("sign in as %s: %w", a.Email, err)
	}
	return c, nil
}

// Call sends in as JSON and decodes the answer into out; either may be nil. It
// shows the cookie to /rest and the API key to everything else, and keeps the
// cookie that it is given. Any status but 2xx is an error with n8n's own words.
func (c *Client) Call(ctx context.Context, method, path string, in, out any) error {
	answer, err := c.send(ctx, method, path, in)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("%s %s: decode the answer: %w", method, path, err)
	}
	return nil
}

func (c *Client) send(ctx context.Context, method, path string, in any) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.URL+path, body)
	if err != nil {
		return nil, err
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if !strings.HasPrefix(path, "/rest/") {
		req.Header.Set("X-N8N-API-KEY", c.APIKey)
	} else if c.cookie != "" {
		req.AddCookie(&http.Cookie{Name: "n8n-auth", Value: c.cookie})
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	if res.StatusCode/100 != 2 {
		return nil, fmt.Errorf("n8n answers %d: %s", res.StatusCode, complaint(answer))
	}
	for _, cookie := range res.Cookies() {
		if cookie.Name == "n8n-auth" {
			c.cookie = cookie.Value
		}
	}
	return answer, nil
}

// complaint is the message in an answer that is an error, without the stack trace.
func complaint(answer []byte) string {
	var said struct{ Message string }
	if json.Unmarshal(answer, &said) == nil && said.Message != "" {
		return said.Message
	}
	return lastLines(string(answer), 1)
}

// Workflow is the part of a workflow that tells draft and live apart.
type Workflow struct {
	ID              string          `json:"id"`
	Name            string          `json:"name"`
	Active          bool            `json:"active"`
	VersionID       string          `json:"versionId"`       // of the draft
	ActiveVersionID string          `json:"activeVersionId"` // of what runs; empty if nothing does
	Nodes           json.RawMessage `json:"nodes"`
	Connections     json.RawMessage `json:"connections"`
	Settings        json.RawMessage `json:"settings"`
}

// Workflow returns the workflow as it is now.
func (c *Client) Workflow(ctx context.Context, id string) (Workflow, error) {
	var w Workflow
	if err := c.Call(ctx, http.MethodGet, "/api/v1/workflows/"+url.PathEscape(id), nil, &w); err != nil {
		return Workflow{}, err
	}
	return w, nil
}

// CreateWorkflow creates an inactive workflow from JSON with name, nodes,
// connections and settings, and returns its ID.
func (c *Client) CreateWorkflow(ctx context.Context, workflow string) (id string, err error) {
	var w Workflow
	err = c.Call(ctx, http.MethodPost, "/api/v1/workflows", json.RawMessage(workflow), &w)
	return w.ID, err
}

// UpdateWorkflow replaces name, nodes, connections and settings. If the workflow
// is active the change goes live with publish, and without is a draft beside what
// runs. Its webhooks follow a quarter of a second later.
func (c *Client) UpdateWorkflow(ctx context.Context, id, workflow string, publish bool) error {
	path := fmt.Sprintf("/api/v1/workflows/%s?publishIfActive=%t", url.PathEscape(id), publish)
	return c.Call(ctx, http.MethodPut, path, json.RawMessage(workflow), nil)
}

// Activate puts the draft live.
func (c *Client) Activate(ctx context.Context, id string) error {
	return c.Call(ctx, http.MethodPost, "/api/v1/workflows/"+url.PathEscape(id)+"/activate", struct{}{}, nil)
}

// Deactivate stops the workflow and leaves its draft.
func (c *Client) Deactivate(ctx context.Context, id string) error {
	return c.Call(ctx, http.MethodPost, "/api/v1/workflows/"+url.PathEscape(id)+"/deactivate", nil, nil)
}

// CreateCredential creates a credential of one of n8n's types, such as
// httpBearerAuth with the data {"token": "..."}, and returns its ID.
func (c *Client) CreateCredential(ctx context.Context, name, kind string, data map[string]any) (id string, err error) {
	var created struct{ ID string }
	err = c.Call(ctx, http.MethodPost, "/api/v1/credentials", map[string]any{"name": name, "type": kind, "data": data}, &created)
	return created.ID, err
}
