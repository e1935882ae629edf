package n8n

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-dev/rollcall/internal/n8nnodes"
	"github.com/rollcall-dev/rollcall/internal/n8nserver"
)

var update = flag.Bool("update", false, "write what is generated from the installed n8n anew")

// installed is the node package of the n8n that the tests run against, where
// it is there; nothing is installed for it.
func installed(t *testing.T) *n8nnodes.Package {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatalf("find the cache folder for n8n: %v", err)
	}
	modules := filepath.Join(cache, "rollcall", "n8n", n8nserver.Version, "n8n", "node_modules")
	if _, err := os.Stat(modules); err != nil {
		t.Skipf("n8n %s is not installed in %s: nothing is generated from it or held against it; the tests that start n8n install it", n8nserver.Version, modules)
	}
	p, err := n8nnodes.Read(modules)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestWhatIsGeneratedIsInStepWithTheInstalledN8n(t *testing.T) {
	p := installed(t)
	for file, want := range map[string]string{
		"nodes.txt":       p.Defaults(),
		"credentials.txt": p.Credentials(),
		"../../schema/catalogue/n8n-nodes.txt": p.Operations(n8nnodes.Acts{
			App:  appOf,
			Run:  func(kind string) bool { return runs[kind] },
			Here: func(kind string) bool { return here[kind] },
		}),
	} {
		if *update {
			if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("%s is not what n8n %s says; run go generate ./tenant/n8n (-n8n +file):\n%s", file, p.Version, diff)
		}
	}
}

func TestEveryNodeThatActsByItselfIsOneOfN8n(t *testing.T) {
	for _, kinds := range []map[string]bool{runs, here} {
		for kind := range kinds {
			if descriptions()[kind] == nil {
				t.Errorf("n8n has no node %q any more", kind)
			}
		}
	}
}
