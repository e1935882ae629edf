// Package n8ntest starts a real n8n for a test, or skips the test and says why.
//
//	server, account := n8ntest.Start(t)
//
// ROLLCALL_N8N=off skips all such tests. With ROLLCALL_N8N=must they fail where
// n8n cannot be had: a build that is to prove something must not skip the proof.
package n8ntest

import (
	"errors"
	"os"
	"testing"

	"github.com/rollcall-dev/rollcall/internal/n8nserver"
)

// Install returns the installation, which the first test on a machine waits about
// three minutes for, and skips the test where n8n is unavailable.
func Install(tb testing.TB) n8nserver.Installation {
	tb.Helper()
	i, err := n8nserver.Install(tb.Context(), func(line string) { tb.Log(line) })
	if errors.Is(err, n8nserver.ErrUnavailable) && os.Getenv("ROLLCALL_N8N") != "must" {
		tb.Skip(err)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return i
}

// Start starts a prepared server of its own for the test, which ends with the
// test. If the test fails, the end of n8n's log is shown.
func Start(tb testing.TB) (*n8nserver.Server, n8nserver.Account) {
	tb.Helper()
	s, a, err := Install(tb).StartPrepared(tb.Context(), tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		s.Kill() // its data goes as well, so nothing need be put in order
		if tb.Failed() {
			tb.Logf("the end of n8n's log: %s", s.LogEnd())
		}
	})
	return s, a
}
