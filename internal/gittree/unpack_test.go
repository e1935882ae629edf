package gittree

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// similar are files of which git stores most as the difference to another.
func similar() map[string]string {
	rng := rand.New(rand.NewPCG(1, 2))
	all := map[string]string{}
	text := strings.Repeat("a line that they all have\n", 200)
	for i := range 120 {
		at := rng.IntN(len(text))
		text = text[:at] + fmt.Sprintf("line of number %d, %d\n", i, rng.Uint64()) + text[at:]
		all[fmt.Sprintf("registry/identities/n8n/%03d.cue", i)] = text
	}
	return all
}

func TestDifferencesInAPackReadAsTheFilesThatTheyStandFor(t *testing.T) {
	many := similar()
	for form, args := range map[string][]string{
		"offsets": {"repack", "-q", "-a", "-d", "-f", "--depth=40"},
		"names":   {"-c", "repack.useDeltaBaseOffset=false", "repack", "-q", "-a", "-d", "-f"},
	} {
		dir := repository(t, many)
		gitRun(t, dir, args...)
		tree, _ := open(t, dir, "HEAD")
		var names []string
		for name := range many {
			names = append(names, name)
		}
		order := tree.ReadingOrder(names)
		if sorted := slices.Sorted(slices.Values(order)); len(sorted) != len(names) || sorted[0] != 0 || sorted[len(sorted)-1] != len(names)-1 {
			t.Fatalf("%s: the reading order leaves files out: %v", form, order)
		}
		for _, i := range order {
			if got, ok := tree.Content(names[i]); !ok || string(got) != many[names[i]] {
				t.Errorf("%s: %s reads %d bytes, %v; want %d", form, names[i], len(got), ok, len(many[names[i]]))
			}
		}
	}
}

// TestADamagedPackIsNeverReadAsSomethingElse flips bits all over a pack: what
// is read is right, or it is not read.
func TestADamagedPackIsNeverReadAsSomethingElse(t *testing.T) {
	many := similar()
	dir := repository(t, many)
	gitRun(t, dir, "repack", "-q", "-a", "-d", "-f")
	packs, err := filepath.Glob(filepath.Join(dir, ".git/objects/pack/*.pack"))
	if err != nil || len(packs) != 1 {
		t.Fatalf("%d packs, %v", len(packs), err)
	}
	if err := os.Chmod(packs[0], 0o600); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(packs[0])
	if err != nil {
		t.Fatal(err)
	}
	tree, _ := open(t, dir, "HEAD")
	if _, err := tree.ReadDir("registry/identities/n8n"); err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(3, 4))
	refused := 0
	for range 40 {
		bad := slices.Clone(whole)
		for range 8 {
			bad[12+rng.IntN(len(bad)-12)] ^= 1 << rng.IntN(8)
		}
		if err := os.WriteFile(packs[0], bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := tree.Close(); err != nil {
			t.Fatal(err)
		}
		for name, want := range many {
			got, ok := tree.Content(name)
			if !ok {
				refused++
			} else if string(got) != want {
				t.Fatalf("%s reads as something else from a damaged pack", name)
			}
		}
	}
	if refused == 0 {
		t.Error("no damage was met; the test proves nothing")
	}
}
