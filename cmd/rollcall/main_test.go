package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/rollcall-dev/rollcall/internal/store/storetest"
	"github.com/rollcall-dev/rollcall/tenant/sandbox"
)

// TestMain lets this test binary be rollcall: for the scripts, for the child
// that evaluates, and for tests that start and kill a process of it.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "evaluate" || os.Getenv("BE_ROLLCALL") != "" {
		os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	testscript.Main(tests{m}, map[string]func(){
		"rollcall": func() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// tests stop what they started.
type tests struct{ *testing.M }

func (m tests) Run() int { return storetest.Main(m.M) }

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"sandbox": startSandbox,
			"fault":   setFault,
			"inbox":   startInbox,
			"planid":  planID16,
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("ROLLCALL_CACHE", filepath.Join(e.WorkDir, ".tmp", "cache"))
			e.Setenv("TOMORROW", time.Now().AddDate(0, 0, 1).UTC().Format(time.DateOnly))
			return nil
		},
	})
}

// startSandbox starts a sandbox tenant for the rest of a script: its address
// is in $SANDBOX, and a configuration for it in rollcall.yaml, with what the
// arguments add to it.
func startSandbox(ts *testscript.TestScript, _ bool, more []string) {
	server := httptest.NewServer(sandbox.NewHandler(sandbox.New(sandbox.Seed())))
	ts.Defer(server.Close)
	ts.Setenv("SANDBOX", server.URL)
	ts.Setenv("SANDBOX_TOKEN", sandbox.Token)
	config := "registry: {path: acme}\nstate: state.db\nevidence: {dir: evidence}\nlisten: 127.0.0.1:0\n" +
		"tenants:\n  sandbox: {platform: sandbox, url: " + server.URL + ", apiKey: \"env:SANDBOX_TOKEN\", instanceID: sandbox-1, timeout: 2s}\n" +
		strings.Join(more, "\n") + "\n"
	ts.Check(os.WriteFile(ts.MkAbs("rollcall.yaml"), []byte(config), 0o600))
}

// planID16 puts the id of the plan that the last status in JSON told into $PLAN.
func planID16(ts *testscript.TestScript, _ bool, _ []string) {
	var s tenantStatus
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &s))
	ts.Setenv("PLAN", s.Last.Plan)
}

// setFault makes the sandbox fail as the JSON says.
func setFault(ts *testscript.TestScript, _ bool, args []string) {
	res, err := http.Post(ts.Getenv("SANDBOX")+"/faults", "application/json", strings.NewReader(strings.Join(args, " ")))
	ts.Check(err)
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		ts.Fatalf("the sandbox does not take the fault: %s", res.Status)
	}
}
