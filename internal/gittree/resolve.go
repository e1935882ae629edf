package gittree

import (
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// shortestID is how many digits of an id git takes for one.
const shortestID = 4

// longestTags is how many tags of tags are followed.
const longestTags = 16

var (
	errForm     = errors.New("this way to name a commit is git's and is not known here; name its id, a branch or a tag, with ~ or ^ behind it")
	errNoCommit = errors.New("it is no commit")
)

// Resolve finds the commit that a revision names, in the order of git itself: a
// whole id; then a reference; then the beginning of an id. So the branch "feed"
// is that branch, whatever commit's id begins like it. go-git's own way looks
// for ids first, and overlooks what it does not know, as in "main@{1}".
func Resolve(repo *git.Repository, rev string) (*object.Commit, error) {
	name, steps := rev, ""
	if i := strings.IndexAny(rev, "~^"); i >= 0 {
		name, steps = rev[:i], rev[i:]
	}
	if strings.Contains(name, ":") || strings.Contains(name, "@{") {
		return nil, errForm
	}
	if name == "@" {
		name = "HEAD"
	}
	commit, err := commitNamed(repo, name)
	if err != nil {
		return nil, err
	}
	return ancestor(repo, commit, steps)
}

// commitNamed is the commit of a whole id, of a reference, or of an id's beginning.
func commitNamed(repo *git.Repository, name string) (*object.Commit, error) {
	if id, err := hex.DecodeString(name); err == nil && len(id) == hashSize {
		return commitAt(repo, plumbing.Hash(id))
	}
	if name == "" {
		return nil, plumbing.ErrReferenceNotFound
	}
	for _, rule := range plumbing.RefRevParseRules {
		if rule == "%s" && !full(name) {
			continue
		}
		ref, err := repo.Reference(plumbing.ReferenceName(fmt.Sprintf(rule, name)), true)
		switch {
		case err == nil:
			return commitAt(repo, ref.Hash())
		case !errors.Is(err, plumbing.ErrReferenceNotFound) && !errors.Is(err, plumbing.ErrInvalidReferenceName):
			return nil, err
		}
	}
	return begun(repo, strings.ToLower(name))
}

// full tells whether a name may be a reference as it stands, like HEAD, and not
// one of git's other files.
func full(name string) bool {
	return strings.HasPrefix(name, "refs/") || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == ""
}

// begun is the one commit whose id begins like that.
func begun(repo *git.Repository, prefix string) (*object.Commit, error) {
	start, err := hex.DecodeString(prefix[:len(prefix)&^1]) // whole bytes
	s, ok := repo.Storer.(interface {
		HashesWithPrefix([]byte) ([]plumbing.Hash, error)
	})
	if err != nil || !ok || len(prefix) < shortestID {
		return nil, plumbing.ErrReferenceNotFound
	}
	hashes, err := s.HashesWithPrefix(start)
	if err != nil {
		return nil, err
	}
	var found *object.Commit
	for _, hash := range hashes {
		if !strings.HasPrefix(hash.String(), prefix) {
			continue
		}
		c, err := commitAt(repo, hash)
		switch {
		case errors.Is(err, errNoCommit):
		case err != nil:
			return nil, err
		case found != nil && found.Hash != c.Hash:
			return nil, fmt.Errorf("several commits begin with %s; give more of the id", prefix)
		default:
			found = c
		}
	}
	if found == nil {
		return nil, plumbing.ErrReferenceNotFound
	}
	return found, nil
}

// commitAt is the commit with an id, or the one that a tag with it stands for.
func commitAt(repo *git.Repository, hash plumbing.Hash) (*object.Commit, error) {
	for range longestTags {
		o, err := repo.Storer.EncodedObject(plumbing.AnyObject, hash)
		if err != nil {
			return nil, err
		}
		if o.Type() != plumbing.CommitObject && o.Type() != plumbing.TagObject {
			break
		}
		if o, err = checked(o, hash); err != nil {
			return nil, err
		}
		if o.Type() == plumbing.CommitObject {
			return object.DecodeCommit(repo.Storer, o)
		}
		tag, err := object.DecodeTag(repo.Storer, o)
		if err != nil {
			return nil, err
		}
		hash = tag.Target
	}
	return nil, fmt.Errorf("look at object %s: %w", hash, errNoCommit)
}

// stepForm is one step from a commit to an older one, or to itself.
var stepForm = regexp.MustCompile(`\^\{(?:commit)?\}|[~^][0-9]*`)

// ancestor goes from a commit where steps like "~2^2" lead.
func ancestor(repo *git.Repository, c *object.Commit, steps string) (*object.Commit, error) {
	all := stepForm.FindAllString(steps, -1)
	if strings.Join(all, "") != steps {
		return nil, errForm
	}
	for _, step := range all {
		if strings.HasSuffix(step, "}") {
			continue // it is a commit already
		}
		n, err := strconv.Atoi(cmp.Or(step[1:], "1"))
		if err != nil {
			return nil, errForm
		}
		times, which := n, 0
		if step[0] == '^' {
			times, which = min(n, 1), n-1
		}
		for range times {
			if c, err = parent(repo, c, which); err != nil {
				return nil, err
			}
		}
	}
	return c, nil
}

func parent(repo *git.Repository, c *object.Commit, i int) (*object.Commit, error) {
	if i >= c.NumParents() {
		return nil, object.ErrParentNotFound
	}
	return commitAt(repo, c.ParentHashes[i])
}
