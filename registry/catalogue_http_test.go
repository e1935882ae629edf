package registry

import "testing"

func TestARequestIsJudgedByWhereItGoes(t *testing.T) {
	c := builtin(t)
	rules := Effect{Power: Privileged, Access: "modify"}
	reads := Effect{Power: ReadOnly, Access: "none"}
	changes := Effect{Power: ChangeCapable} // that it leaves access alone is not known
	var unknown Effect
	for name, tt := range map[string]struct {
		app, operation string
		want           Effect
	}{
		"a method in small letters":            {"http", "put acme.okta.com/api/v1/users/1", rules},
		"a name and password before the host":  {"http", "POST https://okta:x@acme.okta.com/api/v1/users", rules},
		"a host that only looks like one":      {"http", "POST https://acme.okta.com@evil.example.com/api/v1/users", changes},
		"a dot behind the host":                {"http", "POST https://acme.okta.com./api/v1/users", rules},
		"a port":                               {"http", "POST acme.okta.com:8443/api/v1/users", rules},
		"an encoded host":                      {"http", "POST https://acme%2Eokta%2Ecom/api/v1/users", rules},
		"an address without a scheme":          {"http", "POST //acme.okta.com/api/v1/users", rules},
		"a path encoded twice":                 {"http", "POST acme.okta.com/api/v1/%2575sers", rules},
		"an encoded slash":                     {"http", "POST acme.okta.com/api%2Fv1/users", rules},
		"encoded dot segments":                 {"http", "POST acme.okta.com/x/%2e%2e/api/v1/users", rules},
		"dot segments that lead away":          {"http", "POST acme.okta.com/api/v1/users/../brands", changes},
		"a backslash":                          {"http", `POST https://acme.okta.com\api\v1\users`, rules},
		"parameters in a segment":              {"http", "POST acme.okta.com/api/v1/users;a=b/1", rules},
		"capitals":                             {"http", "POST ACME.OKTA.COM/API/V1/USERS", rules},
		"a subdomain worked out when it runs":  {"http", "POST {{ $json.org }}.okta.com/api/v1/groups", rules},
		"a segment worked out when it runs":    {"http", "POST acme.okta.com/api/v1/{{ $json.what }}/1", rules},
		"a path worked out when it runs":       {"http", "POST acme.okta.com/{{ $json.path }}", rules},
		"a part that is not shown":             {"http", "POST acme.okta.com/api/v1/groups/{#a08aecb7}/users", rules},
		"a part that is not shown, elsewhere":  {"http", "POST acme.okta.com/{#a08aecb7}/v1/groups", changes},
		"a writing to an unknown host":         {"http", "DELETE {{ $json.url }}", unknown},
		"a reading of an unknown host":         {"http", "GET {{ $json.url }}", unknown},
		"a reading of no host":                 {"http", "GET {?}", unknown},
		"a reading of any host":                {"http", "GET api.example.com/users/{{ $json.id }}", reads},
		"a reading of accounts":                {"http", "GET acme.okta.com/api/v1/users", reads},
		"a host of the company's own for Okta": {"okta", "POST login.example.com/api/v1/groups", rules},
		"the same without Okta's credential":   {"http", "POST login.example.com/api/v1/groups", changes},
		"a call by a reading method":           {"http", "GET slack.com/api/usergroups.users.update", rules},
		"a call that only reads":               {"http", "GET slack.com/api/users.list", reads},
		"a call worked out when it runs":       {"http", "GET slack.com/api/{{ $json.call }}", unknown},
		"a call that stands in the query":      {"http", "GET iam.amazonaws.com/?Action=CreateUser", unknown},
		"a batch of calls":                     {"http", "POST graph.microsoft.com/v1.0/$batch", rules},
		"a batch of calls, beta":               {"http", "POST graph.microsoft.com/beta/$batch", rules},
		"a query language that writes too":     {"http", "POST api.github.com/graphql", rules},
		"a method that is none of HTTP's":      {"http", "BREW acme.okta.com/api/v1/users", rules},
		"a method worked out when it runs":     {"http", "{?} acme.okta.com/api/v1/users", unknown},
	} {
		got, known := c.OperationEffect(tt.app, tt.operation)
		if got != tt.want || known != (tt.want != unknown) {
			t.Errorf("%s: %s has the effect %+v (known: %t), want %+v", name, tt.operation, got, known, tt.want)
		}
	}
}
