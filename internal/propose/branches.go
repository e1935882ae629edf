// Package propose keeps proposed changes as branches of a git repository: a
// branch a proposal, one commit on top of the commit that it changes. It writes
// to branches below rollcall/ and to no other, and to none on which somebody
// else's commit is the last. [Commit] alone, for what a person orders, writes to
// a branch that they name, of a repository on their own machine.
package propose

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/go-git/go-git/v5/storage/memory"

	"github.com/rollcall-dev/rollcall/internal/follow"
)

var (
	ErrGone   = errors.New("the branch is gone")                   // somebody deleted it: they do not want it
	ErrTheirs = errors.New("somebody else has changed the branch") // it is theirs now
)

// prefix is where our branches are.
const prefix = "rollcall/"

// A Change is what a proposal would have.
type Change struct {
	Key   string            // names it, for good
	Title string            // one line
	Body  string            // more of them
	Files map[string]string // whole new texts by path from the repository's root
}

// A Branch is what a change is kept as; to be remembered, and handed in again.
type Branch struct {
	Name   string
	Commit string
	Base   string // the commit that it changes
	Digest string // of the change
}

// Branches keeps changes in the repository that [follow.Git] follows. URL and
// Dir are required.
type Branches struct {
	URL   string
	Dir   string               // a clone that has the commits that are changed; it is not written to but by a fetch
	Auth  transport.AuthMethod // nil for none
	Fresh time.Duration        // how long an answer on what branches there are is good for, but where one is written; 0 asks each time

	mu     sync.Mutex
	tips   map[string]plumbing.Hash // by branch
	at     time.Time                // when they were asked for
	pushes int                      // what was asked before one may be old after it
}

// nameOf is the branch of a key.
func nameOf(key string) string { return prefix + digest(key)[:12] }

