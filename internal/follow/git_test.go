package follow

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// An origin is a bare repository somewhere else, and a work tree that pushes
// to it.
type origin struct {
	t          *testing.T
	bare, work string
}

func newOrigin(t *testing.T) *origin {
	t.Helper()
	dir := t.TempDir()
	o := &origin{t, filepath.Join(dir, "origin.git"), filepath.Join(dir, "work")}
	o.git("", "init", "--quiet", "--bare", "--initial-branch=main", o.bare)
	o.git("", "clone", "--quiet", o.bare, o.work)
	return o
}

func (o *origin) git(dir string, args ...string) string {
	o.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=dana", "GIT_AUTHOR_EMAIL=dana@example.com", "GIT_COMMITTER_NAME=dana", "GIT_COMMITTER_EMAIL=dana@example.com")
	out, err := cmd.CombinedOutput()
	if err != nil {
		o.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// push commits a text as registry/policy.cue to main, and returns the commit.
func (o *origin) push(text string) string {
	o.t.Helper()
	file := filepath.Join(o.work, "registry", "policy.cue")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		o.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		o.t.Fatal(err)
	}
	o.git(o.work, "checkout", "-q", "-B", "main")
	o.git(o.work, "add", ".")
	o.git(o.work, "commit", "-q", "--allow-empty", "-m", "a change")
	o.git(o.work, "push", "-q", "--force", "origin", "main")
	return o.git(o.work, "rev-parse", "HEAD")
}

// rewind takes the last commit off main.
func (o *origin) rewind() string {
	o.t.Helper()
	o.git(o.work, "reset", "-q", "--hard", "HEAD~1")
	o.git(o.work, "push", "-q", "--force", "origin", "main")
	return o.git(o.work, "rev-parse", "HEAD")
}

func (o *origin) follow() *Git {
	return &Git{URL: o.bare, Branch: "main", Dir: filepath.Join(o.t.TempDir(), "clone"), Every: 20 * time.Millisecond}
}

// latest is the text of the followed commit's policy file, and the commit.
func latest(t *testing.T, g *Git) (text, commit string) {
	t.Helper()
	files, commit, err := g.Latest(t.Context())
	if err != nil {
		t.Fatalf("there is nothing to follow: %v", err)
	}
	if c, ok := files.(io.Closer); ok {
		defer c.Close()
	}
	data, err := fs.ReadFile(files, "registry/policy.cue")
	if err != nil {
		t.Fatal(err)
	}
	return string(data), commit
}

func TestLatestIsTheCommitOfTheBranchWithoutACheckout(t *testing.T) {
	o := newOrigin(t)
	want := o.push("one")
	g := o.follow()
	if text, commit := latest(t, g); text != "one" || commit != want {
		t.Errorf("followed %q at %s, want \"one\" at %s", text, commit, want)
	}
	if _, err := os.Stat(filepath.Join(g.Dir, "registry")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the clone has files of the registry in it (%v)", err)
	}
}

func TestAFetchBringsWhatWasPushed(t *testing.T) {
	o := newOrigin(t)
	o.push("one")
	g := o.follow()
	latest(t, g)
	want := o.push("two")
	if text, _ := latest(t, g); text != "one" {
		t.Errorf("followed %q before a fetch, want \"one\"", text)
	}
	if err := g.Fetch(t.Context()); err != nil {
		t.Fatal(err)
	}
	if text, commit := latest(t, g); text != "two" || commit != want {
		t.Errorf("followed %q at %s after a fetch, want \"two\" at %s", text, commit, want)
	}
}

func TestChangesSendsWhenTheBranchMoves(t *testing.T) {
	o := newOrigin(t)
	o.push("one")
	g := o.follow()
	latest(t, g)
	ctx, cancel := context.WithCancel(t.Context())
	changed := g.Changes(ctx)
	want := o.push("two")
	select {
	case <-changed:
	case <-time.After(20 * time.Second):
		t.Fatal("a push was not noticed in 20 s")
	}
	if _, commit := latest(t, g); commit != want {
		t.Errorf("followed %s, want %s", commit, want)
	}
	cancel()
	for range changed { // ends when it is closed
	}
}

func TestAnOriginThatIsGoneKeepsTheLastGoodCommit(t *testing.T) {
	o := newOrigin(t)
	want := o.push("one")
	g := o.follow()
	latest(t, g)
	if err := os.Rename(o.bare, o.bare+".away"); err != nil {
		t.Fatal(err)
	}
	err := g.Fetch(t.Context())
	if err == nil || !strings.Contains(err.Error(), "fetch branch main of "+o.bare) {
		t.Errorf("the fetch says %v, want that branch main cannot be fetched", err)
	}
	if g.Err() == nil {
		t.Error("Err does not say that what is followed may be old")
	}
	again := &Git{URL: o.bare, Branch: "main", Dir: g.Dir} // a restart meanwhile
	if text, commit := latest(t, again); text != "one" || commit != want {
		t.Errorf("followed %q at %s without an origin, want \"one\" at %s", text, commit, want)
	}
	if err := os.Rename(o.bare+".away", o.bare); err != nil {
		t.Fatal(err)
	}
	if err := g.Fetch(t.Context()); err != nil || g.Err() != nil {
		t.Errorf("with the origin back the fetch says %v, Err %v; want nothing", err, g.Err())
	}
}

func TestARewoundBranchIsReportedAndNotFollowed(t *testing.T) {
	o := newOrigin(t)
	first := o.push("one")
	second := o.push("two")
	g := o.follow()
	latest(t, g)
	if got := o.rewind(); got != first {
		t.Fatalf("rewound to %s, want %s", got, first)
	}
	again := &Git{URL: o.bare, Branch: "main", Dir: g.Dir} // a restart does not forget
	for _, g := range []*Git{g, again} {
		if err := g.Fetch(t.Context()); !errors.Is(err, ErrRewound) || !strings.Contains(err.Error(), second) {
			t.Errorf("the fetch says %v, want that the branch was rewound and %s stays", err, second)
		}
		if text, commit := latest(t, g); text != "two" || commit != second {
			t.Errorf("followed %q at %s, want \"two\" at %s still", text, commit, second)
		}
	}
}

func TestAnotherHistoryIsARewindToo(t *testing.T) {
	o := newOrigin(t)
	o.push("one")
	good := o.push("two")
	g := o.follow()
	latest(t, g)
	o.rewind()
	o.push("other")
	if err := g.Fetch(t.Context()); !errors.Is(err, ErrRewound) {
		t.Errorf("the fetch says %v, want %v", err, ErrRewound)
	}
	if _, commit := latest(t, g); commit != good {
		t.Errorf("followed %s, want %s still", commit, good)
	}
}

func TestARewindIsFollowedOnceAPersonAcceptsIt(t *testing.T) {
	o := newOrigin(t)
	first := o.push("one")
	second := o.push("two")
	g := o.follow()
	latest(t, g)
	o.rewind()
	_ = g.Fetch(t.Context())
	if err := g.Accept(second); err == nil {
		t.Error("accepted a commit that the branch is not at")
	}
	if err := g.Accept(first); err != nil {
		t.Fatal(err)
	}
	if text, commit := latest(t, g); text != "one" || commit != first || g.Err() != nil {
		t.Errorf("followed %q at %s (%v), want \"one\" at %s", text, commit, g.Err(), first)
	}
}

func TestACloneOfAnotherRepositoryIsRefused(t *testing.T) {
	o := newOrigin(t)
	o.push("one")
	g := o.follow()
	latest(t, g)
	other := &Git{URL: o.bare, Branch: "release", Dir: g.Dir}
	if _, _, err := other.Latest(t.Context()); err == nil || !strings.Contains(err.Error(), "it is of "+o.bare+" main") {
		t.Errorf("says %v, want that the clone is of main", err)
	}
}

func TestABranchThatIsNotThereIsSaid(t *testing.T) {
	o := newOrigin(t)
	o.push("one")
	g := o.follow()
	g.Branch = "release"
	if _, _, err := g.Latest(t.Context()); err == nil || !strings.Contains(err.Error(), "fetch branch release of ") {
		t.Errorf("says %v, want that branch release cannot be fetched", err)
	}
}

func TestACredentialInTheAddressIsInNoError(t *testing.T) {
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "no", http.StatusUnauthorized)
	}))
	defer refusing.Close()
	for _, user := range []string{"dana:hunter2", "hunter2"} {
		g := &Git{URL: strings.Replace(refusing.URL, "//", "//"+user+"@", 1) + "/acme.git", Branch: "main", Dir: filepath.Join(t.TempDir(), "clone")}
		_, _, err := g.Latest(t.Context())
		if err == nil || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), "/acme.git") {
			t.Errorf("says %v; want the address without the credential", err)
		}
		settings, err := os.ReadFile(filepath.Join(g.Dir, "config"))
		if err != nil || strings.Contains(string(settings), "hunter2") {
			t.Errorf("the clone's settings hold the credential (%v):\n%s", err, settings)
		}
	}
}

func TestAFetchThatHangsEndsWithItsContext(t *testing.T) {
	release := make(chan struct{})
	hanging := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer hanging.Close()
	defer close(release)
	g := &Git{URL: hanging.URL + "/acme.git", Branch: "main", Dir: filepath.Join(t.TempDir(), "clone")}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := g.Fetch(ctx); err == nil {
		t.Error("a server that never answers was fetched from")
	}
}
