package outbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rollcall-dev/rollcall/internal/store"
	"github.com/rollcall-dev/rollcall/internal/store/storetest"
)

// The test binary is also the process that is killed.
func TestMain(m *testing.M) {
	if place := os.Getenv("OUTBOX_PLACE"); place != "" {
		fmt.Println(writeUntilKilled(place, os.Getenv("OUTBOX_LOG"), os.Getenv("OUTBOX_DIES")))
		os.Exit(1)
	}
	os.Exit(storetest.Main(m))
}

func writeUntilKilled(place, path, dies string) error {
	db, err := store.Open(context.Background(), place)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(dies)
	if err != nil {
		return err
	}
	for s := sequencer(db, path, n); ; time.Sleep(20 * time.Millisecond) { // the lock of one that was killed before may take a moment
		if err := s.Drain(context.Background()); err != nil {
			return err
		}
	}
}

// A textLog is a log that is a file with an entry a line.
type textLog struct {
	mu   *sync.Mutex
	path string
	dies *int // kill the process after so many appends; 0 is never
}

func (l textLog) lines() []string {
	text, _ := os.ReadFile(l.path) // one that is not there yet is empty
	return slices.Collect(strings.Lines(string(text)))
}

func (l textLog) Append(text []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	f, err := os.OpenFile(l.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(bytes.Clone(text), '\n'))
	if *l.dies--; *l.dies == 0 {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
	return errors.Join(err, f.Close())
}

func (l textLog) Head() (uint64, string, error) { return uint64(len(l.lines())), "head", nil }

func (l textLog) Leaves(_ context.Context, from uint64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, line := range l.lines()[from:] {
			if !yield(Digest([]byte(strings.TrimSuffix(line, "\n"))), nil) {
				return
			}
		}
	}
}

func (l textLog) Close() error { return nil }

func sequencer(db *store.DB, path string, dies int) *Sequencer {
	return &Sequencer{DB: db, Logger: slog.New(slog.DiscardHandler), Open: func(context.Context, string) (Log, error) {
		return textLog{&sync.Mutex{}, path, &dies}, nil
	}}
}

func open(t *testing.T, place string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), place)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// put commits entries of a tenant.
func put(t *testing.T, db *store.DB, tenant string, from, to int) {
	t.Helper()
	ctx, held, err := db.HoldTenant(t.Context(), tenant)
	if err != nil {
		t.Fatal(err)
	}
	for i := from; i < to; i++ {
		text := fmt.Appendf(nil, `{"tenant":%q,"act":"%03d"}`, tenant, i)
		if _, err := held.Put(ctx, text, Digest(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := held.Release(); err != nil {
		t.Fatal(err)
	}
}

// assertWhole checks that the log has every entry of a tenant once, in order.
func assertWhole(t *testing.T, path, tenant string, want int) {
	t.Helper()
	n := 0
	for _, line := range (textLog{path: path}).lines() {
		if !strings.Contains(line, strconv.Quote(tenant)) {
			continue
		}
		if !strings.Contains(line, fmt.Sprintf("%03d", n)) {
			t.Fatalf("where entry %d of %s belongs, the log has %s", n, tenant, line)
		}
		n++
	}
	if n != want {
		t.Errorf("the log has %d entries of %s, want %d", n, tenant, want)
	}
}

func TestAWriterThatDiesLosesAndDoublesNothing(t *testing.T) {
	place, path := storetest.Postgres(t), filepath.Join(t.TempDir(), "log")
	db := open(t, place)
	put(t, db, "a", 0, 30)
	put(t, db, "b", 0, 30)
	for _, dies := range []int{1, 2, 3, 10} {
		before := len((textLog{path: path}).lines())
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), "OUTBOX_PLACE="+place, "OUTBOX_LOG="+path, "OUTBOX_DIES="+strconv.Itoa(dies))
		out, err := child.CombinedOutput()
		if err == nil || len(out) > 0 {
			t.Fatalf("the writer was to be killed: %v, %s", err, out)
		}
		if after := len((textLog{path: path}).lines()); after < before+dies {
			t.Errorf("a writer that died at append %d wrote %d", dies, after-before)
		}
	}
	put(t, db, "a", 30, 40)
	drained(t, db, path)
	assertWhole(t, path, "a", 40)
	assertWhole(t, path, "b", 30)
}

// drained has the outbox emptied; a killed writer's lock goes with its
// connection, which may take a moment.
func drained(t *testing.T, db *store.DB, path string) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if err := sequencer(db, path, 0).Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		left, err := db.Outbox(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(left) == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatal("the outbox is not emptied")
		}
	}
}

func TestOneWritesAtATimeAndAnotherTakesOver(t *testing.T) {
	place, path := storetest.Postgres(t), filepath.Join(t.TempDir(), "log")
	db := open(t, place)
	var stops []func()
	for range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		done, s := make(chan struct{}), sequencer(open(t, place), path, 0)
		go func() {
			s.Run(ctx)
			close(done)
		}()
		stops = append(stops, func() {
			cancel()
			<-done
		})
	}
	for i, stop := range stops {
		tenant := fmt.Sprint("t", i)
		put(t, db, tenant, 0, 20)
		for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			if left, err := db.Outbox(t.Context(), 1); err == nil && len(left) == 0 {
				break
			}
			if time.Now().After(end) {
				t.Fatal("nobody empties the outbox")
			}
		}
		assertWhole(t, path, tenant, 20)
		stop()
	}
}

func TestALogThatWasCutOffGetsNothing(t *testing.T) {
	db, path := open(t, storetest.Postgres(t)), filepath.Join(t.TempDir(), "log")
	put(t, db, "a", 0, 5)
	drained(t, db, path)
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	put(t, db, "a", 5, 6)
	if err := sequencer(db, path, 0).Drain(t.Context()); err == nil || !strings.Contains(err.Error(), "restore it") {
		t.Errorf("writing to a log that was cut off: %v", err)
	}
	if left, err := db.Outbox(t.Context(), 10); err != nil || len(left) != 1 {
		t.Errorf("the outbox has %d entries, want the one that waits: %v", len(left), err)
	}
}
