package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"

	"github.com/rollcall-dev/rollcall/registry"
)

// cacheOf is what is known of files from earlier runs: in ROLLCALL_CACHE, or
// in the user's cache folder. Without such a folder, or with ROLLCALL_CACHE=off,
// nothing outlives the run.
func cacheOf(getenv func(string) string) *registry.Cache {
	dir := getenv("ROLLCALL_CACHE")
	if dir == "" {
		if user, err := os.UserCacheDir(); err == nil {
			dir = filepath.Join(user, "rollcall", "identities")
		}
	}
	tool, known := build()
	if dir == "off" || !known {
		dir = ""
	}
	return &registry.Cache{Dir: dir, Tool: tool}
}

// build tells this program from another build of it. A version that a
// developer builds twice is two builds, so its file tells.
func build() (id string, known bool) {
	path, err := os.Executable()
	if err != nil {
		return "", false
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", false
	}
	v := versionOf()
	return fmt.Sprintf("%s %s %s %d %d", cmp.Or(v.Version, "?"), v.Go, v.Platform, info.Size(), info.ModTime().UnixNano()), true
}
