package n8n

import (
	"context"
	"encoding/json"
	"net/url"

	"github.com/rollcall-dev/rollcall/tenant"
)

// sighted is a workflow as it was seen, and its webhooks behind it. It is made
// while the answer arrives, so that no page of whole workflows is kept.
type sighted []tenant.Object

// UnmarshalJSON reads a workflow of n8n.
func (s *sighted) UnmarshalJSON(data []byte) error {
	var w wireWorkflow
	if err := json.Unmarshal(data, &w); err != nil {
		return err
	}
	if err := w.check(); err != nil {
		return err
	}
	*s = w.objects()
	return nil
}

// workflows reads all of them, archived ones too, without the test data that
// people pinned to nodes.
func (d *Driver) workflows(ctx context.Context) ([]sighted, error) {
	return list[sighted]{
		api: d.key, size: d.config.PageSize, path: "/api/v1/workflows", query: url.Values{"excludePinnedData": {"true"}},
		id: func(s sighted) string { return s[0].ID },
	}.all(ctx)
}
