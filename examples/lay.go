package examples

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

var written = regexp.MustCompile(`"\d{4}-\d{2}-\d{2}(T[0-9:]+Z)?"`)

// LayOut writes an example into a folder, with its dates moved so that what is
// in order on [Today] is in order on the given day. A file that is there is an
// error, and then nothing is written; the files are returned in order.
func LayOut(dir string, from fs.FS, on time.Time) ([]string, error) {
	days := int(on.Sub(Today).Hours() / 24)
	texts := map[string][]byte{}
	var names []string
	err := fs.WalkDir(from, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if _, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(name))); err == nil {
			return fmt.Errorf("%s is there already; nothing was written", filepath.Join(dir, name))
		}
		text, err := fs.ReadFile(from, name)
		texts[name] = Moved(text, days)
		names = append(names, name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("lay out %s: %w", dir, err)
	}
	for _, name := range names {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, fmt.Errorf("lay out %s: %w", dir, err)
		}
		if err := os.WriteFile(path, texts[name], 0o644); err != nil {
			return nil, fmt.Errorf("lay out %s: %w", dir, err)
		}
	}
	return names, nil
}

// Moved moves every date in a text by so many days.
func Moved(text []byte, days int) []byte {
	return written.ReplaceAllFunc(text, func(quoted []byte) []byte {
		bare := string(quoted[1 : len(quoted)-1])
		for _, layout := range []string{time.DateOnly, time.RFC3339} {
			if t, err := time.Parse(layout, bare); err == nil {
				return []byte(`"` + t.AddDate(0, 0, days).Format(layout) + `"`)
			}
		}
		return quoted
	})
}
