package n8n

import (
	"cmp"
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/rollcall-dev/rollcall/tenant"
)

// A person is what is kept of a user of n8n.
type person struct {
	ID        string    `json:"id"`
	Email     string    `json:"email"`
	FirstName string    `json:"firstName"`
	LastName  string    `json:"lastName"`
	Role      string    `json:"role"`
	Pending   *bool     `json:"isPending"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
}

func (d *Driver) people(ctx context.Context) ([]person, error) {
	all, err := list[person]{
		api: d.key, size: d.config.PageSize, path: "/api/v1/users", query: url.Values{"includeRole": {"true"}},
		id: func(p person) string { return p.ID },
	}.all(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		if p.ID == "" || p.Role == "" || p.Pending == nil {
			return nil, garbledf("GET /api/v1/users: a user in the answer has no id, role or state")
		}
	}
	return all, nil
}

func (d *Driver) accounts(people []person, used map[string]time.Time) []tenant.Object {
	var all []tenant.Object
	for _, p := range people {
		o := tenant.Object{
			Kind: account, ID: p.ID, Login: p.Email, State: tenant.Enabled, Role: p.Role,
			Name:    cmp.Or(strings.TrimSpace(p.FirstName+" "+p.LastName), p.Email, p.ID),
			Created: p.CreatedAt.UTC(), Updated: p.UpdatedAt.UTC(), LastUsed: used[p.ID],
		}
		if *p.Pending {
			o.State = tenant.Disabled
		}
		o.Self = p.ID == d.caller || d.session != nil && strings.EqualFold(p.Email, d.session.email)
		all = append(all, o)
	}
	return all
}

// rules tells whether a role sees everything of everybody.
func rules(role string) bool { return role == "global:owner" || role == "global:admin" }

// lastActive is the day on which each user was last active, which only a
// signed-in account is told.
func (s *session) lastActive(ctx context.Context) (map[string]time.Time, error) {
	var answer struct {
		Data struct {
			Items []struct {
				ID           string `json:"id"`
				LastActiveAt string `json:"lastActiveAt"`
			} `json:"items"`
		} `json:"data"`
	}
	if err := s.get(ctx, "/rest/users", url.Values{"take": {"-1"}}, &answer); err != nil {
		return nil, err
	}
	used := map[string]time.Time{}
	for _, u := range answer.Data.Items {
		if at, err := time.Parse(time.DateOnly, u.LastActiveAt); err == nil {
			used[u.ID] = at
		}
	}
	return used, nil
}
