// Package alert tells people: each alert goes into the log, and, where a
// webhook is configured, to it as a CloudEvent (1.0, structured JSON over
// HTTP).
//
// With a secret, a request is signed: its header Rollcall-Signature is
// "sha256=" and the HMAC-SHA256 of the body in hexadecimal, as [Sign] makes
// it. A receiver computes it over the bytes that came, compares it in constant
// time, and keeps the event's id: what could not be delivered is sent again
// later, and may so arrive twice.
package alert

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/cloudevents/sdk-go/v2/event"
	"github.com/google/uuid"
)

// A Type says what happened; it is the CloudEvent's type.
type Type string

// The types.
const (
	DriftOpened   Type = "dev.rollcall.drift.opened"
	DriftResolved Type = "dev.rollcall.drift.resolved"
	PlanHeld      Type = "dev.rollcall.plan.held"     // more would be reverted than may be, or a person is needed
	PlanReleased  Type = "dev.rollcall.plan.released" // it is held no longer
	Unreadable    Type = "dev.rollcall.tenant.unreadable"
	Readable      Type = "dev.rollcall.tenant.readable" // again
	Reverted      Type = "dev.rollcall.action.done"
	RevertFailed  Type = "dev.rollcall.action.failed"
	RegistryBad   Type = "dev.rollcall.registry.refused" // the newest commit is not followed
	RegistryGood  Type = "dev.rollcall.registry.followed"
)

// good are the types that call for nobody.
var good = map[Type]bool{DriftResolved: true, PlanReleased: true, Readable: true, Reverted: true, RegistryGood: true}

// An Alert is one thing that people are told.
type Alert struct {
	ID       string // empty: one is made up; the same id is the same alert
	Type     Type
	Time     time.Time
	Tenant   string
	Identity string // id in the registry, "TENANT/NAME"; empty where it has none
	Message  string // one sentence
	Detail   any    // a drift, a plan, an action: as JSON; nil for nothing
}

// data is the CloudEvent's data.
type data struct {
	Message  string `json:"message"`
	Tenant   string `json:"tenant,omitempty"`
	Identity string `json:"identity,omitempty"`
	Detail   any    `json:"detail,omitempty"`
}

// body is the alert as a CloudEvent in JSON.
func (a Alert) body(source string) ([]byte, error) {
	e := event.New()
	e.SetID(a.ID)
	if a.ID == "" {
		e.SetID(uuid.NewString())
	}
	e.SetType(string(a.Type))
	e.SetSource(source)
	e.SetTime(a.Time)
	if subject := a.Identity; subject != "" {
		e.SetSubject(subject)
	} else if a.Tenant != "" {
		e.SetSubject(a.Tenant)
	}
	if err := e.SetData("application/json", data{a.Message, a.Tenant, a.Identity, a.Detail}); err != nil {
		return nil, fmt.Errorf("write the alert as JSON: %w", err)
	}
	text, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("write the alert as a CloudEvent: %w", err)
	}
	return text, nil
}

func (a Alert) level() slog.Level {
	if good[a.Type] {
		return slog.LevelInfo
	}
	return slog.LevelWarn
}

// SignatureHeader is the header that the signature of a body is in.
const SignatureHeader = "Rollcall-Signature"

// Sign is the signature of a body by a secret.
func Sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}
