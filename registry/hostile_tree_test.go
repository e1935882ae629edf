package registry

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// bottomless is a file system in which every folder below the registry holds
// the same folders and files again, as a git tree that is made of one small
// tree many times over does.
type bottomless struct{ wide int }

type item struct {
	fs.FileInfo
	name string
	dir  bool
}

func (i item) Name() string               { return i.name }
func (i item) IsDir() bool                { return i.dir }
func (i item) Info() (fs.FileInfo, error) { return i.FileInfo, nil }
func (i item) Type() fs.FileMode {
	if i.dir {
		return fs.ModeDir
	}
	return 0
}

func (b bottomless) Open(name string) (fs.File, error) { return nil, fs.ErrInvalid }

func (b bottomless) ReadDir(name string) (list []fs.DirEntry, err error) {
	if name == "." {
		return []fs.DirEntry{item{name: "registry", dir: true}}, nil
	}
	for i := range b.wide {
		list = append(list, item{name: fmt.Sprintf("d%07d", i), dir: b.wide < 100})
	}
	return list, nil
}

func TestATreeWithoutEndIsAProblemAndNotTheEndOfUs(t *testing.T) {
	for name, tree := range map[string]bottomless{
		"a tree that holds itself ten times, in every folder": {wide: 10},
		"a folder of a million files":                         {wide: 1_000_000},
	} {
		s, err := Load(tree, "")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !strings.Contains(show(s), "registry:1:1: integrity/hostile: the folder holds more than 500000 files and folders") {
			t.Errorf("of %s it says %d problems:\n%.500s", name, len(s.Problems), show(s))
		}
		if len(s.Problems) > 2*maxProblems {
			t.Errorf("%s: %d problems bury everything else", name, len(s.Problems))
		}
	}
}

func TestNamesThatAreOneOnSomeDisksAreHostile(t *testing.T) {
	at := func(name string) string {
		return strings.ReplaceAll(good, "n8n-prod/good", name)
	}
	for _, c := range []struct{ first, second, want string }{
		{"registry/identities/n8n-prod/good.cue", "Registry/identities/n8n-prod/evil.cue", `Registry:1:1: integrity/hostile: on the disks of some machines "Registry" is the folder "registry"`},
		{"registry/identities/n8n-prod/good.cue", "registry./identities/n8n-prod/evil.cue", `is the folder "registry"`},
		{"registry/identities/n8n-prod/good.cue", "POLICIES/grant.cedar", `is the folder "policies"`},
		{"registry/identities/n8n-prod/good.cue", "registry/identities/n8n-prod/Good.cue", `on the disks of some machines this is the same file as "Good.cue"`},
		{"registry/identities/n8n-prod/good.cue", "registry/identities/N8N-prod/evil.cue", `on the disks of some machines this is the same file as "N8N-prod"`},
		{"registry/identities/n8n-prod/good.cue", "registry/identities/n8n-prod/good.cue ", `on the disks of some machines this is the same file as "good.cue"`},
	} {
		s := load(t, fstest.MapFS{c.first: {Data: []byte(at("n8n-prod/good"))}, c.second: {Data: []byte(at("n8n-prod/evil"))}})
		if !strings.Contains(show(s), c.want) {
			t.Errorf("beside %s, of %q it says:\n%s", c.first, c.second, show(s))
		}
	}
}
