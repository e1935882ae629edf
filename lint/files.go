package lint

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
)

// Files are files that a rule with [NeedsFiles] looks into, those of the
// registry and whatever else lies in its repository.
type Files struct {
	Commit string // of the change that they are an older state in; empty for what is judged
	FS     fs.FS
	Names  []string

	Changed bool // they are what the change that is judged touches
}

// AllFiles are all files below fsys but those of git itself; links are not
// among them.
func AllFiles(fsys fs.FS) (*Files, error) {
	const most = 1_000_000 // a git tree that holds itself many times over has no end
	f := Files{FS: fsys}
	seen := 0
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		seen++
		switch {
		case err != nil:
			return err
		case seen > most:
			return fmt.Errorf("there are more than %d files and folders; take out what is none of this repository's", most)
		case d.IsDir() && path.Base(name) == ".git":
			return fs.SkipDir
		case d.Type().IsRegular():
			f.Names = append(f.Names, name)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the files: %w", err)
	}
	return &f, nil
}

// Read reads a file of up to limit bytes; fits is false of a larger one, whose
// text is not given. One that is gone by now is empty.
func (f *Files) Read(name string, limit int64) (text []byte, fits bool, err error) {
	file, err := f.FS.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, true, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read %s: %w", name, err)
	}
	defer file.Close()
	text, err = io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, false, fmt.Errorf("read %s: %w", name, err)
	}
	if int64(len(text)) > limit {
		return nil, false, nil
	}
	return text, true, nil
}
