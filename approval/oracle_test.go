package approval

import (
	"slices"
	"strings"
	"testing"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"
	"pgregory.net/rapid"
)

// conditions are what random policies are made of.
var conditions = []string{
	`context.approvals >= 1`, `context.approvals >= 2`, `context.approvals == 1`,
	`context.approvers.contains(context.requester)`, `context.approvers.containsAny(principal.bots)`,
	`context.approvers.contains(principal.owner)`, `context.approvers.contains(person::"sam")`,
	`context.requester in team::"it"`, `context.requester.department == "sales"`, `context.requester == person::"dana"`,
	`principal.tier == "privileged"`, `principal.tenant.environment == "test"`, `principal == identity::"prod/b"`,
	`principal.owner in team::"crm"`, `context.reason == "incident"`, `context.approvers.isEmpty()`,
	`context.reason like "INC-*"`, `context.reason == "INC-"`, `context.reason like "*-URGENT"`, `context.reason like "*C-*A*"`,
}

func randomPolicy(t *rapid.T) string {
	var b strings.Builder
	for range rapid.IntRange(1, 4).Draw(t, "statements") {
		b.WriteString(rapid.SampledFrom([]string{"permit", "permit", "forbid"}).Draw(t, "effect"))
		b.WriteString(` (principal is identity, action in Action::"change", resource is account) when { `)
		for i := range rapid.IntRange(1, 3).Draw(t, "conditions") {
			if i > 0 {
				b.WriteString(rapid.SampledFrom([]string{" && ", " || "}).Draw(t, "operator"))
			}
			b.WriteString(rapid.SampledFrom([]string{"", "!"}).Draw(t, "not"))
			b.WriteString("(" + rapid.SampledFrom(conditions).Draw(t, "condition") + ")")
		}
		b.WriteString(" };\n")
	}
	return b.String()
}

// reasons are one for each set of the conditions about them that can hold.
var reasons = []string{"incident", "else", "INC-", "INC-1", "INC-A", "-URGENT", "INC-URGENT", "INC-A-URGENT", "INC--URGENT", "C-A", "C-A-URGENT", "INC-x-URGENT"}

// everyRequest tries all people in all roles: what the questions save
// themselves.
func everyRequest(trial *Trial, p *Policy, id string) (one, none bool) {
	w := trial.world(p.schema.resolved)
	w.resource = types.Entity{UID: types.NewEntityUID("account", "x")}
	bots := trial.accounts(trial.Registry.Identity(id).Tenant()).names
	var people []string
	for name := range trial.Organisation.People {
		if !slices.Contains(bots, name) && trial.Organisation.Active("person/"+name, trial.On) {
			people = append(people, name)
		}
	}
	everybody := slices.Concat(people, bots)
	permits := func(requester string, approvers ...string) bool {
		for _, reason := range reasons {
			decision, _ := cedar.Authorize(p.set, w, types.Request{Principal: types.NewEntityUID(identity, types.String(id)),
				Action: types.NewEntityUID("Action", "grant"), Resource: w.resource.UID, Context: types.NewRecord(types.RecordMap{
					"requester": types.NewEntityUID(person, types.String(requester)), "approvers": types.NewSet(values(uids(person, approvers))...),
					"approvals": types.Long(len(approvers)), "reason": types.String(reason)})})
			if decision == cedar.Allow {
				return true
			}
		}
		return false
	}
	for _, requester := range everybody {
		for _, approver := range everybody {
			one = one || approver != requester && permits(requester, approver)
		}
		none = none || permits(requester) || permits(requester, bots...)
		for _, b := range bots {
			none = none || permits(requester, b)
		}
		if slices.Contains(people, requester) {
			none = none || permits(requester, requester) || permits(requester, append(slices.Clone(bots), requester)...)
		}
	}
	return one, none
}

func TestTheAnswerIsThatOfTryingEverybody(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := randomPolicy(r)
		p := mustRead(t, text)
		shared := acme()
		for _, id := range []string{"prod/a", "prod/b", "prod/c", "test/a", "prod/a"} {
			one, none := ask(shared, p, id)
			wantOne, wantNone := everyRequest(acme(), p, id)
			if (one.Permitted != nil) != wantOne || (none.Permitted != nil) != wantNone || one.Unknown+none.Unknown != "" {
				r.Fatalf("of %s it is said: one approver: %s (want %v); no other: %s (want %v)\n%s", id, said(one), wantOne, said(none), wantNone, text)
			}
		}
	})
}
