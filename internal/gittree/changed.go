package gittree

import (
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/go-git/go-git/v5/plumbing"
)

// mostEntries is how many files and folders are looked at: a tree that holds
// itself many times over has no end, and takes a commit of a few bytes.
const mostEntries = 300_000

// Changed names the files of head, which may be of any kind, whose content is
// not the same at the same path of base, in order. Links and submodules are
// not among them.
func Changed(base *Tree, head fs.FS) ([]string, error) {
	var names []string
	seen := 0
	err := fs.WalkDir(head, ".", func(name string, d fs.DirEntry, err error) error {
		seen++
		switch {
		case err != nil:
			return err
		case seen > mostEntries:
			return fmt.Errorf("the change holds more than %d files and folders; take out what is none of this repository's", mostEntries)
		case d.IsDir() && path.Base(name) == ".git":
			return fs.SkipDir
		case d.IsDir():
			if e, ok := d.(entry); ok && !e.hash.IsZero() && base.holds(name, e.hash) {
				return fs.SkipDir // nothing below it changed either
			}
			return nil
		case !d.Type().IsRegular():
			return nil
		}
		hash, err := hashOf(head, name, d)
		if err == nil && !base.holds(name, hash) {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("compare with the base: %w", err)
	}
	return names, nil
}

// hashOf is the name that git gives to a file's content.
func hashOf(fsys fs.FS, name string, d fs.DirEntry) (plumbing.Hash, error) {
	if e, ok := d.(entry); ok {
		return e.hash, nil
	}
	text, err := fs.ReadFile(fsys, name)
	if errors.Is(err, fs.ErrNotExist) { // removed since it was listed
		return plumbing.ZeroHash, nil
	}
	if err != nil {
		return plumbing.ZeroHash, err
	}
	return plumbing.ComputeHash(plumbing.BlobObject, text), nil
}

// holds tells whether that content stands at a path.
func (t *Tree) holds(name string, hash plumbing.Hash) bool {
	e, err := t.find(name)
	return err == nil && e.hash == hash
}
