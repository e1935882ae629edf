package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing/fstest"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/spf13/cobra"

	"github.com/rollcall-dev/rollcall/internal/gittree"
	"github.com/rollcall-dev/rollcall/internal/propose"
	"github.com/rollcall-dev/rollcall/reconcile"
	"github.com/rollcall-dev/rollcall/registry"
)

// A policyRepo is the policy repository that a person works in: a git
// repository, as of its HEAD, or a plain folder.
type policyRepo struct {
	dir      string
	git      *propose.Local // nil for a plain folder
	registry *registry.Snapshot
}

func openPolicy(dir string) (*policyRepo, error) {
	p := &policyRepo{dir: dir}
	var err error
	if p.git, err = propose.OpenLocal(dir); errors.Is(err, git.ErrRepositoryNotExists) {
		var fsys fs.FS
		if fsys, _, err = openRegistry(dir, ""); err == nil {
			p.registry, err = registry.Load(fsys, "")
		}
	} else if err == nil {
		p.registry, err = p.at("HEAD")
	}
	if err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func (p *policyRepo) close() {
	if p != nil && p.git != nil {
		p.git.Close()
	}
}

// at is the registry at a revision.
func (p *policyRepo) at(rev string) (*registry.Snapshot, error) {
	tree, commit, err := gittree.Open(p.dir, rev)
	if err != nil {
		return nil, err
	}
	if info, err := fs.Stat(tree, "registry"); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("commit %.12s holds no registry (no folder \"registry\" in %s); commit it, or name the folder of a policy repository with --dir", commit, p.dir)
	}
	return registry.Load(tree, commit)
}

// A change is a new text of one file of the registry, and why.
type change struct {
	file, text, title, reason string
	fresh                     bool // the file must not be there yet
}

// keep commits a change to a branch or, in a plain folder, writes it.
func (f *glassFlags) keep(c *cobra.Command, p *policyRepo, rev, branch string, ch change) error {
	out := c.OutOrStdout()
	if p.git == nil {
		file := filepath.Join(p.dir, filepath.FromSlash(ch.file))
		write := replaceFile
		if ch.fresh {
			write = newFile
		}
		if err := write(file, []byte(ch.text)); err != nil {
			return fmt.Errorf("%s: %w", ch.title, err)
		}
		_, err := fmt.Fprintf(out, "%s is written; there is no git repository here, so nothing is committed\n", file)
		return err
	}
	branch = cmp.Or(f.branch, branch)
	commit, err := p.git.Commit(rev, branch, f.by, propose.Change{
		Title: ch.title, Body: strings.TrimSpace(ch.reason + "\n\nBy " + f.by + "."), Files: map[string]string{path.Join(p.git.Folder, ch.file): ch.text},
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s is commit %.12s on branch %s, and counts once that is merged\n", ch.file, commit, branch)
	if !f.push {
		return nil
	}
	remote, err := p.git.Push(c.Context(), branch)
	if errors.Is(err, propose.ErrNoRemote) {
		fmt.Fprintf(c.ErrOrStderr(), "rollcall: %v; the branch is here alone\n", err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w; it is here, and git push does it too", err)
	}
	_, err = fmt.Fprintf(out, "branch %s is pushed to %s\n", branch, remote)
	return err
}

// fits checks that the schema takes an entry.
func fits(e reconcile.Entry) error {
	s, err := registry.Load(fstest.MapFS{e.File: {Data: []byte(e.Text)}}, "")
	if err != nil {
		return err
	}
	if len(s.Problems) > 0 {
		return fmt.Errorf("the schema does not take the window: %s", s.Problems[0].Message)
	}
	return nil
}

// A closing is a window whose end is to be written: where it is, and where to.
type closing struct {
	access      *registry.Access
	rev, branch string
}

// window finds a break-glass window: in what is checked out or else on its own
// branch.
func (p *policyRepo) window(name string) (closing, error) {
	at := closing{rev: "HEAD", branch: "breakglass/" + name + "-close"}
	s := p.registry
	find := func() {
		if i := slices.IndexFunc(s.Access, func(a *registry.Access) bool { return a.ID == name }); i >= 0 {
			at.access = s.Access[i]
		}
	}
	find()
	if own := "breakglass/" + name; at.access == nil && p.git != nil && p.git.Has(own) {
		var err error
		if s, err = p.at("refs/heads/" + own); err != nil {
			return closing{}, err
		}
		at.rev, at.branch = "refs/heads/"+own, own
		find()
	}
	switch {
	case at.access == nil:
		return closing{}, fmt.Errorf("the registry in %s has no window %q", p.dir, name)
	case at.access.Kind != "breakGlass":
		return closing{}, fmt.Errorf("window %q is of kind %q, no break-glass window", name, at.access.Kind)
	}
	return at, nil
}

// shut is the file of a window with its end at a moment.
func (at closing) shut(now time.Time) (change, error) {
	a, end := at.access, now.Truncate(time.Second)
	switch until := a.Until.Time(); {
	case !until.IsZero() && !now.Before(until):
		return change{}, fmt.Errorf("window %q has been over since %s", a.ID, a.Until)
	case !end.After(a.From.Time()):
		return change{}, fmt.Errorf("window %q begins at %s; delete %s in its stead", a.ID, a.From, a.Source())
	}
	text, err := a.Text()
	if err != nil {
		return change{}, fmt.Errorf("read window %q again: %w", a.ID, err)
	}
	literal := strconv.Quote(end.Format(time.RFC3339))
	edit := a.Replace("until", literal)
	if edit == nil {
		edit = a.Insert("until", literal)
	}
	if edit == nil {
		return change{}, fmt.Errorf("the end of window %q cannot be edited by a program; set until: %s in %s", a.ID, literal, a.Source())
	}
	after, err := registry.Apply(text, []registry.Edit{*edit})
	if err != nil {
		return change{}, fmt.Errorf("edit %s: %w", a.Source(), err)
	}
	return change{file: a.Source(), text: string(after), title: "close break-glass window " + a.ID}, nil
}
