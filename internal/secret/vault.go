package secret

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
)

// Vault reads secrets of HashiCorp Vault or OpenBao over HTTP. A path is that
// of the API, so that of a key-value engine of version 2 has "data" in it:
// vault:secret/data/rollcall#apiKey. Address, token and namespace are taken
// from VAULT_ADDR, VAULT_TOKEN and VAULT_NAMESPACE.
type Vault struct {
	Address   string // https, or http on this machine
	Token     Secret
	Namespace string
	Client    *http.Client
}

func (r Resolver) vault() (Vault, error) {
	address, _ := r.lookup("VAULT_ADDR")
	token, _ := r.lookup("VAULT_TOKEN")
	if address == "" || token == "" {
		return Vault{}, errors.New("a secret is kept in Vault, and VAULT_ADDR or VAULT_TOKEN is not set")
	}
	v := Vault{Address: address, Token: New(token), Client: r.Client}
	v.Namespace, _ = r.lookup("VAULT_NAMESPACE")
	if r.Redactor != nil {
		r.Redactor.Add(v.Token)
	}
	if v.Client == nil {
		v.Client = &http.Client{Timeout: 10 * time.Second}
	}
	return v, nil
}

// Read reads one field of a secret.
func (v Vault) Read(ctx context.Context, at, field string) (string, error) {
	body, err := v.get(ctx, at)
	if err != nil {
		return "", fmt.Errorf("read %s from Vault: %w", at, err)
	}
	var answer struct {
		Data map[string]json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return "", fmt.Errorf("read %s from Vault: the answer is no JSON", at)
	}
	fields := answer.Data
	if _, versioned := fields["metadata"]; versioned {
		fields = nil
		if err := json.Unmarshal(answer.Data["data"], &fields); err != nil {
			return "", fmt.Errorf("read %s from Vault: its newest version is deleted", at)
		}
	}
	raw, there := fields[field]
	if !there {
		return "", fmt.Errorf("read %s from Vault: it has no field %q; a path of a version 2 engine has \"data\" in it, like secret/data/rollcall", at, field)
	}
	var value string
	if err := json.Unmarshal(raw, &value); err != nil {
		return "", fmt.Errorf("read %s from Vault: the field %q is no text", at, field)
	}
	return value, nil
}

func (v Vault) get(ctx context.Context, at string) ([]byte, error) {
	u, err := url.Parse(v.Address)
	if err != nil || u.Host == "" {
		return nil, errors.New("VAULT_ADDR is no URL")
	}
	if u.Scheme != "https" && !(u.Scheme == "http" && isLocal(u.Hostname())) {
		return nil, errors.New("VAULT_ADDR is not https; the token would be sent in the open")
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.JoinPath("v1", path.Clean("/"+at)).String(), nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("X-Vault-Token", v.Token.Reveal())
	request.Header.Set("X-Vault-Request", "true")
	if v.Namespace != "" {
		request.Header.Set("X-Vault-Namespace", v.Namespace)
	}
	client := *v.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error {
		return errors.New("it redirects elsewhere, where the token is not sent")
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answers %s", response.Status)
	}
	return io.ReadAll(io.LimitReader(response.Body, maxSize))
}

func isLocal(host string) bool {
	return strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
}
