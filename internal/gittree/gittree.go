// Package gittree shows a commit of a git repository as an [fs.FS], without a
// checkout. Symbolic links and submodules keep their modes and are never
// followed; what a commit does not hold, a missing object of a partial clone,
// is an error and never an empty file.
package gittree

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-git/go-billy/v5"
	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/storage/filesystem"
)

// inMemory is the size in bytes from which a file is read bit by bit.
const inMemory = 1 << 20

// A Tree is the files of one commit, or those below one folder of it. It may be read by many goroutines at
// once. [Tree.Close] lets go of the repository's files.
type Tree struct {
	dot    billy.Filesystem
	folder string // of the repository, which is the tree's root
	when   time.Time

	mu   sync.Mutex
	idle []*filesystem.Storage // go-git's object storage serves one reader at a time
	dirs map[string][]entry    // folders that were read, by path
	root plumbing.Hash

	packed *unpacker // nil until a blob is read
}

// Open finds the commit that rev names in the repository in or around dir,
// which may be bare or a linked worktree, and returns its files and its full
// id. Of a folder inside a work tree it returns what the commit holds there, and
// that is nothing where the folder came later. rev is what [Resolve] takes:
// "HEAD", a branch, a tag, an id.
func Open(dir, rev string) (*Tree, string, error) {
	t, err := locate(dir)
	if err != nil {
		return nil, "", err
	}
	storage := t.borrow()
	defer storage.Close() // with its index of every object, which is seldom needed again
	repo, err := git.Open(storage, nil)
	if err != nil {
		return nil, "", fmt.Errorf("open repository %s: %w", dir, err)
	}
	commit, err := commitOf(repo, dir, rev)
	if err != nil {
		return nil, "", err
	}
	tree, err := t.at(commit)
	if err != nil {
		return nil, "", err
	}
	return tree, commit.Hash.String(), nil
}

// locate finds the repository in or around a folder.
func locate(dir string) (*Tree, error) {
	repo, err := repositoryAt(dir)
	switch {
	case errors.Is(err, git.ErrRepositoryNotExists):
		return nil, said{fmt.Sprintf("%s is not in a git repository; make it one with \"git init\", or name a folder that is in one", named(dir, "this folder")), err}
	case err != nil:
		return nil, fmt.Errorf("open repository %s: %w", dir, err)
	}
	storage, ok := repo.Storer.(*filesystem.Storage)
	if !ok {
		return nil, fmt.Errorf("open repository %s: its objects are not in files", dir)
	}
	_, folder, err := Folder(repo, dir)
	if err != nil {
		return nil, fmt.Errorf("open repository %s: %w", dir, err)
	}
	return &Tree{dot: storage.Filesystem(), folder: folder, dirs: map[string][]entry{}}, nil
}

func repositoryAt(dir string) (*git.Repository, error) {
	repo, err := git.PlainOpenWithOptions(dir, &git.PlainOpenOptions{EnableDotGitCommonDir: true})
	if errors.Is(err, git.ErrRepositoryNotExists) { // a folder inside one; a bare one is not found this way
		return git.PlainOpenWithOptions(dir, &git.PlainOpenOptions{EnableDotGitCommonDir: true, DetectDotGit: true})
	}
	return repo, err
}

// Close closes the repository's files. What is read afterwards opens them
// again.
func (t *Tree) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var errs []error
	for _, s := range t.idle {
		errs = append(errs, s.Close())
	}
	t.idle = nil
	if t.packed != nil {
		errs = append(errs, closePacks(t.packed.packs))
		t.packed = nil
	}
	return errors.Join(errs...)
}

// borrow is an object storage that nobody else uses, until it is given back.
func (t *Tree) borrow() *filesystem.Storage {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := len(t.idle); n > 0 {
		s := t.idle[n-1]
		t.idle = t.idle[:n-1]
		return s
	}
	return filesystem.NewStorageWithOptions(t.dot, cache.NewObjectLRU(2*cache.MiByte), filesystem.Options{
		KeepDescriptors:      true,
		LargeObjectThreshold: inMemory,
		AlternatesFS:         osfs.New("/"),
	})
}

func (t *Tree) giveBack(s *filesystem.Storage) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.idle = append(t.idle, s)
}

// dir is the content of a folder, by name.
func (t *Tree) dir(name string) ([]entry, error) {
	t.mu.Lock()
	entries, ok := t.dirs[name]
	t.mu.Unlock()
	if ok {
		return entries, nil
	}
	hash := t.root
	if name != "." {
		e, err := t.find(name)
		if err != nil {
			return nil, err
		}
		if !e.IsDir() {
			return nil, errNoFolder
		}
		hash = e.hash
	}
	tree, err := t.tree(hash)
	if err != nil {
		return nil, fmt.Errorf("read tree %s: %w", hash, err)
	}
	entries = make([]entry, len(tree.Entries))
	for i, e := range tree.Entries {
		entries[i] = entry{tree: t, name: e.Name, mode: e.Mode, hash: e.Hash}
	}
	// git sorts a folder as if its name ended in a slash
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	t.mu.Lock()
	defer t.mu.Unlock()
	t.dirs[name] = entries
	return entries, nil
}

// find is what stands at a path. A symbolic link on the way is not followed.
func (t *Tree) find(name string) (entry, error) {
	if name == "." {
		return entry{tree: t, name: ".", mode: filemode.Dir, hash: t.root}, nil
	}
	entries, err := t.dir(path.Dir(name))
	if err != nil {
		return entry{}, err
	}
	i, ok := slices.BinarySearchFunc(entries, path.Base(name), func(e entry, base string) int { return strings.Compare(e.name, base) })
	if !ok {
		return entry{}, fs.ErrNotExist
	}
	return entries[i], nil
}

// Open opens a file or folder. A symbolic link opens as itself: its content is
// its target.
func (t *Tree) Open(name string) (fs.File, error) {
	e, err := t.lookup("open", name)
	if err != nil {
		return nil, err
	}
	if e.IsDir() {
		entries, err := t.ReadDir(name)
		if err != nil {
			return nil, err
		}
		return &folder{entry: e, rest: entries}, nil
	}
	f := &file{entry: e}
	if err := f.open(); err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return f, nil
}

func (t *Tree) lookup(op, name string) (entry, error) {
	if !fs.ValidPath(name) {
		return entry{}, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	e, err := t.find(name)
	if err != nil {
		return entry{}, &fs.PathError{Op: op, Path: name, Err: err}
	}
	return e, nil
}

// ReadDir lists a folder by name.
func (t *Tree) ReadDir(name string) ([]fs.DirEntry, error) {
	e, err := t.lookup("readdir", name)
	if err != nil {
		return nil, err
	}
	if !e.IsDir() {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: errors.New("not a directory")}
	}
	entries, err := t.dir(name)
	if err != nil {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
	}
	list := make([]fs.DirEntry, len(entries))
	for i, e := range entries {
		list[i] = e
	}
	return list, nil
}

// ReadFile reads a whole file.
func (t *Tree) ReadFile(name string) ([]byte, error) {
	f, err := t.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	return text, nil
}

// Stat tells of what stands at a path; of a symbolic link, of the link.
func (t *Tree) Stat(name string) (fs.FileInfo, error) {
	e, err := t.lookup("stat", name)
	if err != nil {
		return nil, err
	}
	info, err := e.Info()
	if err != nil {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: err}
	}
	return info, nil
}
