package examples

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

var written = regexp.MustCompile(`"\d{4}-\d{2}-\d{2}(T[0-9:]+Z)?"`)

// Laid says what became of the files of an example, in order.
type Laid struct {
	Written []string
	Left    []string // were there already
}

// LayOut writes an example into a folder, with its dates moved so that what is
// in order on [Today] is in order on the given day. A README, CODEOWNERS or
// workflow that is there is left alone. Where anything else is there, it would
// be mixed with another registry: that is an error, and nothing is written.
func LayOut(dir string, from fs.FS, on time.Time) (Laid, error) {
	days := int(on.Sub(Today).Hours() / 24)
	texts := map[string][]byte{}
	var laid Laid
	err := fs.WalkDir(from, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if _, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(name))); err == nil {
			if !mayStay(name) {
				return fmt.Errorf("%s is there already; nothing was written", filepath.Join(dir, name))
			}
			laid.Left = append(laid.Left, name)
			return nil
		}
		text, err := fs.ReadFile(from, name)
		texts[name] = Moved(text, days)
		laid.Written = append(laid.Written, name)
		return err
	})
	if err != nil {
		return Laid{}, fmt.Errorf("lay out %s: %w", dir, err)
	}
	for _, name := range laid.Written {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return Laid{}, fmt.Errorf("lay out %s: %w", dir, err)
		}
		if err := os.WriteFile(path, texts[name], 0o644); err != nil {
			return Laid{}, fmt.Errorf("lay out %s: %w", dir, err)
		}
	}
	return laid, nil
}

// mayStay tells whether a registry is whole without a file of the example.
func mayStay(name string) bool {
	return name == "README.md" || name == "CODEOWNERS" || strings.HasPrefix(name, ".github/")
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
