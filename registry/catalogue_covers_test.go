package registry

import "testing"

func TestAScopeCoversWhatItGrants(t *testing.T) {
	c := &Catalogue{Apps: map[string]*App{
		"idp": {ScopePrefix: "idp.", Wildcards: []string{"idp.super"}, Scopes: map[string]Tier{"idp.users.read": ReadOnly}},
	}}
	for _, covered := range [][3]string{
		{"idp", "*", "users.read"}, {"idp", "all", "*"}, {"idp", "idp.super", "users.read"}, {"idp", "users.*", "idp.users.read"},
		{"idp", "users.*", "users.read.*"}, {"idp", "Users.Read", "idp.users.read"}, {"unknown", "*", "x"}, {"unknown", "x.*", "x.y"},
	} {
		if !c.Covers(covered[0], covered[1], covered[2]) {
			t.Errorf("%s: %q does not cover %q", covered[0], covered[1], covered[2])
		}
	}
	for _, wider := range [][3]string{
		{"idp", "users.read", "*"}, {"idp", "users.*", "groups.read"}, {"idp", "a*", "all"}, {"idp", "s*", "idp.super"}, {"idp", "users.read.*", "users.*"},
		{"idp", "users.read", "users.readwrite"}, {"unknown", "super", "x"}, {"idp", "*.read", "https://idp.example.com/.default"},
	} {
		if c.Covers(wider[0], wider[1], wider[2]) {
			t.Errorf("%s: %q covers %q, which grants more", wider[0], wider[1], wider[2])
		}
	}
}
