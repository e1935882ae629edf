package evidence_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rollcall-dev/rollcall/evidence"
)

// The test binary is also the process that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("EVIDENCE_WRITER"); dir != "" {
		if err := writeForever(dir); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// writeForever appends from many goroutines, and prints the act of each entry
// when it was acknowledged. It ends with the first error.
func writeForever(dir string) error {
	signal.Ignore(syscall.SIGXFSZ) // writing over the limit is to be an error, as on a full disk
	l, err := evidence.Open(context.Background(), dir, evidence.Options{})
	if err != nil {
		return err
	}
	if os.Getenv("EVIDENCE_LIMIT") != "" {
		limit := syscall.Rlimit{Cur: 9000, Max: 9000}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			return err
		}
	}
	var once sync.Once
	var out sync.Mutex
	failed := make(chan error)
	for worker := range 8 {
		go func() {
			for i := 0; ; i++ {
				e := intent(fmt.Sprintf("act-%d-%d-%d", os.Getpid(), worker, i))
				if _, err := l.Append(e); err != nil {
					once.Do(func() { failed <- err })
					return
				}
				out.Lock()
				fmt.Println(e.Act)
				out.Unlock()
			}
		}()
	}
	return <-failed
}

// writer runs writeForever in a process of its own; for ends it. It returns
// the acts that were acknowledged, and the error that it ended with.
func writer(t *testing.T, dir string, ending func(*exec.Cmd), env ...string) (acts []string, failure string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), "EVIDENCE_WRITER="+dir), env...)
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(pipe)
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, "error:") {
			failure = line
			continue
		}
		if acts = append(acts, line); len(acts) == 30 {
			go ending(cmd)
		}
	}
	cmd.Wait() // it was killed, or ended with an error
	return acts, failure
}

func assertThere(t *testing.T, dir, key string, acts []string) {
	t.Helper()
	there := map[string]bool{}
	for record, err := range evidence.Read(context.Background(), dir, key, evidence.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		there[record.Entry.Act] = true
	}
	for _, act := range acts {
		if !there[act] {
			t.Errorf("%s was acknowledged and is not in the log of %d entries", act, len(there))
		}
	}
}

func TestKilledWriterLosesNothingThatItAcknowledged(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "log")
	var all []string
	for round := range 4 {
		acts, failure := writer(t, dir, func(cmd *exec.Cmd) {
			time.Sleep(time.Duration(37*round) * time.Millisecond)
			cmd.Process.Kill()
		})
		if failure != "" || len(acts) < 30 {
			t.Fatalf("the writer got %d entries in: %s", len(acts), failure)
		}
		all = append(all, acts...)
		key, err := evidence.ReadPublicKey(dir)
		if err != nil {
			t.Fatal(err)
		}
		if r := verify(t, dir, key); !r.Holds() {
			t.Fatalf("after kill %d: %q", round, r.Faults)
		}
		l := open(t, dir, evidence.Options{})
		assertThere(t, dir, key, all)
		l.Close()
		if r := verify(t, dir, key); !r.Holds() || r.Unsigned != 0 || r.Entries < uint64(len(all)) {
			t.Fatalf("after kill %d and a start: %q, %d unsigned, %d of %d", round, r.Faults, r.Unsigned, r.Entries, len(all))
		}
	}
}

func TestFullDiskIsAnErrorAndNoAcknowledgement(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "log")
	acts, failure := writer(t, dir, func(*exec.Cmd) {}, "EVIDENCE_LIMIT=1")
	if !strings.Contains(failure, "append to the evidence log") || !strings.Contains(failure, "file too large") {
		t.Fatalf("a writer that could not write said %q", failure)
	}
	l := open(t, dir, evidence.Options{})
	assertThere(t, dir, l.Key, acts)
	appendAll(t, l, intent("when there is room again"))
	l.Close()
	if r := verify(t, dir, l.Key); !r.Holds() {
		t.Errorf("the log does not hold after the disk was full: %q", r.Faults)
	}
}

func TestVanishedFolderIsAnError(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "log"), evidence.Options{})
	appendAll(t, l, intent("a"))
	if err := os.Rename(l.Dir, l.Dir+".gone"); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Append(intent("b")); err == nil || !strings.Contains(err.Error(), "append to the evidence log") {
		t.Errorf("an entry went into a folder that is not there: %v", err)
	}
	if err := os.Rename(l.Dir+".gone", l.Dir); err != nil {
		t.Fatal(err)
	}
	appendAll(t, l, intent("c"))
	l.Close()
	if r := verify(t, l.Dir, l.Key); !r.Holds() || r.Entries != 2 {
		t.Errorf("the log does not hold after its folder came back: %q, %d entries", r.Faults, r.Entries)
	}
}
