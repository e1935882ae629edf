package follow

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/transport"

	"github.com/rollcall-dev/rollcall/internal/gittree"
)

// ErrRewound says that the branch was moved to a commit that does not come
// after the followed one: what was approved before may have been taken back.
// The followed commit stays in force until a person accepts the new one.
var ErrRewound = errors.New("the branch was rewound")

// followed is the reference under which the clone remembers the commit that is
// followed, so that a rewind is noticed after a restart too.
const followed = plumbing.ReferenceName("refs/rollcall/followed")

// tooManyPacks is when a clone is packed anew: each fetch adds a pack, and each
// pack makes each read slower.
const tooManyPacks = 64

// Git follows a branch of a git repository, in a bare clone of its own: there
// is no work tree. URL, Branch and Dir are required; one process at a time uses
// a Dir.
type Git struct {
	URL    string               // of the repository, or its path
	Branch string               // "main"
	Dir    string               // of the clone; made where it is not there, and safe to remove
	Every  time.Duration        // between two fetches; 0 stands for a minute
	Auth   transport.AuthMethod // nil for none

	fetching sync.Mutex // held while the repository is asked, which may take long

	mu   sync.Mutex
	repo *git.Repository
	tip  plumbing.Hash // what was fetched last
	err  error         // why the last fetch did not move what is followed
}

// Latest is the followed commit and its files, which are an [io.Closer] too. It
// fetches only where nothing was ever fetched; an error means that there is no
// commit to follow at all.
func (g *Git) Latest(ctx context.Context) (fs.FS, string, error) {
	at, err := g.current()
	if errors.Is(err, plumbing.ErrReferenceNotFound) {
		if err := g.Fetch(ctx); err != nil {
			return nil, "", err
		}
		at, err = g.current()
	}
	if err != nil {
		return nil, "", err
	}
	tree, _, err := gittree.Open(g.Dir, at.String())
	if err != nil {
		return nil, "", fmt.Errorf("open commit %s of %s: %w", at, Public(g.URL), err)
	}
	return tree, at.String(), nil
}

// Fetch asks the repository for the branch now. It returns [ErrRewound] where
// the branch went back, and keeps what was followed then and after any other
// error.
func (g *Git) Fetch(ctx context.Context) error {
	g.fetching.Lock()
	defer g.fetching.Unlock()
	g.mu.Lock()
	g.err = g.open()
	err := g.err
	g.mu.Unlock()
	if err != nil {
		return err
	}
	tip, err := g.bring(ctx) // without the lock that Latest and Err wait for
	g.mu.Lock()
	defer g.mu.Unlock()
	g.err = g.advance(tip, err)
	return g.err
}

// Err says why the last fetch did not bring what the branch has; nil where it
// did.
func (g *Git) Err() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.err
}

// Accept follows a commit although the branch was rewound to it. It must be
// the one that the branch had when it was last fetched: a person accepts what
// they have seen and not what came after it.
func (g *Git) Accept(commit string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.open(); err != nil {
		return err
	}
	if g.tip.IsZero() || commit != g.tip.String() {
		return fmt.Errorf("accept commit %s: branch %s of %s is at %s", commit, g.Branch, Public(g.URL), g.tip)
	}
	if err := g.follow(g.tip); err != nil {
		return err
	}
	g.err = nil
	return nil
}

