package registry

import (
	"crypto/sha1"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// A commitFS is files whose listing tells the ids of their content, as that of
// a commit does. It counts what is opened.
type commitFS struct {
	fstest.MapFS
	mu     *sync.Mutex
	opened map[string]int
}

func commitOf(files fstest.MapFS) commitFS {
	return commitFS{files, new(sync.Mutex), map[string]int{}}
}

func (c commitFS) Open(name string) (fs.File, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.opened[name]++
	return c.MapFS.Open(name)
}

func (c commitFS) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := c.MapFS.ReadDir(name)
	for i, e := range entries {
		entries[i] = idEntry{e, c.id(name+"/"+e.Name(), e)}
	}
	return entries, err
}

// id is of all below a name, content and names.
func (c commitFS) id(name string, e fs.DirEntry) [20]byte {
	name = strings.TrimPrefix(name, "./")
	if !e.IsDir() {
		return sha1.Sum(c.MapFS[name].Data)
	}
	var all []string
	for file, f := range c.MapFS {
		if strings.HasPrefix(file, name+"/") {
			all = append(all, fmt.Sprintf("%q %x", file, sha1.Sum(f.Data)))
		}
	}
	slices.Sort(all)
	return sha1.Sum([]byte(strings.Join(all, "\n")))
}

// filesRead is how many files of identities were opened.
func (c commitFS) filesRead() (n int) {
	for name, times := range c.opened {
		if strings.HasPrefix(name, "registry/identities/") && format(name) != "" {
			n += times
		}
	}
	return n
}

type idEntry struct {
	fs.DirEntry
	content [20]byte
}

func (e idEntry) ContentID() [20]byte { return e.content }

func loadWith(t testing.TB, c *Cache, fsys fs.FS) *Snapshot {
	t.Helper()
	s, err := Loader{Evaluate: EvaluateHere, Cache: c}.Load(t.Context(), fsys, "")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// sameSnapshot fails where two snapshots differ in anything, places included.
func sameSnapshot(t rapid.TB, what string, want, got *Snapshot) {
	t.Helper()
	sources := cmp.Transformer("source", func(s source) []string { return append([]string{s.file}, s.path...) })
	diff := cmp.Diff(want, got, cmp.AllowUnexported(Identity{}, Tenant{}, Organisation{}, Policy{}, Exception{}, Access{}),
		cmpopts.IgnoreUnexported(Snapshot{}, Catalogue{}, App{}), sources)
	if diff != "" {
		t.Fatalf("%s is not what is read without a cache (-without +with):\n%s", what, diff)
	}
	for i, id := range want.Identities {
		if a, b := id.Pos("owner"), got.Identities[i].Pos("owner"); a != b {
			t.Fatalf("%s: the owner of %s stands at %s, and with a cache at %s", what, id.ID, a, b)
		}
	}
}

func TestWhatIsKnownIsNotReadAgain(t *testing.T) {
	c := &Cache{Dir: filepath.Join(t.TempDir(), "cache"), Tool: "1"}
	files := many(300)
	first := commitOf(files)
	want := loadWith(t, c, first)
	if n := first.filesRead(); n != 300 {
		t.Fatalf("%d of 300 files were read the first time", n)
	}
	name := "registry/identities/n8n-07/workflow-00007.cue"
	files[name] = &fstest.MapFile{Data: []byte(strings.Replace(string(files[name].Data), "team/crm", "team/erp", 1))}
	for what, cache := range map[string]*Cache{"the same process": c, "another process": {Dir: c.Dir, Tool: "1"}} {
		again := commitOf(many(300))
		sameSnapshot(t, what, want, loadWith(t, cache, again))
		if n := again.filesRead() - 300; n > 0 { // each place that was looked for reads one
			t.Errorf("%s reads %d files that it knows", what, n)
		}
		changed := commitOf(files)
		s := loadWith(t, cache, changed)
		if n := changed.filesRead(); n > 8 {
			t.Errorf("%s reads %d files after a change of one of 300; want those of its folder at most", what, n)
		}
		if got := s.Identity("n8n-07/workflow-00007").Owner; got != "team/erp" {
			t.Errorf("%s does not see the change: the owner is %s", what, got)
		}
	}
	other := commitOf(many(300))
	loadWith(t, &Cache{Dir: c.Dir, Tool: "2"}, other)
	if n := other.filesRead(); n != 300 {
		t.Errorf("another build of the program believes what this one wrote: it reads %d of 300 files", n)
	}
}

func TestBothSidesOfAChangeShareWhatIsTheSame(t *testing.T) {
	c := &Cache{}
	files := many(100)
	base := loadWith(t, c, commitOf(files))
	delete(files, "registry/identities/n8n-03/workflow-00003.cue")
	head := loadWith(t, c, commitOf(files))
	for _, id := range head.Identities {
		if base.Identity(id.ID) != id {
			t.Fatalf("%s is twice in memory", id.ID)
		}
	}
	if len(base.Identities) != 100 || len(head.Identities) != 99 {
		t.Errorf("%d and %d identities", len(base.Identities), len(head.Identities))
	}
}

// fill gives every exported field of a struct a value of its own.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("text %d", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int64:
		v.SetInt(int64(*n) << 40)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n)
		fill(v.Index(1), n)
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{"a": "b", "c": ""}))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), n)
			}
		}
	default:
		panic("the cache does not know a " + v.Kind().String())
	}
}

