package registry

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

const good = `package registry

identities: "n8n-prod/good": #Workflow & {
	kind:    "workflow"
	owner:   "team/crm"
	backup:  "person/dana"
	purpose: "Copies won deals"
	tier:    "read-only"
	state:   "active"
	blastRadius: {systems: [], data: "public"}
}
`

// hostileTexts are files that a stranger may send to keep us busy.
var hostileTexts = map[string]string{
	"a file of 5 MB":               "package registry\n" + strings.Repeat("// "+strings.Repeat("x", 97)+"\n", 50_000),
	"200,000 fields":               "package registry\nidentities: \"n8n-prod/bad\": {" + numbered(200_000, "f%d: 1\n") + "}\n",
	"2,000 fields in 64 KiB":       "package registry\nidentities: \"n8n-prod/bad\": {" + numbered(2_000, "f%d: 1\n") + "}\n",
	"20,000 times the same field":  "package registry\nidentities: \"n8n-prod/bad\": {" + strings.Repeat("f:1,", 15_000) + "}\n",
	"20,000 items":                 "package registry\nidentities: \"n8n-prod/bad\": uses: [" + strings.Repeat("1,", 20_000) + "]\n",
	"20,000 brackets":              "package registry\nidentities: \"n8n-prod/bad\": x: " + strings.Repeat("[", 20_000) + "\n",
	"20,000 parentheses":           "package registry\nidentities: \"n8n-prod/bad\": x: " + strings.Repeat("(", 20_000) + "1" + strings.Repeat(")", 20_000) + "\n",
	"20,000 structs in each other": "package registry\nidentities: \"n8n-prod/bad\": " + strings.Repeat("a: ", 20_000) + "1\n",
	"20,000 exclamation marks":     "package registry\nidentities: \"n8n-prod/bad\": x: " + strings.Repeat("!", 20_000) + "1\n",
	"20,000 conjunctions":          "package registry\nidentities: \"n8n-prod/bad\": x: 1" + strings.Repeat("&1", 20_000) + "\n",
	"a disjunction of powers":      "package registry\nidentities: \"n8n-prod/bad\": x: " + strings.Repeat("(1|2|3)&", 5_000) + "3\n",
	"a comprehension of powers":    "package registry\nx: [" + strings.Repeat("for a in [1,2,3,4,5,6,7,8,9] ", 20) + "{1}]\n",
	"a number of a billion digits": "package registry\nidentities: \"n8n-prod/bad\": x: 1e1000000000\n",
	"a regular expression":         "package registry\nidentities: \"n8n-prod/bad\": x: =~\"" + strings.Repeat("(a*)*", 1000) + "\"\n",
	"a cycle":                      "package registry\na: b\nb: a\nidentities: \"n8n-prod/bad\": a\n",
	"a text of 60 KB":              "package registry\nidentities: \"n8n-prod/bad\": purpose: \"" + strings.Repeat("x", 60_000) + "\"\n",
	"an interpolation":             "package registry\nidentities: \"n8n-prod/bad\": purpose: \"" + strings.Repeat("\\(x)", 10_000) + "\"\n",
	"a package from elsewhere":     "package registry\nimport \"example.com/evil@v1\"\nidentities: \"n8n-prod/bad\": evil.x\n",
	"bytes that are no text":       "package registry\n\xff\xfe\x00identities: {}\n",
	"a NUL":                        "package registry\x00\n",
	"nothing":                      "",
	"an attribute that skips":      "@if(never)\npackage registry\n",
	"a mark of another order":      "package registry\n// \u202e\n",
	"a Git LFS pointer":            "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
}

