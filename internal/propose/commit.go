package propose

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/storer"
	"github.com/go-git/go-git/v5/storage/memory"
)

// signature is whose commits ours are.
var signature = object.Signature{Name: "rollcall", Email: "rollcall@localhost"}

// A built commit is one with all that the repository does not have of it. The
// zero value is none.
type built struct {
	hash   plumbing.Hash
	commit *object.Commit
	pack   []byte
}

// build makes the commit of a change, in memory.
func (b *Branches) build(base string, c Change) (built, error) {
	files := map[string]string{}
	for name, text := range c.Files {
		if err := plain(name); err != nil {
			return built{}, err
		}
		files[name] = text
	}
	repo, err := git.PlainOpen(b.Dir)
	if err != nil {
		return built{}, err
	}
	defer closeOf(repo)
	parent, err := repo.CommitObject(plumbing.NewHash(base))
	if err != nil {
		return built{}, fmt.Errorf("read commit %s: %w", base, err)
	}
	w := writer{from: repo.Storer, to: memory.NewStorage()}
	root, err := w.tree(parent.TreeHash, files)
	if err != nil {
		return built{}, err
	}
	if root == parent.TreeHash {
		return built{}, errors.New("it would change nothing")
	}
	signed := signature
	signed.When = time.Now().UTC()
	made := built{commit: &object.Commit{Author: signed, Committer: signed, Message: c.message(), TreeHash: root, ParentHashes: []plumbing.Hash{parent.Hash}}}
	if made.hash, err = w.add(made.commit); err != nil {
		return built{}, err
	}
	var pack bytes.Buffer
	if _, err := packfile.NewEncoder(&pack, w.to, false).Encode(w.added, 0); err != nil {
		return built{}, err
	}
	made.pack = pack.Bytes()
	return made, nil
}

// plain refuses a path that could mean something else than a file of its name.
func plain(name string) error {
	odd := func(part string) bool { return strings.HasPrefix(strings.ToLower(part), ".git") }
	if !fs.ValidPath(name) || name == "." || strings.ContainsFunc(name, unicode.IsControl) || strings.Contains(name, "\\") || slices.ContainsFunc(strings.Split(name, "/"), odd) {
		return fmt.Errorf("%q is no path of a file that may be proposed", name)
	}
	return nil
}

// A writer writes objects beside those of a repository.
type writer struct {
	from  storer.EncodedObjectStorer
	to    *memory.Storage
	added []plumbing.Hash
}

func (w *writer) add(o interface {
	Encode(plumbing.EncodedObject) error
}) (plumbing.Hash, error) {
	e := w.to.NewEncodedObject()
	if err := o.Encode(e); err != nil {
		return plumbing.ZeroHash, err
	}
	return w.keep(e)
}

func (w *writer) keep(e plumbing.EncodedObject) (plumbing.Hash, error) {
	h, err := w.to.SetEncodedObject(e)
	if err == nil && !slices.Contains(w.added, h) {
		w.added = append(w.added, h)
	}
	return h, err
}

// tree is a folder with files of it written anew; a zero hash is an empty one.
func (w *writer) tree(old plumbing.Hash, files map[string]string) (plumbing.Hash, error) {
	var entries []object.TreeEntry
	if !old.IsZero() {
		t, err := object.GetTree(w.from, old)
		if err != nil {
			return plumbing.ZeroHash, fmt.Errorf("read tree %s: %w", old, err)
		}
		entries = slices.Clone(t.Entries)
	}
	inner := map[string]map[string]string{}
	for name, text := range files {
		first, rest, deeper := strings.Cut(name, "/")
		if deeper {
			if inner[first] == nil {
				inner[first] = map[string]string{}
			}
			inner[first][rest] = text
			continue
		}
		h, err := w.blob(text)
		if err != nil {
			return plumbing.ZeroHash, err
		}
		if entries, err = put(entries, first, filemode.Regular, h); err != nil {
			return plumbing.ZeroHash, err
		}
	}
	for first, below := range inner {
		was := plumbing.ZeroHash
		if i := slices.IndexFunc(entries, func(e object.TreeEntry) bool { return e.Name == first }); i >= 0 && entries[i].Mode == filemode.Dir {
			was = entries[i].Hash
		}
		h, err := w.tree(was, below)
		if err != nil {
			return plumbing.ZeroHash, err
		}
		if entries, err = put(entries, first, filemode.Dir, h); err != nil {
			return plumbing.ZeroHash, err
		}
	}
	// git sorts a folder as if its name ended in a slash
	slices.SortFunc(entries, func(a, b object.TreeEntry) int { return strings.Compare(sortName(a), sortName(b)) })
	return w.add(&object.Tree{Entries: entries})
}

func sortName(e object.TreeEntry) string {
	if e.Mode == filemode.Dir {
		return e.Name + "/"
	}
	return e.Name
}

// put gives an entry of a folder another content. Its mode stays, and what is
// there must be of the same sort: a link is not written through.
func put(entries []object.TreeEntry, name string, mode filemode.FileMode, h plumbing.Hash) ([]object.TreeEntry, error) {
	i := slices.IndexFunc(entries, func(e object.TreeEntry) bool { return e.Name == name })
	if i < 0 {
		return append(entries, object.TreeEntry{Name: name, Mode: mode, Hash: h}), nil
	}
	was := entries[i].Mode
	if (was == filemode.Dir) != (mode == filemode.Dir) || was == filemode.Symlink || was == filemode.Submodule {
		return nil, fmt.Errorf("%q is something else than a plain file or folder there", name)
	}
	entries[i].Hash = h
	return entries, nil
}

func (w *writer) blob(text string) (plumbing.Hash, error) {
	e := w.to.NewEncodedObject()
	e.SetType(plumbing.BlobObject)
	to, err := e.Writer()
	if err != nil {
		return plumbing.ZeroHash, err
	}
	if _, err := io.WriteString(to, text); err != nil {
		return plumbing.ZeroHash, err
	}
	if err := to.Close(); err != nil {
		return plumbing.ZeroHash, err
	}
	return w.keep(e)
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

// closeOf lets go of a repository's files.
func closeOf(repo *git.Repository) {
	if c, ok := repo.Storer.(io.Closer); ok {
		_ = c.Close()
	}
}
