package gittree

import (
	"cmp"
	"io/fs"
	"slices"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// unpacker reads small blobs out of packs.
func (t *Tree) unpacker() *unpacker {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.packed == nil {
		packs, err := openPacks(t.dot)
		if err != nil {
			packs = nil // go-git reads what can be read, and says what cannot
		}
		t.packed = &unpacker{packs: packs}
	}
	return t.packed
}

// Content is a small file's content, which nobody may change; not ok where it
// has to be read by [Tree.Open], which also says why.
func (t *Tree) Content(name string) (content []byte, ok bool) {
	e, err := t.lookup("read", name)
	if err != nil || e.IsDir() || e.Type() == fs.ModeIrregular {
		return nil, false
	}
	return t.unpacker().object(plumbing.BlobObject, e.hash)
}

// ReadingOrder sorts the numbers of files so that reading the files in this
// order costs least: as they lie in the repository, where a file is often
// stored as the difference to one close by.
func (t *Tree) ReadingOrder(names []string) []int {
	u := t.unpacker()
	at := make([]spot, len(names))
	order := make([]int, len(names))
	for i, name := range names {
		order[i] = i
		if e, err := t.find(name); err == nil {
			at[i] = u.spot(e.hash)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Or(cmp.Compare(at[i].pack, at[j].pack), cmp.Compare(at[i].offset, at[j].offset))
	})
	return order
}

// tree reads a folder.
func (t *Tree) tree(hash plumbing.Hash) (*object.Tree, error) {
	if content, ok := t.unpacker().object(plumbing.TreeObject, hash); ok {
		obj := &plumbing.MemoryObject{}
		obj.SetType(plumbing.TreeObject)
		if _, err := obj.Write(content); err != nil {
			return nil, err
		}
		return object.DecodeTree(nil, obj)
	}
	s := t.borrow()
	defer t.giveBack(s)
	obj, err := s.EncodedObject(plumbing.TreeObject, hash)
	if err != nil {
		return nil, err
	}
	if obj, err = checked(obj, hash); err != nil {
		return nil, err
	}
	return object.DecodeTree(nil, obj)
}