func TestTheCacheKeepsEveryFieldOfAnIdentity(t *testing.T) {
	var full Identity
	n := 0
	fill(reflect.ValueOf(&full).Elem(), &n)
	full.ID = "n8n/full"
	for what, id := range map[string]Identity{
		"full":        full,
		"empty":       {ID: "n8n/full"},
		"empty lists": {ID: "n8n/full", Uses: []string{}, BlastRadius: BlastRadius{Access: []string{}}, Lifetime: -1},
	} {
		names, ids := []string{"registry/identities/n8n/full.cue"}, []ContentID{{1}}
		c := chunk{names, ids, []outcome{{identity: &id}}}
		file := c.encode(chunkKey{7}, &coder{}, nil)
		got := chunk{names, ids, make([]outcome, 1)}
		if !got.decode(chunkKey{7}, file, nil) {
			t.Fatalf("%s: what was written cannot be read", what)
		}
		if diff := cmp.Diff(&id, got.out[0].identity, cmpopts.IgnoreUnexported(Identity{})); diff != "" {
			t.Errorf("%s identity is not kept whole (-written +read):\n%s", what, diff)
		}
	}
}

// TestACacheChangesNothing loads states of a registry one after the other, in
// which anything may be broken, with one cache and without.
func TestACacheChangesNothing(t *testing.T) {
	texts := []string{good, deals, "", "package registry\n", "identities: {", hostileTexts["import"], strings.Replace(good, `"read-only"`, `"readonly"`, 1)}
	names := []string{
		"n8n-00/workflow-00000.cue", "n8n-00/workflow-00000.yaml", "n8n-00/good.cue", "n8n-prod/good.cue", "n8n-prod/good.json",
		"n8n-prod/crm-won-deals.cue", "n8n-prod/sub/deep.cue", "n8n-01/_hidden.cue", "loose.cue", ".hidden/x.cue", "n8n-02/workflow-00002.cue",
	}
	dir := t.TempDir()
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		c := &Cache{Dir: filepath.Join(dir, fmt.Sprint(n)), Tool: "1"}
		files := many(12)
		for range rapid.IntRange(1, 4).Draw(t, "states") {
			for range rapid.IntRange(0, 3).Draw(t, "changes") {
				name := "registry/identities/" + rapid.SampledFrom(names).Draw(t, "name")
				if rapid.Bool().Draw(t, "remove") {
					delete(files, name)
				} else {
					files[name] = &fstest.MapFile{Data: []byte(rapid.SampledFrom(texts).Draw(t, "text"))}
				}
			}
			if rapid.IntRange(0, 3).Draw(t, "process") == 0 {
				c = &Cache{Dir: c.Dir, Tool: "1"}
			}
			load := func(c *Cache) *Snapshot {
				s, err := Loader{Evaluate: EvaluateHere, Cache: c}.Load(t.Context(), commitOf(files), "")
				if err != nil {
					t.Fatal(err)
				}
				return s
			}
			sameSnapshot(t, "a state", load(nil), load(c))
		}
	})
}

