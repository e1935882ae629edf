package alert

import (
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/cloudevents/sdk-go/v2/event"
)

// data is the CloudEvent's data. Its status, labels, annotations and times are
// those of Prometheus's Alertmanager.
type data struct {
	Message     string            `json:"message"`
	Tenant      string            `json:"tenant,omitempty"`
	Identity    string            `json:"identity,omitempty"`
	Status      string            `json:"status"` // firing or resolved
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	StartsAt    time.Time         `json:"startsAt"`
	EndsAt      time.Time         `json:"endsAt,omitzero"` // of what is resolved
	Detail      any               `json:"detail,omitempty"`
}

// names are the alertname labels. What fires and what resolves it has the same.
var names = map[Type]string{
	DriftOpened: "RollcallDrift", DriftReminded: "RollcallDrift", DriftResolved: "RollcallDrift",
	PlanHeld: "RollcallPlanHeld", PlanReleased: "RollcallPlanHeld",
	Unreadable: "RollcallTenantUnreadable", Readable: "RollcallTenantUnreadable",
	Reverted: "RollcallReverted", RevertFailed: "RollcallRevertFailed",
	RegistryBad: "RollcallRegistryRefused", RegistryGood: "RollcallRegistryRefused",
	Offboarded: "RollcallOffboarded", Test: "RollcallTest",
}

// labels say what the alert is of. They are the same while it stands and when
// it is over: nothing that changes from pass to pass is among them.
func (a Alert) labels() map[string]string {
	name := names[a.Type]
	if a.Class == "unreadable" && name == "RollcallDrift" {
		name = names[Unreadable] // a reminder
	}
	if a.Count > 0 {
		name += "Many"
	}
	all := map[string]string{
		"alertname": name, "tenant": a.Tenant, "class": a.Class, "severity": string(a.severity()),
		"identity": a.Identity, "object": a.Object, "field": a.Field,
	}
	if len(a.Owners) == 1 && a.Count == 0 {
		all["owner"] = a.Owners[0]
	}
	maps.DeleteFunc(all, func(_, v string) bool { return v == "" }) // to Alertmanager, empty is absent
	return all
}

func (a Alert) severity() Severity {
	if a.Severity == "" {
		return Critical
	}
	return a.Severity
}

func (a Alert) data() data {
	d := data{
		Message: a.Message, Tenant: a.Tenant, Identity: a.Identity, Status: "firing", Labels: a.labels(),
		Annotations: map[string]string{"summary": Text(a), "description": a.Message},
		StartsAt:    a.Since, Detail: a.Detail,
	}
	if d.StartsAt.IsZero() {
		d.StartsAt = a.Time
	}
	if good[a.Type] {
		d.Status, d.EndsAt = "resolved", a.Time
	}
	return d
}

// body is the alert as a CloudEvent in JSON.
func (a Alert) body(source string) ([]byte, error) {
	e := event.New()
	e.SetID(a.ID)
	e.SetType(string(a.Type))
	e.SetSource(source)
	e.SetTime(a.Time)
	if subject := a.Identity; subject != "" {
		e.SetSubject(subject)
	} else if a.Tenant != "" {
		e.SetSubject(a.Tenant)
	}
	if err := e.SetData("application/json", a.data()); err != nil {
		return nil, fmt.Errorf("write the alert as JSON: %w", err)
	}
	text, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("write the alert as a CloudEvent: %w", err)
	}
	return text, nil
}