// Changes fetches every so often, and sends when another commit is followed.
// The channel is closed when ctx ends.
func (g *Git) Changes(ctx context.Context) <-chan struct{} {
	every := g.Every
	if every <= 0 {
		every = time.Minute
	}
	changed := make(chan struct{}, 1)
	go func() {
		defer close(changed)
		tick := time.NewTicker(every)
		defer tick.Stop()
		before := g.now()
		for {
			limited, cancel := context.WithTimeout(ctx, max(every, time.Minute))
			_ = g.Fetch(limited) // Err has it
			cancel()
			if now := g.now(); now != before {
				before = now
				signal(changed)
			}
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	}()
	return changed
}

// current is the followed commit.
func (g *Git) current() (plumbing.Hash, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.open(); err != nil {
		return plumbing.ZeroHash, err
	}
	return g.last()
}

// now is the followed commit, or zero.
func (g *Git) now() plumbing.Hash {
	at, err := g.current()
	if err != nil {
		return plumbing.ZeroHash
	}
	return at
}

func (g *Git) last() (plumbing.Hash, error) {
	ref, err := g.repo.Storer.Reference(followed)
	if err != nil {
		return plumbing.ZeroHash, fmt.Errorf("look up the followed commit of %s: %w", Public(g.URL), err)
	}
	return ref.Hash(), nil
}

func (g *Git) follow(commit plumbing.Hash) error {
	if err := g.repo.Storer.SetReference(plumbing.NewHashReference(followed, commit)); err != nil {
		return fmt.Errorf("note the followed commit of %s: %w", Public(g.URL), err)
	}
	return nil
}

// open opens the clone or makes an empty one. A clone of another repository is
// refused: its memory is not of this branch.
func (g *Git) open() error {
	if g.repo != nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(g.Dir), 0o700); err != nil {
		return fmt.Errorf("make a folder for the clone of %s: %w", Public(g.URL), err)
	}
	repo, err := git.PlainInit(g.Dir, true)
	if errors.Is(err, git.ErrRepositoryAlreadyExists) {
		repo, err = git.PlainOpen(g.Dir)
	}
	if err != nil {
		return fmt.Errorf("open the clone %s: %w", g.Dir, err)
	}
	if err := g.own(repo); err != nil {
		return err
	}
	if packs, _ := filepath.Glob(filepath.Join(g.Dir, "objects", "pack", "*.pack")); len(packs) > tooManyPacks {
		if err := repo.RepackObjects(&git.RepackConfig{}); err != nil {
			return fmt.Errorf("pack the clone %s: %w", g.Dir, err)
		}
	}
	g.repo = repo
	return nil
}

// own notes in a new clone what it is of, and refuses one that is of something
// else.
func (g *Git) own(repo *git.Repository) error {
	cfg, err := repo.Config()
	if err != nil {
		return fmt.Errorf("read the settings of the clone %s: %w", g.Dir, err)
	}
	of := cfg.Raw.Section("rollcall")
	want := Public(g.URL) + " " + g.Branch
	if have := of.Option("follows"); have != "" && have != want {
		return fmt.Errorf("open the clone %s: it is of %s; remove it or name another folder", g.Dir, have)
	}
	of.SetOption("follows", want)
	if err := repo.Storer.SetConfig(cfg); err != nil {
		return fmt.Errorf("write the settings of the clone %s: %w", g.Dir, err)
	}
	return nil
}

// advance follows what was brought, where it went forwards.
func (g *Git) advance(tip plumbing.Hash, err error) error {
	if err != nil {
		return fmt.Errorf("fetch branch %s of %s: %s", g.Branch, Public(g.URL), Hide(err.Error(), g.URL))
	}
	g.tip = tip
	at, err := g.last()
	if errors.Is(err, plumbing.ErrReferenceNotFound) {
		return g.follow(tip)
	}
	if err != nil || at == tip {
		return err
	}
	after, err := g.comesAfter(tip, at)
	if err != nil {
		return fmt.Errorf("compare commits %s and %s of %s: %w", at, tip, Public(g.URL), err)
	}
	if !after {
		return fmt.Errorf("follow branch %s of %s from %s to %s: %w; %s stays in force until a person accepts the other: rollcall confirm --commit %s", g.Branch, Public(g.URL), at, tip, ErrRewound, at, tip)
	}
	return g.follow(tip)
}

// bring fetches the branch and returns the commit that it is at.
func (g *Git) bring(ctx context.Context) (plumbing.Hash, error) {
	here := plumbing.NewRemoteReferenceName("origin", g.Branch)
	remote := git.NewRemote(g.repo.Storer, &config.RemoteConfig{Name: "origin", URLs: []string{g.URL}})
	err := remote.FetchContext(ctx, &git.FetchOptions{
		RefSpecs: []config.RefSpec{config.RefSpec("+" + plumbing.NewBranchReferenceName(g.Branch).String() + ":" + here.String())},
		Auth:     g.Auth,
		Tags:     git.NoTags,
		Force:    true,
	})
	if err != nil && !errors.Is(err, git.NoErrAlreadyUpToDate) {
		return plumbing.ZeroHash, err
	}
	ref, err := g.repo.Storer.Reference(here)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	return ref.Hash(), nil
}

func (g *Git) comesAfter(later, earlier plumbing.Hash) (bool, error) {
	old, err := g.repo.CommitObject(earlier)
	if err != nil {
		return false, err
	}
	young, err := g.repo.CommitObject(later)
	if err != nil {
		return false, err
	}
	return old.IsAncestor(young)
}
