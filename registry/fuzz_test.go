package registry

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"
)

// seeds are texts of every language, good and bad.
func seeds(f *testing.F) []string {
	f.Helper()
	all := []string{deals, dealsYAML, dealsJSON, good, "", "package registry", "identities: {}"}
	for _, name := range []string{"testdata/vet/good.txtar", "testdata/problems/hostile.txtar", "testdata/problems/formats.txtar", "testdata/problems/schema.txtar"} {
		for _, file := range archive(f, name).Files {
			all = append(all, string(file.Data))
		}
	}
	for name, text := range hostileTexts {
		if len(text) < 1000 {
			all = append(all, text)
		} else if testing.Short() {
			f.Logf("left out of the seeds, being long: %s", name)
		}
	}
	return all
}

var extensions = []string{"cue", "yaml", "json"}

// FuzzReader proves that no text confuses the reader about where things stand.
func FuzzReader(f *testing.F) {
	for _, text := range seeds(f) {
		for i := range extensions {
			f.Add(text, uint8(i))
		}
	}
	f.Fuzz(func(t *testing.T, text string, ext uint8) {
		r := reader{file: "registry/identities/a/b." + extensions[int(ext)%len(extensions)], text: []byte(text), limit: small}
		root := r.root()
		if root == nil {
			if len(r.problems) == 0 {
				t.Error("nothing was read, and nothing is said to be wrong")
			}
			return
		}
		inside(t, root, 0, len(text))
	})
}

// inside checks that a node's parts stand within it.
func inside(t *testing.T, n *node, from, to int) {
	t.Helper()
	for _, f := range n.fields {
		if f.start < from || f.start > to {
			t.Fatalf("field %q stands at %d, outside of %d to %d", f.name, f.start, from, to)
		}
		part(t, f.value, from, to)
	}
	for _, item := range n.items {
		part(t, item, from, to)
	}
}

func part(t *testing.T, n *node, from, to int) {
	t.Helper()
	if n.start < from || n.start > to || n.end != 0 && (n.end < n.start || n.end > to) {
		t.Fatalf("%s stands from %d to %d, outside of %d to %d", n.kind, n.start, n.end, from, to)
	}
	inside(t, n, from, to)
}

// FuzzLoad proves that no file stops a load or keeps another from being read.
func FuzzLoad(f *testing.F) {
	names := []string{"registry/identities/n8n-prod/deals.cue", "registry/identities/n8n-prod/deals.yaml", "registry/identities/n8n-prod/deals.json", "registry/exceptions/x.cue", "registry/access/x.cue"}
	for _, text := range seeds(f) {
		for _, name := range names {
			f.Add(name, text)
		}
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		if !strings.HasPrefix(name, "registry/identities/") && !strings.HasPrefix(name, "registry/exceptions/") && !strings.HasPrefix(name, "registry/access/") {
			return
		}
		fsys := fstest.MapFS{"registry/identities/n8n-prod/good.cue": {Data: []byte(good)}}
		if _, taken := fsys[name]; taken {
			return
		}
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
		s, err := Loader{Workers: 1}.Load(t.Context(), fsys, "")
		if err != nil {
			return // not a name that a file can have
		}
		if s.Identity("n8n-prod/good") == nil {
			t.Error("the other file was not read")
		}
		for _, p := range s.Problems {
			if p.Pos.Line < 1 || p.Pos.Column < 1 || p.Message == "" || strings.Contains(p.Message, "\n") || p.Rule == "" {
				t.Errorf("a problem is %+v", p)
			}
		}
		for _, id := range s.Identities {
			if p := id.Pos("owner"); p.Line < 1 {
				t.Errorf("%s stands at %s", id.ID, p)
			}
		}
	})
}

// FuzzEdit proves that an edit changes the field that it is for, and leaves
// every other byte and every other field alone.
func FuzzEdit(f *testing.F) {
	for i, text := range []string{deals, dealsYAML, dealsJSON, good} {
		for _, field := range []string{"tier", "owner", "expires", "blastRadius.note", "live.name", "steps[0].effect", "labels.x"} {
			f.Add(text, uint8(i%3), field, `"x"`)
			f.Add(text, uint8(i%3), field, `{a: ["b"], "c d": 1}`)
		}
	}
	f.Fuzz(func(t *testing.T, text string, ext uint8, field, literal string) {
		file := "registry/identities/n8n-prod/deals." + extensions[int(ext)%len(extensions)]
		src := source{file: file, path: []string{"identities", "n8n-prod/deals"}, read: func(string) ([]byte, error) { return []byte(text), nil }}
		for _, e := range []*Edit{src.Replace(field, literal), src.Insert(field, literal)} {
			if e == nil {
				continue
			}
			out, err := Apply([]byte(text), []Edit{*e})
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.HasPrefix(out, []byte(text[:e.Start])) || !bytes.HasSuffix(out, []byte(text[e.End:])) {
				t.Error("bytes outside of the edit changed")
			}
			_, before := src.parse()
			r := reader{file: file, text: out, limit: large, loose: true}
			after := r.root()
			for _, other := range []string{"kind", "owner", "backup", "purpose", "tier", "state"} {
				path := append([]string{"identities", "n8n-prod/deals"}, other)
				if was := before.at(path); was != nil && !strings.HasPrefix(field, other) && !same(was, after.at(path)) {
					t.Errorf("editing %s changed %s:\n%s", field, other, out)
				}
			}
		}
	})
}
