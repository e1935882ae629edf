package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestWatchJudgesAgainOnEverySave(t *testing.T) {
	dir := t.TempDir()
	if code := run([]string{"init", dir}, nil, io.Discard, io.Discard); code != exitFine {
		t.Fatalf("init ends with %d", code)
	}
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	notes, errs := io.Pipe()
	var out strings.Builder // is read when watch has ended
	ended := make(chan int, 1)
	go func() {
		ended <- execute(ctx, []string{"watch", dir}, nil, &out, errs)
		errs.Close()
	}()
	lines := bufio.NewScanner(notes)
	said := func(want string) {
		t.Helper()
		for lines.Scan() {
			if strings.Contains(lines.Text(), want) {
				return
			}
		}
		t.Fatalf("watch never said %q", want)
	}
	said(": nothing found")
	bad := filepath.Join(dir, "registry", "tenants", "bad.cue")
	if err := os.WriteFile(bad, []byte("package registry\n\ntenants: bad: {platform: 7}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	said(" error")
	if err := os.Remove(bad); err != nil {
		t.Fatal(err)
	}
	said(": nothing found")
	stop()
	go io.Copy(io.Discard, notes) // a last word holds nothing up
	if code := <-ended; code != exitFine {
		t.Errorf("watch that was interrupted ends with %d, want %d", code, exitFine)
	}
	if !strings.Contains(out.String(), "registry/tenants/bad.cue:3:16: error: ") {
		t.Errorf("the finding of the bad save is not shown; shown was:\n%s", out.String())
	}
}

func TestWatchOfNoRegistryEndsAtOnce(t *testing.T) {
	if code := run([]string{"watch", t.TempDir()}, nil, io.Discard, io.Discard); code != exitFailed {
		t.Errorf("watch of a folder without a registry ends with %d, want %d", code, exitFailed)
	}
}
