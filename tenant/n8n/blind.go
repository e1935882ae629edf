package n8n

import "time"

// blind says what could not be told, a sentence each.
func (d *Driver) blind(r *reading) []string {
	all := []string{
		"n8n does not tell the account that a credential signs in as, nor when it was last used; a changed secret shows as a newer date alone",
		"what a node does that runs code, a program or a query cannot be told; it stands among the steps as \"run\"",
		"addresses that the trigger of an application, or a message with \"send and wait\", opens are not listed as webhooks",
		"projects, variables, source control, single sign-on and log streaming are not read",
	}
	if d.session == nil {
		all = append(all, "API keys, and which instance this is, are told to a signed-in account alone, and none is configured")
	} else if r.instance.ID == "" {
		all = append(all, "n8n did not say which instance it is")
	}
	if r.rights == nil {
		all = append(all, "this n8n is older than version 2 or does not tell what the API key may do; whether it publishes drafts apart is not known")
	}
	return append(all, r.unseenRuns()...)
}

// unseenRuns says what the executions do not tell.
func (r *reading) unseenRuns() []string {
	switch {
	case r.usedErr != nil:
		return []string{"when workflows ran last could not be read: " + r.usedErr.Error()}
	case !r.used.since.IsZero():
		return []string{"when workflows ran last was looked for back to " + r.used.since.Format(time.RFC3339) + "; what ran before is not known"}
	}
	return []string{"a run that n8n was told not to keep, or has cleared away, does not show as the last use of its workflow"}
}
