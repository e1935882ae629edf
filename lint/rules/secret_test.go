package rules

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/lint/report"
	"github.com/rollcall-dev/rollcall/registry"
)

// leaks judges one file beside an empty registry by the rule about secrets.
func leaks(fsys fstest.MapFS) lint.Result {
	r, err := Find("secret/in-registry")
	if err != nil {
		panic(err)
	}
	files, err := lint.AllFiles(fsys)
	if err != nil {
		panic(err)
	}
	return lint.Run([]lint.Rule{r}, lint.Pass{Head: registry.Build(registry.Snapshot{}), Files: []*lint.Files{files}, Now: today})
}

func TestASecretIsShownInNoFormat(t *testing.T) {
	const secret = "q7Xv2Lm9Tz4Rk8Wp1Yc6Bn3Hd5Js0Fg"
	fsys := fstest.MapFS{"notes.txt": {Data: []byte("a line\napi_key = \"" + secret + "\"\n")}}
	res := leaks(fsys)
	if len(res.Findings) != 1 {
		t.Fatalf("%d findings of one secret", len(res.Findings))
	}
	if got, want := res.Findings[0].Pos, (registry.Pos{File: "notes.txt", Line: 2, Column: 12, Offset: 18}); got != want {
		t.Errorf("the secret stands at %+v, want %+v", got, want)
	}
	for _, name := range report.Names() {
		for _, colour := range []bool{false, true} {
			var b bytes.Buffer
			if err := report.Formats[name](&b, res, report.Options{Rules: All(), Source: fsys.ReadFile, Colour: colour}); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(b.String(), secret[4:12]) {
				t.Errorf("%s shows the secret:\n%s", name, b.String())
			}
		}
	}
}

func TestASecretThatACommitBroughtAndAnotherTookOutIsFound(t *testing.T) {
	r, err := Find("secret/in-registry")
	if err != nil {
		t.Fatal(err)
	}
	line := func(secret string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte("api_key = \"" + secret + "\"\n")}
	}
	now := fstest.MapFS{"kept.txt": line("q7Xv2Lm9Tz4Rk8Wp1Yc6Bn3Hd5Js0Fg"), "gone.txt": {}}
	then := fstest.MapFS{"kept.txt": now["kept.txt"], "gone.txt": line("k2Wn7Qx4Vz9Lb3Tm8Rp5Yd1Hc6Js0GfB")}
	names := []string{"gone.txt", "kept.txt"}
	res := lint.Run([]lint.Rule{r}, lint.Pass{Head: registry.Build(registry.Snapshot{}), Now: today, Files: []*lint.Files{
		{FS: now, Names: names}, {Commit: "4f2a4f2a4f2a4f2a", FS: then, Names: names},
	}})
	if len(res.Findings) != 2 {
		t.Fatalf("%d findings, want the secret that is there and the one that was: %v", len(res.Findings), res.Findings)
	}
	if got := res.Findings[0]; got.Pos.String() != "gone.txt" || !strings.Contains(got.Message, "in commit 4f2a4f2a4f2a of this change, gone.txt:1:12 holds") {
		t.Errorf("the secret of the commit is told as %s: %s", got.Pos, got.Message)
	}
}

func TestALargeFileIsSaidNotToBeSearched(t *testing.T) {
	res := leaks(fstest.MapFS{"video.bin": {Data: make([]byte, mostSearched+1)}})
	if len(res.Findings) != 1 || !strings.Contains(res.Findings[0].Message, "video.bin is larger than 16 MiB and was not searched for secrets") {
		t.Errorf("of a file that is too large, lint says %v", res.Findings)
	}
}
