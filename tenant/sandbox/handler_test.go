package sandbox_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant/sandbox"
)

const bearer = "Bearer " + sandbox.Token

func TestTheAPIAnswersEachRequestAsItDeserves(t *testing.T) {
	content, _, url := platform(t, sandbox.Seed())
	for _, c := range []struct {
		name, method, path, body, token string
		status                          int
		says                            string
	}{
		{"no token", "GET", "/api/workflows", "", "", 401, "not known"},
		{"a wrong token", "GET", "/api/workflows", "", "Bearer nobody", 401, "not known"},
		{"a token without the right", "GET", "/api/workflows", "", "Bearer shh-ci-deploy-90c2", 403, "tenant:read"},
		{"the first page", "GET", "/api/workflows", "", bearer, 200, `"next":"wf-crm-won-deals"`},
		{"the last page", "GET", "/api/workflows?after=wf-old-crm-sync", "", bearer, 200, `"next":""`},
		{"behind the end", "GET", "/api/workflows?after=zz", "", bearer, 200, `"items":[]`},
		{"no such kind", "GET", "/api/robots", "", bearer, 404, "robots"},
		{"no such item", "GET", "/api/tokens/tk-x", "", bearer, 404, "tk-x"},
		{"no such act", "POST", "/api/workflows/wf-invoice-export/dance", "", bearer, 404, "dance"},
		{"a change that is none", "PATCH", "/api/workflows/wf-invoice-export", "{", bearer, 400, "no change"},
		{"a field that is none", "PATCH", "/api/workflows/wf-invoice-export", `{"id":"x"}`, bearer, 400, "unknown field"},
		{"no such version", "PATCH", "/api/workflows/wf-invoice-export", `{"publish":7}`, bearer, 409, "no version 7"},
		{"a token turned off", "POST", "/api/tokens/tk-ci-deploy/disable", "", bearer, 409, "can be revoked"},
		{"the audit list", "GET", "/api/audit", "", bearer, 200, "opened the tenant"},
		{"deletion", "DELETE", "/api/workflows/wf-invoice-export", "", bearer, 405, ""},
		{"a drift that is none", "POST", "/drift/dance", "", "", 404, "dance"},
		{"a fault that is none", "POST", "/faults", `{"statos":500}`, "", 400, "unknown field"},
		{"a fault of no kind", "POST", "/faults", `{"kind":"robot","status":500}`, "", 400, "robot"},
		{"a status that is none", "POST", "/faults", `{"status":42}`, "", 400, "between"},
		{"no such page", "GET", "/items/workflows/x", "", "", 404, "There is no"},
	} {
		status, text, _ := fetch(t, c.method, url+c.path, c.body, "Authorization", c.token)
		if status != c.status || !strings.Contains(text, c.says) {
			t.Errorf("%s: %d %s; want %d and %q", c.name, status, text, c.status, c.says)
		}
	}
	if n := len(content.State().Audit); n != 1 {
		t.Errorf("requests that changed nothing left %d entries in the audit list", n-1)
	}
}

func TestAnUnchangedListIsNotSentAgain(t *testing.T) {
	content, _, url := platform(t, sandbox.Seed())
	_, _, h := fetch(t, "GET", url+"/api/webhooks", "", "Authorization", bearer)
	again := func() int {
		status, _, _ := fetch(t, "GET", url+"/api/webhooks", "", "Authorization", bearer, "If-None-Match", h.Get("ETag"))
		return status
	}
	if status := again(); status != http.StatusNotModified {
		t.Errorf("an unchanged list answers %d", status)
	}
	if err := content.Make("open-webhook"); err != nil {
		t.Fatal(err)
	}
	if status := again(); status != http.StatusOK {
		t.Errorf("a changed list answers %d", status)
	}
}

func TestFaultsAndDriftAreMadeAndEndedOverHTTP(t *testing.T) {
	content, _, url := platform(t, sandbox.Seed())
	api := func() int {
		status, _, _ := fetch(t, "GET", url+"/api/connectors", "", "Authorization", bearer)
		return status
	}
	fetch(t, "POST", url+"/faults", `{"kind":"connector","status":503}`)
	if api() != 503 {
		t.Error("the fault does not show")
	}
	if _, text, _ := fetch(t, "GET", url+"/faults", ""); !strings.Contains(text, `"status":503`) {
		t.Errorf("the faults that are on are told as %s", text)
	}
	if status, _, _ := fetch(t, "POST", url+"/drift/raise-role", ""); status != 204 {
		t.Errorf("a drift answers %d", status)
	}
	status, _, h := fetch(t, "POST", url+"/drift/open-webhook", "", "Referer", url+"/")
	if status != 303 || h.Get("Location") != "/" {
		t.Errorf("a button leads to %d %q and not back to the page", status, h.Get("Location"))
	}
	fetch(t, "POST", url+"/reset", "")
	if api() != 200 || len(content.State().Audit) != 1 {
		t.Error("putting everything back leaves a fault or a drift")
	}
}

func TestAnotherSitesPageCannotPressTheButtons(t *testing.T) {
	content, _, url := platform(t, sandbox.Seed())
	status, _, _ := fetch(t, "POST", url+"/drift/raise-role", "", "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example.com")
	if status != 403 || len(content.State().Audit) != 1 {
		t.Errorf("a page of another site made drift: %d", status)
	}
}

func TestPagesEscapeWhatOthersWroteAndShowNoSecret(t *testing.T) {
	content, _, url := platform(t, sandbox.Seed())
	const nasty = `<script>alert("x")</script>`
	it := sandbox.Item{ID: `a"><b>`, Name: nasty, Active: true, App: nasty, Account: nasty, Scopes: []string{nasty}, Secret: "shh-nasty"}
	if err := content.Add(nasty, registry.Connector, it); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/", "/audit", "/items/connectors/a%22%3E%3Cb%3E", "/items/workflows/wf-crm-won-deals"} {
		status, text, h := fetch(t, "GET", url+path, "")
		if status != 200 || !strings.Contains(h.Get("Content-Type"), "text/html") {
			t.Errorf("%s answers %d, %s", path, status, h.Get("Content-Type"))
		}
		if strings.Contains(text, "<script") || strings.Contains(text, "<b>") {
			t.Errorf("%s runs what somebody wrote", path)
		}
		if strings.Contains(text, "shh-") || strings.Contains(text, sandbox.Token) {
			t.Errorf("%s shows a secret", path)
		}
		if !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s may load anything", path)
		}
	}
	if _, text, _ := fetch(t, "GET", url+"/", ""); strings.Count(text, `action="/drift/`) != len(sandbox.Drifts) {
		t.Error("not every drift has a button")
	}
}
