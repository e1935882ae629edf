package rules

import (
	"bytes"
	"encoding/binary"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

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

const leakedLine = "a line\napi_key = \"q7Xv2Lm9Tz4Rk8Wp1Yc6Bn3Hd5Js0Fg\"\n"

func TestNoFileIsPassedOverForItsName(t *testing.T) {
	fsys := fstest.MapFS{}
	for _, name := range []string{
		"logo.svg", "shot.png", "manual.pdf", "go.mod", "gitleaks.toml", "lib/jquery.min.js",
		"node_modules/x/index.js", "vendor/github.com/x/x.go", "recipe.bb", "setup.exe",
	} {
		fsys[name] = &fstest.MapFile{Data: []byte(leakedLine)}
	}
	found := map[string]bool{}
	for _, f := range leaks(fsys).Findings {
		found[f.Pos.File] = true
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(fsys)), slices.Sorted(maps.Keys(found))); diff != "" {
		t.Errorf("files with a secret (-there are +found):\n%s", diff)
	}
}

func TestAChecksumIsNoSecretAndAKeyBesideItIs(t *testing.T) {
	sums := "golang.org/x/oauth2 v0.34.0 h1:hqK/t4AKgbqWkdkcAeI8XLmbK+4m4G5YeQRrmiotGlw=\n"
	if res := leaks(fstest.MapFS{"go.sum": {Data: []byte(sums)}}); len(res.Findings) != 0 {
		t.Errorf("a checksum of go.sum is told as a secret: %v", res.Findings)
	}
	key := "ghp_" + "q7Xv2Lm9Tz4Rk8Wp1Yc6Bn3Hd5Js0FgZaQwE"
	if res := leaks(fstest.MapFS{"go.sum": {Data: []byte(sums + "// " + key + "\n")}}); len(res.Findings) != 1 {
		t.Errorf("%d findings of a key in go.sum, want 1", len(res.Findings))
	}
}

func TestTextInUTF16IsSearched(t *testing.T) {
	for name, order := range map[string]binary.AppendByteOrder{"little endian": binary.LittleEndian, "big endian": binary.BigEndian} {
		text := order.AppendUint16(nil, 0xfeff)
		for _, unit := range utf16.Encode([]rune(leakedLine)) {
			text = order.AppendUint16(text, unit)
		}
		res := leaks(fstest.MapFS{"notes.txt": {Data: text}})
		if len(res.Findings) != 1 || res.Findings[0].Pos.String() != "notes.txt:2:12" {
			t.Errorf("a secret in UTF-16, %s, is told as %v", name, res.Findings)
		}
	}
}
