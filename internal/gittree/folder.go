package gittree

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

var errNoFolder = errors.New("not a directory")

// Folder is the top of a repository's work tree, and where in it a folder lies:
// "." for all of it. A bare repository has no work tree, and its top is "".
func Folder(repo *git.Repository, dir string) (top, folder string, err error) {
	w, err := repo.Worktree()
	if errors.Is(err, git.ErrIsBareRepository) {
		return "", ".", nil
	}
	if err != nil {
		return "", "", err
	}
	if top, err = filepath.EvalSymlinks(w.Filesystem.Root()); err != nil {
		return "", "", err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return "", "", err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return "", "", err
	}
	rel, err := filepath.Rel(top, dir)
	if err != nil {
		return "", "", err
	}
	if folder = filepath.ToSlash(rel); !fs.ValidPath(folder) {
		return "", "", fmt.Errorf("it is a link out of the work tree %s; name the folder that it leads to", top)
	}
	return top, folder, nil
}

// WorkTree is the top of the work tree in or around a folder; "" where there is
// none.
func WorkTree(dir string) (string, error) {
	repo, err := repositoryAt(dir)
	if errors.Is(err, git.ErrRepositoryNotExists) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("open repository %s: %w", dir, err)
	}
	top, _, err := Folder(repo, dir)
	return top, err
}

// at is another commit of the same repository, from the same folder down.
func (t *Tree) at(c *object.Commit) (*Tree, error) {
	n := &Tree{dot: t.dot, folder: t.folder, dirs: map[string][]entry{}, root: c.TreeHash, when: c.Committer.When}
	if t.folder == "." {
		return n, nil
	}
	e, err := n.find(t.folder)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, errNoFolder), err == nil && e.mode != filemode.Dir:
		return t.empty(), n.Close()
	case err != nil:
		return nil, errors.Join(fmt.Errorf("look for %s in commit %s: %w", t.folder, c.Hash, err), n.Close())
	}
	n.root, n.dirs = e.hash, map[string][]entry{}
	return n, nil
}

// empty is the same folder where no commit holds it yet.
func (t *Tree) empty() *Tree {
	return &Tree{dot: t.dot, folder: t.folder, dirs: map[string][]entry{".": nil}}
}

// inside cuts the folder off a path of the whole repository; not ok where the
// path leads elsewhere.
func (t *Tree) inside(name string) (rest string, ok bool) {
	if t.folder == "." {
		return name, true
	}
	return strings.CutPrefix(name, t.folder+"/")
}
