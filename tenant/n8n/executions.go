package n8n

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"time"
)

// runs say when workflows ran last.
type lastRuns struct {
	last  map[string]time.Time // by workflow
	since time.Time            // what ran before was not looked at; zero where n8n has no more
}

// activity is when accounts were last active, by user id.
type activity = map[string]time.Time

// mostRuns bounds how many pages of executions are looked at in a pass: the
// newest thousand say of most workflows when they ran last.
const mostRuns = 4

// lastRuns looks at the newest executions.
func (d *Driver) lastRuns(ctx context.Context) (lastRuns, error) {
	r := lastRuns{last: map[string]time.Time{}}
	query := url.Values{"limit": {strconv.Itoa(d.config.PageSize)}}
	oldest := time.Time{}
	for range mostRuns {
		next := ""
		err := d.key.Get(ctx, "/api/v1/executions", query, func(dec *json.Decoder) error {
			return readPage(dec, func(e execution) error {
				if at := e.at(); at.After(r.last[e.WorkflowID]) {
					r.last[e.WorkflowID] = at
				}
				oldest = e.at()
				return nil
			}, &next)
		})
		if err != nil {
			return lastRuns{}, err
		}
		if next == "" {
			return r, nil
		}
		query.Set("cursor", next)
	}
	r.since = oldest
	return r, nil
}

// An execution is what is kept of a run: nothing of its data.
type execution struct {
	WorkflowID string    `json:"workflowId"`
	StartedAt  time.Time `json:"startedAt"`
	StoppedAt  time.Time `json:"stoppedAt"`
}

func (e execution) at() time.Time {
	if e.StartedAt.IsZero() {
		return e.StoppedAt.UTC()
	}
	return e.StartedAt.UTC()
}
