package jobs

import (
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// failed is a job that has failed so often; River counts the failure that it
// asks about in the attempts, not yet in the errors.
func failed(tenant string, times int) *river.Job[call] {
	return &river.Job[call]{JobRow: &rivertype.JobRow{Attempt: times, Errors: make([]rivertype.AttemptError, times-1)}, Args: call{tenant}}
}
