package registry

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// unfinished begins the names of files that are still being written.
const unfinished = ".new-"

// sweep deletes what was not used for longest until the folder is a quarter
// below its limit, and what a process that was killed left behind. Files that
// are not the cache's own are left alone.
func (c *Cache) sweep(now time.Time) {
	if c == nil || c.Dir == "" {
		return
	}
	type stored struct {
		path string
		size int64
		used time.Time
	}
	limit, size := c.Limit, int64(0)
	if limit == 0 {
		limit = CacheLimit
	}
	entries, err := os.ReadDir(c.Dir)
	if err != nil {
		return
	}
	var files []stored
	for _, e := range entries {
		info, err := e.Info()
		ours := len(e.Name()) == 2*len(chunkKey{}) || strings.HasPrefix(e.Name(), unfinished)
		if err != nil || !ours || !info.Mode().IsRegular() {
			continue
		}
		f := stored{filepath.Join(c.Dir, e.Name()), info.Size(), info.ModTime()}
		if strings.HasPrefix(e.Name(), unfinished) && now.Sub(f.used) > time.Hour {
			_ = os.Remove(f.path)
			continue
		}
		files = append(files, f)
		size += f.size
	}
	if size <= limit {
		return
	}
	slices.SortFunc(files, func(a, b stored) int { return a.used.Compare(b.used) })
	for _, f := range files {
		if size <= limit/4*3 {
			return
		}
		if os.Remove(f.path) == nil {
			size -= f.size
		}
	}
}
