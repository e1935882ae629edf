package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"time"

	"github.com/rollcall-dev/rollcall/internal/follow"
	"github.com/rollcall-dev/rollcall/internal/propose"
	"github.com/rollcall-dev/rollcall/internal/secret"
	"github.com/rollcall-dev/rollcall/reconcile"
)

// mute is why nothing is proposed, or "".
func (fl *fleet) mute() string {
	switch _, followed := fl.desired.source.(*follow.Git); {
	case !fl.cfg.Registry.Propose:
		return "proposals are off until the configuration says propose: true in its registry section"
	case !followed:
		return "the registry is taken from a folder, which takes no branches"
	}
	return ""
}

// forge keeps proposals as branches of the repository that is followed; nil
// where nothing is proposed.
func (fl *fleet) forge() reconcile.Forge {
	g, followed := fl.desired.source.(*follow.Git)
	if !followed || fl.mute() != "" {
		return nil
	}
	return forge{&propose.Branches{URL: g.URL, Dir: g.Dir, Auth: g.Auth, Fresh: 30 * time.Second}, fl.cfg.Registry.Folder, fl.redactor}
}

// A forge has proposals kept as branches.
type forge struct {
	branches *propose.Branches
	folder   string // of the registry, inside the repository
	redactor *secret.Redactor
}

func (f forge) Open(ctx context.Context, p reconcile.Proposal, commit string, last reconcile.Proposed) (reconcile.Proposed, error) {
	c := propose.Change{Key: p.Key, Title: p.Title, Body: p.Body, Files: map[string]string{}}
	for file, text := range p.Files {
		if f.redactor.Contains([]byte(file + text + p.Title + p.Body)) { // a tenant may show one, as a name say
			return reconcile.Proposed{}, errors.New("a secret of the configuration would stand in it")
		}
		c.Files[path.Join(f.folder, file)] = text
	}
	b, err := f.branches.Put(ctx, c, commit, branchOf(last))
	return reconcile.Proposed{Branch: b.Name, Commit: b.Commit, Base: b.Base, Digest: b.Digest}, whose(err)
}

func (f forge) Close(ctx context.Context, key, commit string, last reconcile.Proposed) error {
	return whose(f.branches.Delete(ctx, key, commit, branchOf(last)))
}

func branchOf(p reconcile.Proposed) propose.Branch {
	return propose.Branch{Name: p.Branch, Commit: p.Commit, Base: p.Base, Digest: p.Digest}
}

// whose says in the reconciler's words what people did with a branch.
func whose(err error) error {
	switch {
	case errors.Is(err, propose.ErrGone):
		return reconcile.ErrClosed
	case errors.Is(err, propose.ErrTheirs):
		return reconcile.ErrTheirs
	}
	return err
}

func sayProposals(w io.Writer, o reconcile.Outcome) {
	for i, c := range o.Proposed {
		if i == 0 {
			fmt.Fprintln(w, "\nproposals:")
		}
		fmt.Fprintf(w, "  %s in branch %s: %s", c.Kind, c.Proposed.Branch, oneLine(c.Proposed.Title))
		if c.Reason != "" {
			fmt.Fprintf(w, " (%s)", oneLine(c.Reason))
		}
		fmt.Fprintln(w)
	}
	if o.Unproposed != "" {
		fmt.Fprintf(w, "\nnot proposed yet, and tried again by the next pass: %s\n", oneLine(o.Unproposed))
	}
}
