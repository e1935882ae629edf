package gittree

import (
	"container/heap"
	"errors"
	"fmt"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// A Step is one commit of a change: the files that it touches, as they are in
// it.
type Step struct {
	Commit string
	Files  *Tree
	Names  []string
}

// Between are the commits that head has and base has not, the newest first.
// Where history was cut off, in a shallow clone, it ends there, and the last
// commit counts as touching all that it holds.
func Between(dir, base, head string) ([]Step, error) {
	t, err := locate(dir)
	if err != nil {
		return nil, fmt.Errorf("open repository %s: %w", dir, err)
	}
	storage := t.borrow()
	defer storage.Close()
	repo, err := git.Open(storage, nil)
	if err != nil {
		return nil, fmt.Errorf("open repository %s: %w", dir, err)
	}
	w := history{repo: repo, seen: map[plumbing.Hash]*visit{}}
	for _, end := range []struct {
		rev string
		old bool
	}{{base, true}, {head, false}} {
		hash, err := repo.ResolveRevision(plumbing.Revision(end.rev))
		if err == nil {
			err = w.add(*hash, end.old)
		}
		if err != nil {
			return nil, fmt.Errorf("find revision %q in %s: %w", end.rev, dir, err)
		}
	}
	commits, err := w.walk()
	if err != nil {
		return nil, fmt.Errorf("list the commits from %s to %s: %w", base, head, err)
	}
	var steps []Step
	for _, c := range commits {
		s := Step{Commit: c.Hash.String(), Files: t.of(c)}
		parent := t.of(nil)
		if p, err := c.Parent(0); err == nil {
			parent = t.of(p)
		}
		if s.Names, err = Changed(parent, s.Files); err == nil {
			err = parent.Close()
		}
		if err != nil {
			return nil, err
		}
		steps = append(steps, s)
	}
	return steps, nil
}

// of is another commit of the same repository; of none it is empty.
func (t *Tree) of(c *object.Commit) *Tree {
	if c == nil {
		return &Tree{dot: t.dot, dirs: map[string][]entry{".": nil}}
	}
	return &Tree{dot: t.dot, dirs: map[string][]entry{}, root: c.TreeHash, when: c.Committer.When}
}

// A history is walked from the newest commit to the oldest, until all that is
// left is the base's as well.
type history struct {
	repo  *git.Repository
	seen  map[plumbing.Hash]*visit
	queue []*visit
	fresh int // in the queue, and not known to be the base's
}

type visit struct {
	*object.Commit
	old    bool // the base has it
	queued bool
}

func (h *history) Len() int { return len(h.queue) }
func (h *history) Less(i, j int) bool {
	return h.queue[i].Committer.When.After(h.queue[j].Committer.When)
}
func (h *history) Swap(i, j int) { h.queue[i], h.queue[j] = h.queue[j], h.queue[i] }
func (h *history) Push(v any)    { h.queue = append(h.queue, v.(*visit)) }
func (h *history) Pop() any {
	last := h.queue[len(h.queue)-1]
	h.queue = h.queue[:len(h.queue)-1]
	return last
}

// add queues a commit, again where it turns out late to be the base's.
func (h *history) add(hash plumbing.Hash, old bool) error {
	v := h.seen[hash]
	if v == nil {
		c, err := h.repo.CommitObject(hash)
		if err != nil {
			return err
		}
		v = &visit{Commit: c, old: old}
		h.seen[hash] = v
	} else if v.old || !old {
		return nil
	} else {
		v.old = true
		if v.queued {
			h.fresh--
			return nil
		}
	}
	if !v.old {
		h.fresh++
	}
	v.queued = true
	heap.Push(h, v)
	return nil
}

func (h *history) walk() (commits []*object.Commit, err error) {
	var order []*visit
	for h.fresh > 0 {
		v := heap.Pop(h).(*visit)
		v.queued = false
		if !v.old {
			h.fresh--
			order = append(order, v)
		}
		for _, p := range v.ParentHashes {
			if err := h.add(p, v.old); err != nil && !errors.Is(err, plumbing.ErrObjectNotFound) {
				return nil, err
			}
		}
	}
	for _, v := range order {
		if !v.old {
			commits = append(commits, v.Commit)
		}
	}
	return commits, nil
}
