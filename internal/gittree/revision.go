package gittree

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// said is an error of git's in words for people; the cause stays known.
type said struct {
	words string
	cause error
}

func (s said) Error() string { return s.words }
func (s said) Unwrap() error { return s.cause }

// named is a place as people name it, with another word for this folder.
func named(place, here string) string {
	if strings.TrimPrefix(place, "in ") == "." {
		return here
	}
	return place
}

// commitOf is the commit that a revision names.
func commitOf(repo *git.Repository, dir, rev string) (*object.Commit, error) {
	commit, err := Resolve(repo, rev)
	if err != nil {
		return nil, unfound(repo, dir, rev, err)
	}
	return commit, nil
}

// unfound says that a revision names no commit here and, in a shallow clone,
// why that may be.
func unfound(repo *git.Repository, dir, rev string, cause error) error {
	if !errors.Is(cause, plumbing.ErrReferenceNotFound) && !errors.Is(cause, plumbing.ErrObjectNotFound) &&
		!errors.Is(cause, object.ErrParentNotFound) && !errors.Is(cause, io.EOF) {
		return fmt.Errorf("find revision %q in %s: %w", rev, dir, cause)
	}
	cut, err := repo.Storer.Shallow()
	if err != nil {
		return fmt.Errorf("find revision %q in %s: %w", rev, dir, err)
	}
	if len(cut) > 0 {
		return said{fmt.Sprintf("the clone %s is shallow and does not have %q; fetch more, in a workflow by fetch-depth: 0", named(dir, "here"), rev), cause}
	}
	return said{fmt.Sprintf("there is no commit or branch %q %s; name one that is there, or fetch it", rev, named("in "+dir, "here")), cause}
}
