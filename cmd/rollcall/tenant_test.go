package main

import (
	"bytes"
	"path/filepath"
	"testing"
	"time"

	"github.com/rollcall-dev/rollcall/internal/secret"
	"github.com/rollcall-dev/rollcall/internal/store"
	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

func TestASecretThatATenantShowsIsNotKept(t *testing.T) {
	const password = `correct"horse`
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	k := keeper{db, &secret.Redactor{}}
	k.redactor.Add(secret.New(password))
	ob := tenant.Observation{Tenant: "prod", Objects: []tenant.Object{{Kind: registry.Workflow, ID: "1", Name: "uses " + password}}}
	at := time.Now()
	if err := k.SaveObservation(t.Context(), "prod", at, ob.Encode()); err != nil {
		t.Fatal(err)
	}
	kept, err := db.Observation(t.Context(), "prod", time.Time{})
	if err != nil || bytes.Contains(kept.Body, []byte("horse")) {
		t.Errorf("a password stands in what is kept: %s, %v", kept.Body, err)
	}
	s, seen, err := sightOf(t.Context(), db, "prod", at.Add(time.Hour))
	if err != nil || !seen || s.Objects[0].Name != "uses [secret]" || s.At.After(at) {
		t.Errorf("without it, it reads %+v, %v", s, err)
	}
}

func TestATimeIsReadAsADayOrAMoment(t *testing.T) {
	for text, want := range map[string]string{
		"": "0001-01-01T00:00:00Z", "2026-11-24": "2026-11-24T23:59:59.999Z", "2026-11-24T09:30:00+01:00": "2026-11-24T08:30:00Z",
	} {
		if got, err := moment(text); err != nil || got.UTC().Format(time.RFC3339Nano) != want {
			t.Errorf("%q is %v, %v; want %s", text, got, err, want)
		}
	}
	if _, err := moment("24.11.2026"); err == nil {
		t.Error("24.11.2026 was read as a time")
	}
}
