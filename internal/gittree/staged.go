package gittree

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/format/index"
)

// Staged shows what the next commit would hold in dir: the index of the work
// tree in or around it, without a checkout. As in git itself, GIT_INDEX_FILE names
// another index, which git sets for hooks of `git commit -a`. A file that is in
// conflict is an error: nobody can say yet what it will be.
func Staged(dir string) (*Tree, error) {
	t, err := locate(dir)
	if err != nil {
		return nil, err
	}
	idx, err := t.index()
	if err != nil {
		return nil, fmt.Errorf("read the index of %s: %w", dir, err)
	}
	t.when = time.Now()
	t.dirs["."] = nil // also where nothing is staged
	for _, e := range idx.Entries {
		name, ok := t.inside(e.Name)
		switch {
		case !ok:
		case e.Stage != 0: // which one it is says who changed it
			return nil, fmt.Errorf("read the index of %s: %s is in conflict; resolve it and stage it", dir, e.Name)
		case e.IntentToAdd: // git does not commit it either
		case !fs.ValidPath(name):
			return nil, fmt.Errorf("read the index of %s: %q is no path", dir, e.Name)
		default:
			t.place(name, entry{tree: t, name: path.Base(name), mode: e.Mode, hash: e.Hash})
		}
	}
	for _, entries := range t.dirs {
		slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	}
	return t, nil
}

// index reads the index; there is none before anything was staged.
func (t *Tree) index() (*index.Index, error) {
	name := os.Getenv("GIT_INDEX_FILE")
	if name == "" {
		s := t.borrow()
		defer t.giveBack(s)
		return s.Index()
	}
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return &index.Index{}, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var idx index.Index
	return &idx, index.NewDecoder(f).Decode(&idx)
}

// place puts an entry into its folder, and makes the folders on the way.
func (t *Tree) place(name string, e entry) {
	for {
		dir := path.Dir(name)
		_, known := t.dirs[dir]
		t.dirs[dir] = append(t.dirs[dir], e)
		if known {
			return
		}
		name, e = dir, entry{tree: t, name: path.Base(dir), mode: filemode.Dir}
	}
}