func TestADamagedCacheCostsTimeAndNothingElse(t *testing.T) {
	want := loadWith(t, nil, commitOf(many(80)))
	for what, damage := range map[string]func(path string, text []byte) error{
		"empty":      func(p string, _ []byte) error { return os.WriteFile(p, nil, 0o600) },
		"cut off":    func(p string, b []byte) error { return os.WriteFile(p, b[:len(b)/2], 0o600) },
		"altered":    func(p string, b []byte) error { b[len(b)/2] ^= 1; return os.WriteFile(p, b, 0o600) },
		"a folder":   func(p string, _ []byte) error { return os.Mkdir(p, 0o700) },
		"a link":     func(p string, _ []byte) error { return os.Symlink("/nowhere", p) },
		"deleted":    func(string, []byte) error { return nil },
		"unreadable": func(p string, b []byte) error { return os.WriteFile(p, b, 0) },
	} {
		c := &Cache{Dir: t.TempDir(), Tool: "1"}
		loadWith(t, c, commitOf(many(80)))
		stored, err := os.ReadDir(c.Dir)
		if err != nil || len(stored) == 0 {
			t.Fatal("nothing was kept:", err)
		}
		for _, e := range stored {
			path := filepath.Join(c.Dir, e.Name())
			text, err := os.ReadFile(path)
			if err == nil {
				err = os.Remove(path)
			}
			if err == nil {
				err = damage(path, text)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		for range 2 { // with what is damaged, and with what was written in its place
			sameSnapshot(t, what, want, loadWith(t, &Cache{Dir: c.Dir, Tool: "1"}, commitOf(many(80))))
		}
	}
	nowhere := &Cache{Dir: "/dev/null/cache", Tool: "1"}
	sameSnapshot(t, "a folder that cannot be made", want, loadWith(t, nowhere, commitOf(many(80))))
}

func TestProcessesShareACache(t *testing.T) {
	want := loadWith(t, nil, commitOf(many(120)))
	dir := t.TempDir()
	var wg sync.WaitGroup
	got := make([]*Snapshot, 8)
	for i := range got {
		wg.Go(func() {
			got[i], _ = Loader{Cache: &Cache{Dir: dir, Tool: "1"}}.Load(t.Context(), commitOf(many(120)), "")
		})
	}
	wg.Wait()
	for _, s := range got {
		sameSnapshot(t, "a process beside others", want, s)
	}
	left, err := filepath.Glob(filepath.Join(dir, unfinished+"*"))
	if err != nil || len(left) > 0 {
		t.Errorf("unfinished files are left: %v, %v", left, err)
	}
}

func TestACacheStaysBelowItsLimit(t *testing.T) {
	c := &Cache{Dir: t.TempDir(), Limit: 1000}
	now := time.Now()
	for i := range 20 {
		key := chunkKey{byte(i)}
		c.write(key, make([]byte, 100))
		at := now.Add(time.Duration(i) * time.Minute)
		if err := os.Chtimes(c.path(key), at, at); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(c.Dir, "README"), make([]byte, 5000))
	write(t, filepath.Join(c.Dir, unfinished+"old"), nil)
	c.sweep(now.Add(2 * time.Hour))
	for i := range 20 {
		_, err := os.Stat(c.path(chunkKey{byte(i)}))
		if kept := err == nil; kept != (i >= 13) {
			t.Errorf("file %d of 20, used in this order: kept is %v", i, kept)
		}
	}
	if _, err := os.Stat(filepath.Join(c.Dir, "README")); err != nil {
		t.Error("a file that is not the cache's own was deleted")
	}
	if _, err := os.Stat(filepath.Join(c.Dir, unfinished+"old")); err == nil {
		t.Error("what a killed process left behind stays for ever")
	}
}

// FuzzCache proves that no file of a cache is believed that was not written
// for what is asked, and that none stops the program, even one whose sum is
// right.
func FuzzCache(f *testing.F) {
	c := chunk{[]string{"registry/identities/n8n-00/workflow-00000.cue"}, []ContentID{{1}}, nil}
	s := loadWith(f, nil, many(1))
	c.out = []outcome{{identity: s.Identities[0]}}
	key := chunkKey{3}
	written := c.encode(key, &coder{}, nil)
	f.Add(written, false)
	f.Add(written, true)
	f.Add(written[:40], true)
	f.Add([]byte{}, false)
	f.Fuzz(func(t *testing.T, file []byte, sum bool) {
		if sum {
			file = sealed(append(key[:], file...))
		}
		got := chunk{c.names, c.ids, make([]outcome, 1)}
		if !got.decode(key, file, nil) {
			if got.out[0].identity != nil {
				t.Error("a file that is refused leaves something behind")
			}
			return
		}
		if !sum && !slices.Equal(file, written) {
			t.Error("a file is believed that was never written")
		}
	})
}
