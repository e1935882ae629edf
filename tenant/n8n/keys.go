package n8n

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rollcall-dev/rollcall/tenant"
)

// A key is what is kept of an API key: never the key, of which n8n shows the
// last four characters.
type key struct {
	ID         string     `json:"id"`
	UserID     string     `json:"userId"`
	Label      string     `json:"label"`
	Scopes     []string   `json:"scopes"`
	Hint       string     `json:"apiKey"`
	CreatedAt  time.Time  `json:"createdAt"`
	LastUsedAt *time.Time `json:"lastUsedAt"`
	ExpiresAt  *int64     `json:"expiresAt"` // seconds since 1970
	Owner      struct {
		Email string `json:"email"`
	} `json:"owner"`
}

func (d *Driver) token(k key, now time.Time) tenant.Object {
	o := tenant.Object{
		Kind: token, ID: k.ID, Name: k.Label, State: tenant.Enabled, Owner: k.Owner.Email,
		Scopes: slices.Sorted(slices.Values(k.Scopes)), Created: k.CreatedAt.UTC(), Self: d.isOwn(k),
	}
	if k.LastUsedAt != nil && !o.Self { // that it was used to look is no news
		o.LastUsed = k.LastUsedAt.UTC()
	}
	if k.ExpiresAt != nil {
		o.Expires = time.Unix(*k.ExpiresAt, 0).UTC()
		if !o.Expires.After(now) {
			o.State = tenant.Disabled // n8n keeps it in the list, and does not accept it
		}
	}
	return o
}

// isOwn tells whether a key is the one that rollcall uses, by what n8n shows of
// it. A stranger that looks the same would be spared too, which is the safe way
// to be wrong.
func (d *Driver) isOwn(k key) bool {
	hint := strings.TrimLeft(k.Hint, "*")
	return len(hint) >= 4 && strings.HasSuffix(d.config.APIKey, hint) && (d.caller == "" || d.caller == k.UserID)
}

// keys reads everybody's API keys, as the signed-in account.
func (d *Driver) keys(ctx context.Context) ([]key, error) {
	const noAccount = "n8n tells API keys to a signed-in account alone; configure the e-mail and password of an owner or admin"
	if d.session == nil {
		return nil, forbidden(noAccount)
	}
	who, err := d.session.sign(ctx)
	if err != nil {
		return nil, err
	}
	if !who.managesKeys() {
		return nil, forbidden("%s is %s and sees no one else's API keys; configure an owner or admin, and n8n 2 or later", d.session.email, cmp.Or(who.Role, "an account"))
	}
	var all []key
	for {
		page, total, err := d.keyPage(ctx, d.config.PageSize, max(0, len(all)-1))
		if err != nil {
			return nil, err
		}
		if n := len(all); n > 0 { // a page begins with the last key of the one before
			if len(page) == 0 || page[0].ID != all[n-1].ID {
				return nil, garbledf("GET /rest/api-keys: the list changed while it was read")
			}
			page = page[1:]
		}
		all = append(all, page...)
		if len(all) >= total {
			return all, nil
		}
		if len(page) == 0 {
			return nil, garbledf("GET /rest/api-keys: it counts %d keys and lists %d", total, len(all))
		}
	}
}

func (d *Driver) keyPage(ctx context.Context, take, skip int) ([]key, int, error) {
	var answer struct {
		Data json.RawMessage `json:"data"`
	}
	query := url.Values{"ownership": {"all"}, "take": {strconv.Itoa(take)}, "skip": {strconv.Itoa(skip)}}
	if err := d.session.get(ctx, "/rest/api-keys", query, &answer); err != nil {
		return nil, 0, err
	}
	var page struct {
		Items  []key `json:"items"`
		Totals struct {
			All *int `json:"all"`
		} `json:"totals"`
	}
	if err := json.Unmarshal(answer.Data, &page); err != nil || page.Totals.All == nil {
		return nil, 0, garbledf("GET /rest/api-keys: the answer is no page of API keys")
	}
	for _, k := range page.Items {
		if k.ID == "" || k.Scopes == nil {
			return nil, 0, garbledf("GET /rest/api-keys: a key in the answer has no id or no scopes")
		}
	}
	return page.Items, *page.Totals.All, nil
}

func forbidden(format string, args ...any) error {
	return &tenant.ReadError{Cause: tenant.Forbidden, Err: fmt.Errorf(format, args...)}
}