func numbered(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// tooLong is what a file that is evaluated away takes; a good answer takes a tenth
// of a second, and ten times that under the race detector on a busy machine.
const tooLong = 15 * time.Second

func TestAHostileFileIsAProblemAtOnceAndOthersAreStillRead(t *testing.T) {
	for name, text := range hostileTexts {
		t.Run(name, func(t *testing.T) {
			fsys := one("registry/identities/n8n-prod/bad.cue", text)
			fsys["registry/identities/n8n-prod/good.cue"] = &fstest.MapFile{Data: []byte(good)}
			start := time.Now()
			s := load(t, fsys)
			if took := time.Since(start); took > tooLong {
				t.Errorf("it took %v", took)
			}
			if len(s.Problems) == 0 {
				t.Error("there is no problem with it")
			}
			if len(s.Problems) > maxProblems+5 {
				t.Errorf("%d problems bury those of other files", len(s.Problems))
			}
			for _, p := range s.Problems {
				if p.Pos.File != "registry/identities/n8n-prod/bad.cue" || p.Pos.Line < 1 || p.Identity != "n8n-prod/bad" {
					t.Errorf("a problem stands at %s, of identity %q", p.Pos, p.Identity)
				}
				if len(p.Message) > 400 || strings.Contains(p.Message, "\n") {
					t.Errorf("a message is of %d bytes: %.100s", len(p.Message), p.Message)
				}
			}
			if id := s.Identity("n8n-prod/good"); id == nil || id.Owner != "team/crm" {
				t.Error("the other file was not read")
			}
		})
	}
}

func TestHostileYAMLAndJSONAreProblemsToo(t *testing.T) {
	for name, text := range map[string]string{
		"bad.yaml": "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b]\n",
		"a.yaml":   strings.Repeat("[", 20_000),
		"b.yaml":   strings.Repeat("- ", 20_000) + "x",
		"c.yaml":   "identities:\n" + numbered(4000, "  a%d: 1\n"),
		"d.yaml":   strings.Repeat("? ", 20_000),
		"e.yaml":   "identities: {}\n---\n" + strings.Repeat("a\n---\n", 5_000),
		"a.json":   strings.Repeat("[", 20_000),
		"b.json":   `{"identities": ` + strings.Repeat(`{"a":`, 9_000) + "1" + strings.Repeat("}", 9_000) + "}",
		"c.json":   `{"identities": {"n8n-prod/c": {"x": 1e1000000000}}}`,
		"d.json":   `{} {}`,
		"e.json":   "\xef\xbb\xbf{}",
	} {
		start := time.Now()
		s := load(t, one("registry/identities/n8n-prod/"+name, text))
		if took := time.Since(start); took > tooLong {
			t.Errorf("%s took %v", name, took)
		}
		if len(s.Problems) == 0 {
			t.Errorf("there is no problem with %s", name)
		}
	}
}

func TestALinkIsRefusedAndNotFollowed(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(t.TempDir(), "outside.cue")
	write(t, outside, []byte(good))
	write(t, filepath.Join(dir, "registry/identities/n8n-prod/real.cue"), []byte(strings.ReplaceAll(good, "n8n-prod/good", "n8n-prod/real")))
	for _, link := range []string{"registry/identities/n8n-prod/good.cue", "registry/tenants", "policies"} {
		if err := os.Symlink(outside, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Load(os.DirFS(dir), "")
	if err != nil {
		t.Fatal(err)
	}
	want := `policies:1:1: integrity/hostile: the folder is a symbolic link; keep the folder itself in the repository
registry/identities/n8n-prod/good.cue:1:1: integrity/hostile: the file is a symbolic link; keep the file itself in the registry
registry/tenants:1:1: integrity/hostile: the file is a symbolic link; keep the file itself in the registry
`
	if got := show(s); got != want {
		t.Errorf("the problems are:\n%swant:\n%s", got, want)
	}
	if s.Identity("n8n-prod/good") != nil || s.Identity("n8n-prod/real") == nil {
		t.Error("the link was followed, or the real file was not read")
	}
}

func TestARegistryThatIsALinkIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink(t.TempDir(), filepath.Join(dir, "registry")); err != nil {
		t.Fatal(err)
	}
	s, err := Load(os.DirFS(dir), "")
	if err != nil || len(s.Problems) != 1 || s.Problems[0].Rule != ruleHostile {
		t.Errorf("%v, %v", s, err)
	}
}

// unreadable is a file system in which one file cannot be read.
type unreadable struct {
	fstest.MapFS
	name string
}

var errDisk = errors.New("the disk is broken")

func (u unreadable) Open(name string) (fs.File, error) {
	if name == u.name {
		return nil, errDisk
	}
	return u.MapFS.Open(name)
}

func TestAFileThatCannotBeReadIsAnErrorAndNotAProblem(t *testing.T) {
	name := "registry/identities/n8n-prod/good.cue"
	s, err := Load(unreadable{one(name, good), name}, "")
	if !errors.Is(err, errDisk) || s != nil {
		t.Errorf("loading says %v", err)
	}
}

func TestARepositoryWithoutARegistryIsSaidToBeOne(t *testing.T) {
	if _, err := Load(fstest.MapFS{"README.md": {}}, ""); !errors.Is(err, ErrNoRegistry) {
		t.Errorf("loading says %v", err)
	}
	s, err := Load(fstest.MapFS{"registry/README.md": {}}, "c0ffee")
	if err != nil || len(s.Problems) != 0 || s.Commit != "c0ffee" || s.Organisation == nil {
		t.Errorf("an empty registry is %+v, %v", s, err)
	}
}
