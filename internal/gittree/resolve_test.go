package gittree

import (
	"strings"
	"testing"
)

// TestABranchNamedLikeAnIDIsThatBranch: every commit's id begins with some
// digit, and so does a branch of that name.
func TestABranchNamedLikeAnIDIsThatBranch(t *testing.T) {
	dir := repository(t, files)
	first := gitRun(t, dir, "rev-parse", "HEAD")
	put(t, dir, "README.md", "second\n")
	gitRun(t, dir, "commit", "-q", "-a", "-m", "second")
	second := gitRun(t, dir, "rev-parse", "HEAD")
	for _, n := range []int{1, 2, 4, 7, 39} {
		gitRun(t, dir, "branch", second[:n], first)
		if _, got := open(t, dir, second[:n]); got != first {
			t.Errorf("branch %q is read as the commit %s whose id begins so, and it is at %s", second[:n], got, first)
		}
		if _, got := open(t, dir, second[:n]+"^0"); got != first {
			t.Errorf("%s^0 is read as %s; the branch is at %s", second[:n], got, first)
		}
		if steps, err := Between(dir, second[:n], "main"); err != nil || len(steps) != 1 {
			t.Errorf("from branch %s to main are %d commits, %v; want the second", second[:n], len(steps), err)
		}
	}
	if _, got := open(t, dir, second); got != second {
		t.Errorf("the whole id %s is read as %s", second, got)
	}
}

func TestARevisionIsReadAsGitReadsIt(t *testing.T) {
	dir := repository(t, files)
	second := func(branch string) {
		gitRun(t, dir, "checkout", "-q", "-b", branch, "main")
		put(t, dir, branch, "")
		gitRun(t, dir, "add", "-A")
		gitRun(t, dir, "commit", "-q", "-m", branch)
	}
	second("left")
	second("right")
	gitRun(t, dir, "merge", "-q", "-m", "merge", "left")
	gitRun(t, dir, "tag", "-a", "v1", "-m", "one", "left")
	gitRun(t, dir, "tag", "-a", "v1-again", "-m", "a tag of a tag", "v1")
	gitRun(t, dir, "branch", "both", "right")
	gitRun(t, dir, "tag", "both", "left")
	gitRun(t, dir, "update-ref", "refs/remotes/origin/main", "left")
	gitRun(t, dir, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
	gitRun(t, dir, "branch", "description", "left")
	merge := gitRun(t, dir, "rev-parse", "right")
	for range 2 {
		for _, rev := range []string{
			"HEAD", "@", "right", "heads/right", "refs/heads/right", "v1", "v1-again", "both", "heads/both", "tags/both",
			"origin", "origin/main", "remotes/origin/main", "description", merge, strings.ToUpper(merge), merge[:4], merge[:7], merge[:8],
			"right^", "right^2", "right^1", "right^0", "right~1", "right~2", "right^2~1", "right^^", "right~", "@~1", "v1^{}", "v1^{commit}~1", merge[:9] + "^2",
		} {
			want := gitRun(t, dir, "rev-parse", "--verify", "--quiet", rev+"^{commit}")
			if _, got, err := Open(dir, rev); err != nil || got != want {
				t.Errorf("%s is read as %s, %v; git says %s", rev, got, err, want)
			}
		}
		gitRun(t, dir, "gc", "-q")
	}
}

func TestWhatIsNotUnderstoodOfARevisionIsNotOverlooked(t *testing.T) {
	dir := repository(t, files)
	head := gitRun(t, dir, "rev-parse", "HEAD")
	for rev, want := range map[string]string{
		"main@{1}":               "is not known here",
		"@{u}":                   "is not known here",
		"main@{upstream}~1":      "is not known here",
		"HEAD:README.md":         "is not known here",
		":/first":                "is not known here",
		"main^{tree}":            "is not known here",
		"main^{/first}":          "is not known here",
		"main~x":                 "is not known here",
		"main^{}x":               "is not known here",
		"main~99999999999999999": "",
		"main^1":                 "there is no commit",
		"main^3":                 "there is no commit",
		"":                       "there is no commit",
		"~1":                     "there is no commit",
		head[:3]:                 "there is no commit",
		"config":                 "there is no commit",
		"heads":                  "there is no commit",
		"../HEAD":                "",
		"refs/heads/../../HEAD":  "",
		head + ":README.md":      "is not known here",
	} {
		if _, got, err := Open(dir, rev); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is read as %s, %v; want an error with %q", rev, got, err, want)
		}
	}
	blob := gitRun(t, dir, "rev-parse", "HEAD:README.md")
	if _, got, err := Open(dir, blob); err == nil || !strings.Contains(err.Error(), "it is no commit") {
		t.Errorf("a file's id is read as the commit %s, %v", got, err)
	}
}
