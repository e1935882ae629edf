// Package storetest starts a PostgreSQL server for tests, from the machine's
// own binaries.
package storetest

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// A server is the one of this test binary; it is started for the first test
// that asks for it.
type server struct {
	dir string
	cmd *exec.Cmd
	out bytes.Buffer
}

var (
	start   = sync.OnceValues(run)
	running atomic.Pointer[server]
	count   atomic.Int64
)

var errNone = errors.New("no initdb and postgres on PATH or below /usr/lib/postgresql")

// Main runs the tests and stops the server, if there is one: a TestMain calls
// it, and exits with what it returns.
func Main(m *testing.M) int {
	defer func() {
		if s := running.Load(); s != nil {
			s.stop()
		}
	}()
	return m.Run()
}

// Postgres gives the URL of a new, empty database. A test is skipped where the
// machine has no PostgreSQL.
func Postgres(t testing.TB) string {
	t.Helper()
	s, err := start()
	if errors.Is(err, errNone) {
		t.Skipf("not tested on PostgreSQL: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	name := "test" + strconv.FormatInt(count.Add(1), 10)
	db, err := sql.Open("pgx", s.url("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	return s.url(name)
}

func (s *server) url(database string) string {
	return fmt.Sprintf("postgres://rollcall@/%s?host=%s", database, s.dir)
}

func run() (*server, error) {
	initdb, err := binary("initdb")
	if err != nil {
		return nil, err
	}
	postgres, err := binary("postgres")
	if err != nil {
		return nil, err
	}
	s := &server{}
	if s.dir, err = os.MkdirTemp("", "rollcall-pg"); err != nil {
		return nil, err
	}
	who, err := unprivileged(s.dir)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(s.dir, "data")
	made := exec.Command(initdb, "-D", data, "-U", "rollcall", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
	made.Dir, made.SysProcAttr = s.dir, who
	if text, err := made.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("make a PostgreSQL cluster: %w\n%s", err, text)
	}
	s.cmd = exec.Command(postgres, "-D", data, "-k", s.dir, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "shared_buffers=16MB", "-c", "max_connections=200")
	s.cmd.Dir, s.cmd.SysProcAttr, s.cmd.Stdout, s.cmd.Stderr = s.dir, who, &s.out, &s.out
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	running.Store(s)
	return s, s.await()
}

// await returns when the server answers.
func (s *server) await() error {
	db, err := sql.Open("pgx", s.url("postgres"))
	if err != nil {
		return err
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for db.PingContext(ctx) != nil {
		if ctx.Err() != nil {
			return errors.New("the PostgreSQL server did not answer within a minute")
		}
		time.Sleep(50 * time.Millisecond)
	}
	return nil
}

func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGQUIT) // at once: nothing in it is needed
	_ = s.cmd.Wait()
	_ = os.RemoveAll(s.dir)
}

func binary(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	if found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name); len(found) > 0 {
		return found[len(found)-1], nil
	}
	return "", errNone
}

// unprivileged is who runs the server, which refuses to be run by root, and
// makes the folder theirs.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	if os.Getuid() != 0 {
		return &syscall.SysProcAttr{}, nil
	}
	text, err := exec.Command("id", "-u", "nobody").Output()
	if err != nil {
		return nil, fmt.Errorf("find somebody to run PostgreSQL: %w", err)
	}
	id, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 32)
	if err != nil {
		return nil, fmt.Errorf("find somebody to run PostgreSQL: %w", err)
	}
	who := &syscall.Credential{Uid: uint32(id), Gid: uint32(id)}
	return &syscall.SysProcAttr{Credential: who}, os.Chown(dir, int(id), int(id))
}

// Cut ends all connections to a database and lets nobody in until it is
// mended.
func Cut(t testing.TB, place string) (mend func()) {
	t.Helper()
	s, err := start()
	if err != nil {
		t.Fatal(err)
	}
	name, _, _ := strings.Cut(place[strings.LastIndex(place, "@/")+2:], "?")
	do := func(statement string) {
		t.Helper()
		db, err := sql.Open("pgx", s.url("postgres"))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	do("ALTER DATABASE " + name + " ALLOW_CONNECTIONS false")
	do("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'")
	return func() {
		t.Helper()
		do("ALTER DATABASE " + name + " ALLOW_CONNECTIONS true")
	}
}
