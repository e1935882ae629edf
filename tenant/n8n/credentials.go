package n8n

import (
	"context"
	"errors"
	"time"

	"github.com/rollcall-dev/rollcall/tenant"
)

// A credential is what is kept of a credential. n8n does not put the secret
// into its lists; nothing else of it would be taken.
type credential struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Type      string    `json:"type"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
	Shared    []share   `json:"shared"`
	Home      *share    `json:"homeProject"` // as the editor's side says it
}

func (c credential) object() tenant.Object {
	app, _ := appOfCredential(c.Type)
	o := tenant.Object{
		Kind: connector, ID: c.ID, Name: c.Name, State: tenant.Enabled, App: app,
		Created: c.CreatedAt.UTC(), Updated: c.UpdatedAt.UTC(), Owner: owner(c.Shared),
	}
	if c.Home != nil {
		o.Owner = c.Home.ID
	}
	return o
}

// credentials reads all of them: through the public API or, where n8n is too
// old for that, as the signed-in account.
func (d *Driver) credentials(ctx context.Context) ([]credential, error) {
	all, err := list[credential]{
		api: d.key, size: d.config.PageSize, path: "/api/v1/credentials", id: func(c credential) string { return c.ID },
	}.all(ctx)
	if errors.Is(err, tenant.ErrUnsupported) && d.session != nil {
		var answer struct {
			Data *[]credential `json:"data"`
		}
		if err = d.session.get(ctx, "/rest/credentials", nil, &answer); err == nil && answer.Data == nil {
			err = garbledf("GET /rest/credentials: the answer has no list in its data")
		}
		if err == nil {
			all = *answer.Data
		}
	}
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		if c.ID == "" || c.Type == "" {
			return nil, garbledf("GET /api/v1/credentials: a credential in the answer has no id or type")
		}
	}
	return all, nil
}
