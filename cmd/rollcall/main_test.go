package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/rollcall-dev/rollcall/tenant/sandbox"
)

// TestMain lets this test binary be rollcall: for the scripts, for the child
// that evaluates, and for tests that start and kill a process of it.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "evaluate" || os.Getenv("BE_ROLLCALL") != "" {
		os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	testscript.Main(m, map[string]func(){
		"rollcall": func() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"sandbox": startSandbox,
			"fault":   setFault,
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

// setFault makes the sandbox fail as the JSON says.
func setFault(ts *testscript.TestScript, _ bool, args []string) {
	res, err := http.Post(ts.Getenv("SANDBOX")+"/faults", "application/json", strings.NewReader(strings.Join(args, " ")))
	ts.Check(err)
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		ts.Fatalf("the sandbox does not take the fault: %s", res.Status)
	}
}
