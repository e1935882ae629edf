package gittree

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/storage/filesystem"
)

// An entry is one name in a folder.
type entry struct {
	tree *Tree
	name string
	mode filemode.FileMode
	hash plumbing.Hash
}

func (e entry) Name() string { return e.name }
func (e entry) IsDir() bool  { return e.mode == filemode.Dir }

// ContentID is git's own name for the content of a file or folder; zero for a
// folder of the index, which has none.
func (e entry) ContentID() [20]byte { return e.hash }

// Type is the kind of thing; a submodule is irregular.
func (e entry) Type() fs.FileMode {
	switch e.mode {
	case filemode.Dir:
		return fs.ModeDir
	case filemode.Symlink:
		return fs.ModeSymlink
	case filemode.Regular, filemode.Deprecated, filemode.Executable:
		return 0
	}
	return fs.ModeIrregular
}

func (e entry) Info() (fs.FileInfo, error) {
	if e.IsDir() || e.Type() == fs.ModeIrregular {
		return info{entry: e}, nil
	}
	s := e.tree.borrow()
	defer e.tree.giveBack(s)
	size, err := s.EncodedObjectSize(e.hash)
	if errors.Is(err, plumbing.ErrObjectNotFound) { // it does not look where a clone borrows its objects
		var obj plumbing.EncodedObject
		if obj, err = s.EncodedObject(plumbing.BlobObject, e.hash); err == nil {
			size = obj.Size()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read size of object %s: %w", e.hash, err)
	}
	return info{entry: e, size: size}, nil
}

// info is what is known of an entry; its time is the commit's.
type info struct {
	entry
	size int64
}

func (i info) Size() int64        { return i.size }
func (i info) ModTime() time.Time { return i.tree.when }
func (i info) Sys() any           { return nil }

func (i info) Mode() fs.FileMode {
	switch {
	case i.IsDir():
		return fs.ModeDir | 0o555
	case i.mode == filemode.Executable:
		return 0o555
	}
	return i.Type() | 0o444
}

// A file reads one blob, from memory or, if it is large, from the repository.
type file struct {
	entry
	size    int64
	content io.Reader
	close   func() error
}

func (f *file) open() error {
	if f.Type() == fs.ModeIrregular {
		return errors.New("a submodule has no content here")
	}
	if text, ok := f.tree.unpacker().object(plumbing.BlobObject, f.hash); ok {
		f.size, f.content = int64(len(text)), bytes.NewReader(text)
		return nil
	}
	s := f.tree.borrow()
	obj, err := s.EncodedObject(plumbing.BlobObject, f.hash)
	if err != nil {
		f.tree.giveBack(s)
		return fmt.Errorf("read object %s: %w", f.hash, err)
	}
	f.size = obj.Size()
	r, err := obj.Reader()
	if err != nil {
		f.tree.giveBack(s)
		return fmt.Errorf("read object %s: %w", f.hash, err)
	}
	if f.size > inMemory {
		f.content, f.close = newChecking(r, f.hash, f.size), f.closer(r, s)
		return nil
	}
	defer f.tree.giveBack(s)
	text := make([]byte, f.size)
	if _, err := io.ReadFull(r, text); err != nil {
		return errors.Join(fmt.Errorf("read object %s: %w", f.hash, err), r.Close())
	}
	if plumbing.ComputeHash(plumbing.BlobObject, text) != f.hash {
		return errors.Join(damaged(f.hash), r.Close())
	}
	f.content = bytes.NewReader(text)
	return r.Close()
}

// closer gives a storage back when the reader of a large file is done with it.
func (f *file) closer(r io.Closer, s *filesystem.Storage) func() error {
	return func() error {
		defer f.tree.giveBack(s)
		return r.Close()
	}
}

func (f *file) Stat() (fs.FileInfo, error) { return info{entry: f.entry, size: f.size}, nil }

func (f *file) Read(p []byte) (int, error) {
	if f.content == nil {
		return 0, fs.ErrClosed
	}
	return f.content.Read(p)
}

// Close may be called more than once.
func (f *file) Close() error {
	f.content = nil
	if f.close == nil {
		return nil
	}
	again := f.close
	f.close = nil
	return again()
}

// A folder reads one tree.
type folder struct {
	entry
	rest []fs.DirEntry
}

func (d *folder) Stat() (fs.FileInfo, error) { return info{entry: d.entry}, nil }
func (d *folder) Close() error               { return nil }

func (d *folder) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.name, Err: errors.New("is a directory")}
}

func (d *folder) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		n = len(d.rest)
	} else if len(d.rest) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(d.rest))
	list := d.rest[:n:n]
	d.rest = d.rest[n:]
	return list, nil
}
