package propose

import (
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	githttp "github.com/go-git/go-git/v5/plumbing/transport/http"
)

// TestOverHTTPTheCredentialIsUsed keeps a change in a repository that git's own
// server serves, and that lets nobody in without a token.
func TestOverHTTPTheCredentialIsUsed(t *testing.T) {
	o := newOrigin(t)
	backend := filepath.Join(o.git("", "--exec-path"), "git-http-backend")
	if _, err := os.Stat(backend); err != nil {
		t.Skipf("this machine's git has no server for HTTP: %v", err)
	}
	o.git(o.bare, "config", "http.receivepack", "true")
	serve := &cgi.Handler{Path: backend, Env: []string{"GIT_PROJECT_ROOT=" + filepath.Dir(o.bare), "GIT_HTTP_EXPORT_ALL=1"}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, token, ok := r.BasicAuth(); !ok || token != "correct-horse" {
			w.Header().Set("WWW-Authenticate", `Basic realm="git"`)
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		serve.ServeHTTP(w, r)
	}))
	defer server.Close()
	b := o.branches()
	b.URL = server.URL + "/" + filepath.Base(o.bare)
	if _, err := b.Put(t.Context(), declare, o.base, Branch{}); err == nil || !strings.Contains(err.Error(), "authentication required") {
		t.Errorf("without a token it says %v", err)
	}
	b.Auth = &githttp.BasicAuth{Username: "x-access-token", Password: "correct-horse"}
	first := mustPut(t, b, declare, o.base, Branch{})
	o.merge("registry/a.cue", "a: 2\n")
	second := mustPut(t, b, declare, o.base, first)
	if o.refs()[second.Name] != second.Commit {
		t.Errorf("%+v is not in the repository, which has %v", second, o.refs())
	}
	if err := b.Delete(t.Context(), declare.Key, o.base, second); err != nil || len(o.refs()) != 1 {
		t.Errorf("after deleting it (%v) the repository has %v", err, o.refs())
	}
}