func digest(texts ...string) string {
	h := sha256.New()
	for _, t := range texts {
		fmt.Fprintf(h, "%d %s", len(t), t)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (c Change) digest() string {
	texts := []string{c.Title, c.Body}
	for _, name := range slices.Sorted(maps.Keys(c.Files)) {
		texts = append(texts, name, c.Files[name])
	}
	return digest(texts...)
}

// message is the text of the change's commit. Its last line tells our commits.
func (c Change) message() string {
	return c.Title + "\n\n" + c.Body + "\n" + trailer(nameOf(c.Key)) + "\n"
}

func trailer(name string) string { return "Rollcall-Proposal: " + name }

// Put has the branch of a change hold it on top of a commit. last is what Put
// returned before, or the zero Branch. Nothing is written where the branch is
// that already. It returns [ErrGone] where the branch of last is not there any
// more, and [ErrTheirs], with the branch, where its last commit is not ours.
func (b *Branches) Put(ctx context.Context, c Change, base string, last Branch) (Branch, error) {
	next := Branch{Name: nameOf(c.Key), Base: base, Digest: c.digest()}
	tip, err := b.tip(ctx, next.Name)
	if err != nil {
		return Branch{}, err
	}
	switch {
	case last.Name != "" && tip.IsZero():
		return Branch{}, ErrGone
	case last.Name != "" && tip.String() == last.Commit && last.Base == base && last.Digest == next.Digest:
		return last, nil
	}
	made, err := b.build(base, c)
	if err != nil {
		return Branch{}, b.fail("make a commit for branch "+next.Name, err)
	}
	if !tip.IsZero() && tip.String() != last.Commit { // somebody's, or ours: a crash, or a lost memory, came between
		found, err := b.fetch(ctx, next.Name, tip)
		switch {
		case err != nil:
			return Branch{}, err
		case !ours(found, next.Name):
			return Branch{Name: next.Name, Commit: tip.String()}, ErrTheirs
		case found.TreeHash == made.commit.TreeHash && found.ParentHashes[0] == made.commit.ParentHashes[0] && found.Message == made.commit.Message:
			next.Commit = tip.String()
			return next, nil
		}
	}
	if err := b.push(ctx, next.Name, tip, made); err != nil {
		return Branch{}, err
	}
	next.Commit = made.hash.String()
	return next, nil
}

// Delete deletes the branch of a key; one that is gone is no error. One whose
// last commit is not ours is left, with [ErrTheirs], unless base has it.
func (b *Branches) Delete(ctx context.Context, key, base string, last Branch) error {
	name := nameOf(key)
	tip, err := b.tip(ctx, name)
	if err != nil || tip.IsZero() {
		return err
	}
	if tip.String() != last.Commit && !b.has(base, tip) {
		found, err := b.fetch(ctx, name, tip)
		if err != nil {
			return err
		}
		if !ours(found, name) {
			return ErrTheirs
		}
	}
	return b.push(ctx, name, tip, built{})
}

// has tells whether a commit comes before another, or is it.
func (b *Branches) has(base string, tip plumbing.Hash) bool {
	repo, err := git.PlainOpen(b.Dir)
	if err != nil {
		return false
	}
	defer closeOf(repo)
	old, err := repo.CommitObject(tip)
	if err != nil {
		return false
	}
	young, err := repo.CommitObject(plumbing.NewHash(base))
	if err != nil {
		return false
	}
	merged, err := old.IsAncestor(young)
	return err == nil && merged
}

// ours tells whether a commit is one that Put makes.
func ours(c *object.Commit, name string) bool {
	return c.Author.Email == signature.Email && c.Committer.Email == signature.Email && len(c.ParentHashes) == 1 && lastLine(c.Message) == trailer(name)
}

// tip is the last commit of a branch of ours; zero where it is not there.
func (b *Branches) tip(ctx context.Context, name string) (plumbing.Hash, error) {
	b.mu.Lock()
	pushes, known, fresh := b.pushes, b.tips[name], b.tips != nil && time.Since(b.at) < b.Fresh
	b.mu.Unlock()
	if fresh {
		return known, nil
	}
	var refs []*plumbing.Reference
	err := b.bounded(ctx, func() (err error) {
		remote := git.NewRemote(memory.NewStorage(), &config.RemoteConfig{Name: "origin", URLs: []string{b.URL}})
		refs, err = remote.ListContext(ctx, &git.ListOptions{Auth: b.Auth})
		return err
	})
	if err != nil {
		return plumbing.ZeroHash, b.fail("list the branches", err)
	}
	tips := map[string]plumbing.Hash{}
	for _, r := range refs {
		if r.Name().IsBranch() {
			tips[r.Name().Short()] = r.Hash()
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.pushes == pushes {
		b.tips, b.at = tips, time.Now()
	}
	return tips[name], nil
}

// fetch brings a branch that nothing is remembered of.
func (b *Branches) fetch(ctx context.Context, name string, tip plumbing.Hash) (*object.Commit, error) {
	var found *object.Commit
	err := b.bounded(ctx, func() error {
		repo, err := git.PlainOpen(b.Dir)
		if err != nil {
			return err
		}
		defer closeOf(repo)
		here := plumbing.ReferenceName("refs/rollcall/" + name)
		remote := git.NewRemote(repo.Storer, &config.RemoteConfig{Name: "origin", URLs: []string{b.URL}})
		err = remote.FetchContext(ctx, &git.FetchOptions{
			RefSpecs: []config.RefSpec{config.RefSpec("+" + plumbing.NewBranchReferenceName(name).String() + ":" + here.String())},
			Auth:     b.Auth, Tags: git.NoTags, Force: true,
		})
		if err != nil && !errors.Is(err, git.NoErrAlreadyUpToDate) {
			return err
		}
		found, err = repo.CommitObject(tip)
		return err
	})
	if err != nil {
		return nil, b.fail("fetch branch "+name, err)
	}
	return found, nil
}

// bounded does what may not heed its context, and does not wait for it longer.
func (b *Branches) bounded(ctx context.Context, do func() error) error {
	done := make(chan error, 1)
	go func() { done <- do() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// fail says what failed, without what one signs in with.
func (b *Branches) fail(what string, err error) error {
	return fmt.Errorf("%s of %s: %s", what, follow.Public(b.URL), follow.Hide(err.Error(), b.URL))
}
