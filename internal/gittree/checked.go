package gittree

import (
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/go-git/go-git/v5/plumbing"
)

// damaged says that an object is not what its id says. go-git does not look,
// and much is built on that the same id is the same content.
func damaged(id plumbing.Hash) error {
	return fmt.Errorf("object %s is damaged: its content has another id; look at the repository with \"git fsck\", or clone it anew", id)
}

// checked is an object in memory, which is what its id says.
func checked(o plumbing.EncodedObject, id plumbing.Hash) (plumbing.EncodedObject, error) {
	r, err := o.Reader()
	if err != nil {
		return nil, fmt.Errorf("read object %s: %w", id, err)
	}
	text, err := io.ReadAll(r)
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, fmt.Errorf("read object %s: %w", id, err)
	}
	kept := &plumbing.MemoryObject{}
	kept.SetType(o.Type())
	if _, err := kept.Write(text); err != nil {
		return nil, err
	}
	if kept.Hash() != id {
		return nil, damaged(id)
	}
	return kept, nil
}

// A checking reader ends in an error where what was read is not what the id
// says.
type checking struct {
	io.Reader
	id  plumbing.Hash
	sum hash.Hash
}

func newChecking(r io.Reader, id plumbing.Hash, size int64) *checking {
	return &checking{r, id, plumbing.NewHasher(plumbing.BlobObject, size).Hash}
}

func (c *checking) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.sum.Write(p[:n])
	if errors.Is(err, io.EOF) && plumbing.Hash(c.sum.Sum(nil)) != c.id {
		return n, damaged(c.id)
	}
	return n, err
}
