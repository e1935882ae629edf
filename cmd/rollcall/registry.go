package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/rollcall-dev/rollcall/internal/gittree"
	"github.com/rollcall-dev/rollcall/registry"
)

// must is for what only a mistake in this program can break.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// folderOf is the argument, or this folder.
func folderOf(args []string) string {
	if len(args) == 0 {
		return "."
	}
	return args[0]
}

// openRegistry gives the files of a registry: those in a folder or, with a
// revision, those of a commit in the git repository there.
func openRegistry(dir, rev string) (fs.FS, string, error) {
	if rev != "" {
		return gittree.Open(dir, rev)
	}
	info, err := os.Stat(filepath.Join(dir, "registry"))
	if err != nil || !info.IsDir() {
		return nil, "", fmt.Errorf("%s holds no registry (no folder %q in it); name the folder of a policy repository, or lay one out with \"rollcall init\"", dir, "registry")
	}
	return os.DirFS(dir), "", nil
}

// day reads a day from a flag; empty is now.
func day(text string) (time.Time, error) {
	if text == "" {
		return time.Now().UTC(), nil
	}
	d := registry.Date(text)
	if d.Start().IsZero() {
		return time.Time{}, fmt.Errorf("read the day %q: want YYYY-MM-DD", text)
	}
	return d.Start(), nil
}
