package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rollcall-dev/rollcall/internal/gittree"
	"github.com/rollcall-dev/rollcall/registry"
)

// cacheOf is what is known of files from earlier runs: in ROLLCALL_CACHE, or
// in the user's cache folder. Without such a folder, or with ROLLCALL_CACHE=off,
// nothing outlives the run; nor where others could have written what is in it,
// or the change that is judged could, which notes are told.
func cacheOf(getenv func(string) string, judged string, notes io.Writer) *registry.Cache {
	dir := getenv("ROLLCALL_CACHE")
	if dir == "" {
		if user, err := os.UserCacheDir(); err == nil {
			dir = filepath.Join(user, "rollcall", "identities")
		}
	}
	tool, known := build()
	if dir == "" || dir == "off" || !known || os.MkdirAll(dir, 0o700) != nil {
		return &registry.Cache{}
	}
	if err := trusted(dir, judged); err != nil {
		fmt.Fprintf(notes, "the cache %s is not used: %v\n", dir, err)
		return &registry.Cache{}
	}
	return &registry.Cache{Dir: dir, Tool: tool}
}

// trusted says why what is in a cache may be somebody else's.
func trusted(dir, judged string) error {
	top, err := gittree.WorkTree(judged)
	if err != nil {
		return err
	}
	for _, around := range []string{judged, top} {
		if around == "" {
			continue
		}
		in, err := within(dir, around)
		if err != nil {
			return err
		}
		if in {
			return errors.New("it lies among the files that are judged, which could bring it along; name a folder elsewhere with ROLLCALL_CACHE")
		}
	}
	return private(dir)
}

// within tells whether a folder lies in another one, wherever links lead.
func within(dir, around string) (bool, error) {
	var real [2]string
	for i, name := range []string{dir, around} {
		abs, err := filepath.Abs(name)
		if err == nil {
			real[i], err = filepath.EvalSymlinks(abs)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
	rel, err := filepath.Rel(real[1], real[0])
	if err != nil { // on another disk
		return false, nil
	}
	return rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)), nil
}
