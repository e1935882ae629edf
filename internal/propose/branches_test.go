package propose

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-dev/rollcall/internal/follow"
)

// An origin is a bare repository somewhere else, a work tree of somebody who
// pushes to it, and the clone that follows its branch main.
type origin struct {
	t          *testing.T
	bare, work string
	follow     *follow.Git
	base       string // the followed commit
}

func newOrigin(t *testing.T) *origin {
	t.Helper()
	dir := t.TempDir()
	o := &origin{t: t, bare: filepath.Join(dir, "origin.git"), work: filepath.Join(dir, "work")}
	o.git("", "init", "--quiet", "--bare", "--initial-branch=main", o.bare)
	o.git("", "clone", "--quiet", o.bare, o.work)
	o.git(o.work, "checkout", "-q", "-B", "main")
	o.git(o.work, "commit", "-q", "--allow-empty", "-m", "the first")
	o.follow = &follow.Git{URL: o.bare, Branch: "main", Dir: filepath.Join(dir, "clone")}
	o.merge("registry/a.cue", "a: 1\n")
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

// commit commits a text in the work tree.
func (o *origin) commit(name, text string) {
	o.t.Helper()
	file := filepath.Join(o.work, filepath.FromSlash(name))
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644)); err != nil {
		o.t.Fatal(err)
	}
	o.git(o.work, "add", ".")
	o.git(o.work, "commit", "-q", "-m", "a change")
}

// merge brings a text to main, and has it followed.
func (o *origin) merge(name, text string) {
	o.t.Helper()
	o.git(o.work, "checkout", "-q", "main")
	o.commit(name, text)
	o.git(o.work, "push", "-q", "origin", "main")
	o.fetch()
}

