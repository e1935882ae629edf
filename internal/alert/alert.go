// Package alert tells people: each alert goes into the log; where a webhook is
// configured, to it as a CloudEvent (1.0, structured JSON over HTTP); and to
// the channels whose it is, as one line of text.
//
// With a secret, a request to the webhook is signed: its header
// Rollcall-Signature is "sha256=" and the HMAC-SHA256 of the body in
// hexadecimal, as [Sign] makes it. A receiver computes it over the bytes that
// came, compares it in constant time, and keeps the event's id: what could not
// be delivered is sent again later, and may so arrive twice.
package alert

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"time"
)

// A Type says what happened; it is the CloudEvent's type.
type Type string

// The types.
const (
	DriftOpened   Type = "dev.rollcall.drift.opened"
	DriftReminded Type = "dev.rollcall.drift.reminded" // it still stands
	DriftResolved Type = "dev.rollcall.drift.resolved"
	PlanHeld      Type = "dev.rollcall.plan.held"     // more would be reverted than may be, or a person is needed
	PlanReleased  Type = "dev.rollcall.plan.released" // it is held no longer
	Unreadable    Type = "dev.rollcall.tenant.unreadable"
	Readable      Type = "dev.rollcall.tenant.readable" // again
	Reverted      Type = "dev.rollcall.action.done"
	RevertFailed  Type = "dev.rollcall.action.failed"
	RegistryBad   Type = "dev.rollcall.registry.refused" // the newest commit is not followed
	RegistryGood  Type = "dev.rollcall.registry.followed"
	Offboarded    Type = "dev.rollcall.identity.offboarded" // nothing of a retired identity acts any more
	Test          Type = "dev.rollcall.test"                // somebody asked whether alerts arrive
)

// good are the types that call for nobody.
var good = map[Type]bool{DriftResolved: true, PlanReleased: true, Readable: true, Reverted: true, RegistryGood: true, Offboarded: true}

// A Severity says how soon people should look.
type Severity string

// The severities. The zero value counts as critical: what nobody judged is not
// held back.
const (
	Critical Severity = "critical"
	Warning  Severity = "warning"
)

// atLeast tells whether an alert is severe enough for who wants only those of
// the least severity or above.
func (s Severity) atLeast(least Severity) bool { return s != Warning || least != Critical }

// An Alert is one thing that people are told.
type Alert struct {
	ID       string // empty: one is made up; the same id is the same alert
	Type     Type
	Time     time.Time
	Since    time.Time // when it began; zero: at Time
	Severity Severity
	Tenant   string
	Class    string   // of drift
	Identity string   // id in the registry, "TENANT/NAME"; empty where it has none
	Object   string   // "KIND:ID" in the tenant; empty where it has none
	Field    string   // of drift of class changed
	Owners   []string // whose it is, "team/crm"; more than one only where it tells of many
	Count    int      // of how many drifts it tells; 0 where it tells of one thing
	Message  string   // one sentence
	Detail   any      // a drift, a plan, an action: as JSON; nil for nothing
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
