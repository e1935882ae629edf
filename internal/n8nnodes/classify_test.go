package n8nnodes

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAnOperationIsClassedByItsVerbAndByWhatItIsAbout(t *testing.T) {
	for name, tt := range map[string]struct {
		o    operation
		want Class
	}{
		"a reading":                                     {operation{node: "x", resource: "order", name: "getAll", action: "Get many orders"}, Reading},
		"a writing":                                     {operation{node: "x", resource: "order", name: "create", action: "Create an order"}, Change},
		"a writing of accounts":                         {operation{node: "x", resource: "user", name: "create", action: "Create a user"}, Grant},
		"in the plural":                                 {operation{node: "x", resource: "roles", name: "delete"}, Revoke},
		"in a name of several words":                    {operation{node: "x", resource: "teamMember", name: "update"}, Modify},
		"a reading of accounts":                         {operation{node: "x", resource: "user", name: "get"}, Reading},
		"a thing that is named by the operation":        {operation{node: "x", resource: "channel", name: "addUser"}, Grant},
		"a verb about access":                           {operation{node: "x", resource: "file", name: "share"}, Grant},
		"several verbs":                                 {operation{node: "x", resource: "order", name: "findOneAndUpdate"}, Change},
		"a verb that is no verb here":                   {operation{node: "x", resource: "order", name: "getRecentlyCreatedUpdated"}, Reading},
		"no verb, and an action that reads":             {operation{node: "x", resource: "task", name: "member", action: "Get task members"}, Reading},
		"no verb, and an action that writes":            {operation{node: "x", resource: "alert", name: "status", action: "Update an alert status"}, Change},
		"no action, and a description that reads":       {operation{node: "x", resource: "log", name: "tail", describe: "Returns the end of a log"}, Reading},
		"a name that reads and an action that does not": {operation{node: "x", resource: "inbox", name: "read", action: "Mark as read"}, Unknown},
		"a reading of secrets":                          {operation{node: "x", resource: "credential", name: "get"}, Unknown},
		"a word that no rule knows":                     {operation{node: "x", resource: "order", name: "bewitch", action: "Bewitch an order"}, Unknown},
		"free queries":                                  {operation{node: "x", name: "executeQuery", action: "Execute a SQL query"}, Unknown},
		"no words at all":                               {operation{node: "x", name: "run"}, Unknown},
		"records of any kind":                           {operation{node: "serviceNow", resource: "tableRecord", name: "create"}, Any},
		"a customer who is called a user":               {operation{node: "intercom", resource: "user", name: "create"}, Change},
	} {
		if got := classify(tt.o); got != tt.want {
			t.Errorf("%s: %s counts as %q, want %q", name, tt.o.key(), got, tt.want)
		}
	}
}

func TestOfTwoVersionsOfANodeTheWorseCounts(t *testing.T) {
	for _, tt := range [][3]Class{{Reading, Change, Change}, {Change, Grant, Grant}, {Change, Unknown, Unknown}, {Reading, Unknown, Unknown}, {Local, Reading, Reading}} {
		if got := worse(tt[0], tt[1]); got != tt[2] || got != worse(tt[1], tt[0]) {
			t.Errorf("%s and %s count as %s, want %s", tt[0], tt[1], got, tt[2])
		}
	}
}

const small = `[{"name": "x", "version": [1, 2], "credentials": [{"name": "xApi"}], "properties": [
	{"name": "resource", "type": "options", "default": "user", "options": [{"value": "user"}, {"value": "order"}]},
	{"name": "operation", "type": "options", "default": "get", "options": [{"value": "get", "action": "Get it"}, {"value": "delete", "action": "Delete it"}]},
	{"name": "operation", "type": "options", "default": "ship", "displayOptions": {"show": {"resource": ["order"]}}, "options": [{"value": "ship", "action": "Ship it"}]}
]}]`

func TestAPackageIsReadAndWritten(t *testing.T) {
	dir := t.TempDir()
	for file, text := range map[string]string{
		"n8n/package.json":                               `{"version": "9.9.9"}`,
		"n8n-nodes-base/dist/types/nodes.json":           small,
		"@n8n/n8n-nodes-langchain/dist/types/nodes.json": `[]`,
	} {
		path := filepath.Join(dir, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	none := func(string) bool { return false }
	got := p.Operations(Acts{App: func(base string) string { return "the-" + base }, Run: none, Here: none})
	want := `# Generated from n8n 9.9.9 by go generate ./tenant/n8n. Do not edit.
# A node type, the application that it acts in (- where it acts in none), the credential
# types that it takes; then its operations by what they do. The rules: classify.go.
n8n-nodes-base.x the-x xApi
	read order:get user:get
	change order:delete,ship
	revoke user:delete
`
	if got != want {
		t.Errorf("the package is written as\n%s\nwant\n%s", got, want)
	}
	if _, err := Read(t.TempDir()); err == nil {
		t.Error("a folder without n8n is read as one with")
	}
}