func (o *origin) fetch() {
	o.t.Helper()
	if err := o.follow.Fetch(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
	_, commit, err := o.follow.Latest(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	o.base = commit
}

// edit adds a person's commit to a branch of ours.
func (o *origin) edit(b Branch) {
	o.t.Helper()
	o.git(o.work, "fetch", "-q", "origin")
	o.git(o.work, "checkout", "-q", "-B", b.Name, "origin/"+b.Name)
	o.commit("registry/filled-in.cue", "owner: \"team/crm\"\n")
	o.git(o.work, "push", "-q", "origin", b.Name)
}

// refs are the branches there are, with their commits.
func (o *origin) refs() map[string]string {
	refs := map[string]string{}
	for line := range strings.Lines(o.git(o.bare, "for-each-ref", "--format=%(refname) %(objectname)")) {
		name, commit, _ := strings.Cut(strings.TrimSpace(line), " ")
		refs[strings.TrimPrefix(name, "refs/heads/")] = commit
	}
	return refs
}

func (o *origin) branches() *Branches { return &Branches{URL: o.bare, Dir: o.follow.Dir} }

func mustPut(t *testing.T, b *Branches, c Change, base string, last Branch) Branch {
	t.Helper()
	next, err := b.Put(t.Context(), c, base, last)
	if err != nil {
		t.Fatalf("the change is not kept: %v", err)
	}
	return next
}

var declare = Change{
	Key: "n8n-prod undeclared workflow:7 ", Title: "declare n8n-prod/quick-fix", Body: "why, and how to decide",
	Files: map[string]string{"registry/identities/n8n-prod/quick-fix.cue": "package registry\n"},
}

func TestAChangeIsOneCommitOnTopOfTheFollowedOne(t *testing.T) {
	o := newOrigin(t)
	got := mustPut(t, o.branches(), declare, o.base, Branch{})
	if !strings.HasPrefix(got.Name, "rollcall/") || o.refs()[got.Name] != got.Commit {
		t.Fatalf("%+v is not in the repository, which has %v", got, o.refs())
	}
	o.git(o.bare, "fsck", "--strict")
	for format, want := range map[string]string{"%P": o.base, "%an %cn": "rollcall rollcall", "%s": declare.Title} {
		if said := o.git(o.bare, "log", "-1", "--format="+format, got.Commit); said != want {
			t.Errorf("the commit's %s is %q, want %q", format, said, want)
		}
	}
	if body := o.git(o.bare, "log", "-1", "--format=%b", got.Commit); !strings.Contains(body, declare.Body) {
		t.Errorf("the commit does not tell why:\n%s", body)
	}
	if changed := o.git(o.bare, "diff", "--name-status", o.base, got.Commit); changed != "A\tregistry/identities/n8n-prod/quick-fix.cue" {
		t.Errorf("the commit changes %q", changed)
	}
	if o.refs()["main"] != o.base {
		t.Error("main was moved")
	}
}

func TestWhatIsKeptAlreadyIsNotPushedAgain(t *testing.T) {
	o := newOrigin(t)
	b := o.branches()
	first := mustPut(t, b, declare, o.base, Branch{})
	hook := filepath.Join(o.bare, "hooks", "pre-receive")
	if err := os.WriteFile(hook, []byte("#!/bin/sh\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if again := mustPut(t, b, declare, o.base, first); again != first {
		t.Errorf("it is kept as %+v, and was as %+v", again, first)
	}
	if again := mustPut(t, o.branches(), declare, o.base, Branch{}); again != first {
		t.Errorf("with the memory lost it is kept as %+v, and was as %+v", again, first)
	}
}

func TestAChangeIsMadeAnewWhereItOrItsBaseIsAnother(t *testing.T) {
	o := newOrigin(t)
	b := o.branches()
	first := mustPut(t, b, declare, o.base, Branch{})
	other := declare
	other.Files = map[string]string{"registry/identities/n8n-prod/quick-fix.cue": "package registry // more\n"}
	second := mustPut(t, b, other, o.base, first)
	o.merge("registry/a.cue", "a: 2\n")
	third := mustPut(t, b, other, o.base, second)
	lost := mustPut(t, b, other, o.base, first) // a crash between push and memory
	if second.Commit == first.Commit || third.Commit == second.Commit || lost.Commit != third.Commit {
		t.Errorf("the commits are %s, %s, %s, %s", first.Commit, second.Commit, third.Commit, lost.Commit)
	}
	if parent := o.git(o.bare, "log", "-1", "--format=%P", o.refs()[first.Name]); parent != o.base {
		t.Errorf("the branch is on top of %s, want %s, which is followed now", parent, o.base)
	}
	if text := o.git(o.bare, "show", third.Commit+":registry/a.cue"); text != "a: 2" {
		t.Errorf("what was merged meanwhile is undone: %q", text)
	}
}

func TestTwoChangesAreTwoBranches(t *testing.T) {
	o := newOrigin(t)
	b := o.branches()
	other := declare
	other.Key = "n8n-prod undeclared workflow:8 "
	mustPut(t, b, declare, o.base, Branch{})
	mustPut(t, b, other, o.base, Branch{})
	if refs := o.refs(); len(refs) != 3 {
		t.Errorf("the branches are %v, want main and two", refs)
	}
}

func TestABranchIsDeletedAndOthersAreNot(t *testing.T) {
	o := newOrigin(t)
	o.git(o.work, "push", "-q", "origin", "main:rollcall/of-a-person", "main:feature")
	b := o.branches()
	kept := mustPut(t, b, declare, o.base, Branch{})
	want := o.refs()
	delete(want, kept.Name)
	for range 2 {
		if err := b.Delete(t.Context(), declare.Key, o.base, kept); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want, o.refs()); diff != "" {
		t.Errorf("the branches are others than before (-want +got):\n%s", diff)
	}
}

func TestABranchThatAPersonDeletedIsSaid(t *testing.T) {
	o := newOrigin(t)
	b := o.branches()
	kept := mustPut(t, b, declare, o.base, Branch{})
	o.git(o.work, "push", "-q", "origin", ":"+kept.Name)
	if _, err := b.Put(t.Context(), declare, o.base, kept); !errors.Is(err, ErrGone) {
		t.Errorf("it says %v, want that the branch is gone", err)
	}
	if _, back := o.refs()[kept.Name]; back {
		t.Error("the branch was opened again")
	}
}

func TestWhatAPersonAddedIsNeverLost(t *testing.T) {
	o := newOrigin(t)
	b := o.branches()
	kept := mustPut(t, b, declare, o.base, Branch{})
	o.edit(kept)
	theirs := o.refs()[kept.Name]
	other := declare
	other.Title = "something else"
	for _, last := range []Branch{kept, {}} {
		if at, err := b.Put(t.Context(), other, o.base, last); !errors.Is(err, ErrTheirs) || at.Name != kept.Name {
			t.Errorf("a change of it says %v at %+v, want that it is theirs", err, at)
		}
		if err := b.Delete(t.Context(), declare.Key, o.base, last); !errors.Is(err, ErrTheirs) {
			t.Errorf("deleting it says %v, want that it is theirs", err)
		}
	}
	if o.refs()[kept.Name] != theirs {
		t.Fatal("the person's commit is gone")
	}
	o.git(o.work, "checkout", "-q", "main")
	o.git(o.work, "merge", "-q", "--no-ff", kept.Name)
	o.git(o.work, "push", "-q", "origin", "main")
	o.fetch()
	if err := b.Delete(t.Context(), declare.Key, o.base, kept); err != nil {
		t.Errorf("what is merged is not cleaned up: %v", err)
	}
}

func TestAPushThatComesBetweenIsNotOverwritten(t *testing.T) {
	o := newOrigin(t)
	b := o.branches()
	b.Fresh = time.Hour // so that it does not look again before it pushes
	kept := mustPut(t, b, declare, o.base, Branch{})
	mustPut(t, b, declare, o.base, kept)
	o.edit(kept)
	theirs := o.refs()[kept.Name]
	other := declare
	other.Title = "something else"
	if _, err := b.Put(t.Context(), other, o.base, kept); err == nil || !strings.Contains(err.Error(), "meanwhile") {
		t.Errorf("it says %v, want that somebody else moved the branch", err)
	}
	if o.refs()[kept.Name] != theirs {
		t.Error("the person's commit is gone")
	}
}

func TestARefusedPushIsSaidAndChangesNothing(t *testing.T) {
	o := newOrigin(t)
	hook := filepath.Join(o.bare, "hooks", "pre-receive")
	if err := os.WriteFile(hook, []byte("#!/bin/sh\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := o.branches().Put(t.Context(), declare, o.base, Branch{})
	if err == nil || !strings.Contains(err.Error(), "push branch rollcall/") || !strings.Contains(err.Error(), "pre-receive hook declined") {
		t.Errorf("it says %v, want who refused what", err)
	}
	if refs := o.refs(); len(refs) != 1 {
		t.Errorf("the branches are %v, want main alone", refs)
	}
}

func TestARepositoryThatHangsIsLeftInTime(t *testing.T) {
	o := newOrigin(t)
	release := make(chan struct{})
	hanging := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer hanging.Close()
	defer close(release)
	b := o.branches()
	b.URL = strings.Replace(hanging.URL, "//", "//dana:hunter2@", 1) + "/acme.git"
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := b.Put(ctx, declare, o.base, Branch{}); err == nil || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), "/acme.git") {
		t.Errorf("it says %v; want the address without the credential", err)
	}
}

func TestAPathThatLeadsElsewhereIsRefused(t *testing.T) {
	o := newOrigin(t)
	if err := os.Symlink("/etc", filepath.Join(o.work, "registry", "link")); err != nil {
		t.Fatal(err)
	}
	o.merge("registry/b.cue", "b: 1\n")
	for _, name := range []string{"", ".", "../x", "/x", "a/../../x", "a//b", ".git/config", "a/.GIT/hooks/x", ".github/workflows/x.yml", ".gitmodules", "a\x00b", "a\nb", `a\b`, "registry/link", "registry/link/x", "registry"} {
		c := declare
		c.Files = map[string]string{name: "x"}
		if _, err := o.branches().Put(t.Context(), c, o.base, Branch{}); err == nil {
			t.Errorf("%q was proposed", name)
		}
	}
	if refs := o.refs(); len(refs) != 1 {
		t.Errorf("the branches are %v, want main alone", refs)
	}
}
