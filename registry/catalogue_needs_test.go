package registry

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNeeded(t *testing.T) {
	c := builtin(t)
	const read, manage = "okta.users.read", "okta.users.manage"
	tests := []struct {
		app, operation string
		granted, want  []string // want is nil for unknown
	}{
		{"okta", "user:get", []string{read, manage}, []string{read}},
		{"okta", "user:get", []string{manage}, []string{manage}},
		{"oktaApi", "user:create", []string{read, manage}, []string{manage}},
		{"okta", "user:create", []string{read}, nil},
		{"okta", "user:bewitch", []string{manage}, nil},
		{"nobody-knows-it", "user:get", []string{read}, nil},
		{"slack", "message:post", []string{"chat:write.public", "files:write", "chat:write"}, []string{"chat:write", "chat:write.public"}},
		{"google-workspace", "user:get", []string{"https://www.googleapis.com/auth/admin.directory.user"}, []string{"https://www.googleapis.com/auth/admin.directory.user"}},
		{"microsoft-graph", "user:getAll", []string{"user.read.all"}, []string{"user.read.all"}},
	}
	for _, tt := range tests {
		got, known := c.Needed(tt.app, tt.operation, tt.granted)
		if diff := cmp.Diff(tt.want, got); diff != "" || known != (tt.want != nil) {
			t.Errorf("%s %s, of %q, needs (known: %t; -want +got):\n%s", tt.app, tt.operation, tt.granted, known, diff)
		}
	}
}

func TestForSigningIn(t *testing.T) {
	c := builtin(t)
	if !c.ForSigningIn("okta", "offline_access") {
		t.Error("offline_access of okta is for no sign-in, and would be called unneeded")
	}
	if c.ForSigningIn("okta", "okta.users.manage") || c.ForSigningIn("nobody-knows-it", "openid") {
		t.Error("a scope of whose use nobody knows is for signing in")
	}
}

// A scope that is misspelt in what an operation needs would call the right one
// unneeded.
func TestWhatOperationsNeedIsKnownToTheCatalogue(t *testing.T) {
	for name, a := range builtin(t).Apps {
		for op, texts := range a.Needs {
			if _, ok := a.Operations[op]; !ok {
				t.Errorf("%s: operation %q needs scopes and is none of its operations", name, op)
			}
			for _, scope := range strings.Fields(strings.Join(texts, " ")) {
				if _, ok := lookup(a.Scopes, scope); !ok {
					t.Errorf("%s: operation %q needs scope %q, which is none of its scopes", name, op, scope)
				}
			}
		}
		for _, scope := range a.SignIn {
			if _, ok := lookup(a.Scopes, scope); !ok {
				t.Errorf("%s: scope %q for signing in is none of its scopes", name, scope)
			}
		}
	}
}
