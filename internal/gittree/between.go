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
// Where history is cut off before one of them, in a shallow clone, that is an
// error: nobody can say what came before it.
func Between(dir, base, head string) ([]Step, error) {
	t, err := locate(dir)
	if err != nil {
		return nil, err
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
		commit, err := commitOf(repo, dir, end.rev)
		if err != nil {
			return nil, err
		}
		if err := w.add(commit.Hash, end.old); err != nil {
			return nil, fmt.Errorf("find revision %q in %s: %w", end.rev, dir, err)
		}
	}
	commits, err := w.walk()
	if err != nil {
		return nil, fmt.Errorf("list the commits from %s to %s in %s: %w", base, head, dir, err)
	}
	var steps []Step
	for _, c := range commits {
		s, err := t.step(c, w.seen)
		if err != nil {
			return nil, err
		}
		steps = append(steps, s)
	}
	return steps, nil
}

// step is what a commit made of its first parent.
func (t *Tree) step(c *object.Commit, seen map[plumbing.Hash]*visit) (s Step, err error) {
	s.Commit = c.Hash.String()
	if s.Files, err = t.at(c); err != nil {
		return Step{}, err
	}
	before := t.empty()
	if c.NumParents() > 0 {
		if before, err = t.at(seen[c.ParentHashes[0]].Commit); err != nil {
			return Step{}, err
		}
	}
	if s.Names, err = Changed(before, s.Files); err != nil {
		return Step{}, err
	}
	return s, before.Close()
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
	cut    bool // a parent is not there
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
		c, err := commitAt(h.repo, hash)
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
			err := h.add(p, v.old)
			if errors.Is(err, plumbing.ErrObjectNotFound) {
				v.cut = true
			} else if err != nil {
				return nil, err
			}
		}
	}
	for _, v := range order {
		switch {
		case v.old:
		case v.cut:
			return nil, fmt.Errorf("the history of this clone is cut off before %.12s, and not every commit that the change brings can be searched; fetch the whole of it (in a workflow, fetch-depth: 0)", v.Hash)
		default:
			commits = append(commits, v.Commit)
		}
	}
	return commits, nil
}
