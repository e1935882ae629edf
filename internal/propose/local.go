package propose

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/storage/memory"

	"github.com/rollcall-dev/rollcall/internal/follow"
	"github.com/rollcall-dev/rollcall/internal/gittree"
)

// ErrNoRemote says that a repository has nowhere to push to.
var ErrNoRemote = errors.New("the repository has no remote")

// A Local is a repository on this machine that a person works in. Its work tree
// and its index are not touched.
type Local struct {
	repo   *git.Repository
	Folder string // the opened folder, inside the work tree: "." is all of it
}

// OpenLocal opens the repository in or around a folder, or returns
// [git.ErrRepositoryNotExists]. It is to be closed.
func OpenLocal(dir string) (*Local, error) {
	repo, err := git.PlainOpenWithOptions(dir, &git.PlainOpenOptions{DetectDotGit: true, EnableDotGitCommonDir: true})
	if errors.Is(err, git.ErrRepositoryNotExists) {
		repo, err = git.PlainOpen(dir) // a bare one
	}
	if err != nil {
		return nil, fmt.Errorf("open the repository at %s: %w", dir, err)
	}
	l := &Local{repo: repo}
	if _, l.Folder, err = gittree.Folder(repo, dir); err != nil {
		l.Close()
		return nil, fmt.Errorf("open the repository at %s: %w", dir, err)
	}
	return l, nil
}

// Close lets go of the repository's files.
func (l *Local) Close() { closeOf(l.repo) }

// Has tells whether there is a branch.
func (l *Local) Has(branch string) bool {
	_, err := l.repo.Reference(plumbing.NewBranchReferenceName(branch), true)
	return err == nil
}

// Commit keeps a change as a commit on top of the one that rev names, and has
// the branch be at it. The branch must not be there, or be at rev, and must not
// be the one that is checked out. Who has no name in git's settings is by.
func (l *Local) Commit(rev, branch, by string, c Change) (commit string, err error) {
	ref := plumbing.NewBranchReferenceName(branch)
	if err := ref.Validate(); err != nil {
		return "", fmt.Errorf("%q is no name of a branch", branch)
	}
	parent, err := gittree.Resolve(l.repo, rev)
	if err != nil {
		return "", fmt.Errorf("find revision %q: %w", rev, err)
	}
	old, err := l.free(ref, parent.Hash)
	if err != nil {
		return "", err
	}
	hash, err := l.commit(parent.Hash, by, c)
	if err != nil {
		return "", fmt.Errorf("commit to branch %s: %w", branch, err)
	}
	if err := l.repo.Storer.CheckAndSetReference(plumbing.NewHashReference(ref, hash), old); err != nil {
		return "", fmt.Errorf("move branch %s to %s: %w", branch, hash, err)
	}
	return hash.String(), nil
}

// free is the branch as it is, nil where it is not there.
func (l *Local) free(ref plumbing.ReferenceName, parent plumbing.Hash) (*plumbing.Reference, error) {
	old, err := l.repo.Reference(ref, true)
	if errors.Is(err, plumbing.ErrReferenceNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look up branch %s: %w", ref.Short(), err)
	}
	if head, err := l.repo.Head(); err == nil && head.Name() == ref {
		return nil, fmt.Errorf("branch %s is checked out, and is not moved under it; name another one", ref.Short())
	}
	if old.Hash() != parent {
		return nil, fmt.Errorf("there is a branch %s already; delete it, or name another one", ref.Short())
	}
	return old, nil
}

func (l *Local) commit(parent plumbing.Hash, by string, c Change) (plumbing.Hash, error) {
	for name := range c.Files {
		if err := plain(name); err != nil {
			return plumbing.ZeroHash, err
		}
	}
	before, err := l.repo.CommitObject(parent)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	w := writer{from: l.repo.Storer, to: memory.NewStorage()}
	root, err := w.tree(before.TreeHash, c.Files)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	who := l.author(by)
	hash, err := w.add(&object.Commit{
		Author: who, Committer: who, Message: c.Title + "\n\n" + c.Body + "\n", TreeHash: root, ParentHashes: []plumbing.Hash{parent},
	})
	if err != nil {
		return plumbing.ZeroHash, err
	}
	for _, h := range w.added {
		o, err := w.to.EncodedObject(plumbing.AnyObject, h)
		if err == nil {
			_, err = l.repo.Storer.SetEncodedObject(o)
		}
		if err != nil {
			return plumbing.ZeroHash, err
		}
	}
	return hash, nil
}

// author is who git's settings say that the person is, or who they say.
func (l *Local) author(by string) object.Signature {
	who := object.Signature{Name: by, Email: signature.Email, When: time.Now()}
	if cfg, err := l.repo.ConfigScoped(config.SystemScope); err == nil && cfg.User.Name != "" {
		who.Name, who.Email = cfg.User.Name, cmp.Or(cfg.User.Email, who.Email)
	}
	return who
}

// Push pushes a branch to the remote "origin" or, where that is not there, the
// only one, and returns its name. Where nothing is, it is [ErrNoRemote].
func (l *Local) Push(ctx context.Context, branch string) (remote string, err error) {
	cfg, err := l.repo.Config()
	if err != nil {
		return "", fmt.Errorf("read the repository's settings: %w", err)
	}
	for name := range cfg.Remotes {
		if name == "origin" || len(cfg.Remotes) == 1 {
			remote = name
		}
	}
	if remote == "" {
		return "", ErrNoRemote
	}
	ref := plumbing.NewBranchReferenceName(branch)
	err = l.repo.PushContext(ctx, &git.PushOptions{RemoteName: remote, RefSpecs: []config.RefSpec{config.RefSpec(ref + ":" + ref)}})
	if err != nil && !errors.Is(err, git.NoErrAlreadyUpToDate) {
		return remote, fmt.Errorf("push branch %s to %s: %s", branch, remote, follow.Hide(err.Error(), cfg.Remotes[remote].URLs[0]))
	}
	return remote, nil
}
