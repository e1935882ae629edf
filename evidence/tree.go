package evidence

import (
	"bytes"
	"errors"
	"io/fs"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api/layout"
)

// A tree is the Merkle tree over the entries, computed anew from them. As it
// grows it is compared, tile by tile, with the tiles that are stored; it keeps
// one unfinished tile a level and nothing else.
type tree struct {
	dir   files
	total uint64 // entries that the log is to have
	root  *compact.Range
	tiles [][]byte // by level: the unfinished tile's hashes
	count []uint64 // by level: how many tiles are finished
	first *misfit  // the first stored tile that differs
}

// A misfit is a stored tile that does not hold what is under it.
type misfit struct {
	level, index uint64
	name         string // of the file
	at           uint64 // the first entry under the first hash that differs
	missing      bool   // there is no such file
}

var factory = compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}

func newTree(dir files, total uint64) *tree {
	return &tree{dir: dir, total: total, root: factory.NewEmptyRange(0)}
}

// add puts the next entry's hash into the tree.
func (t *tree) add(leaf []byte) error {
	if err := t.root.Append(leaf, nil); err != nil {
		return err
	}
	return t.push(0, leaf)
}

func (t *tree) push(level int, hash []byte) error {
	if level == len(t.tiles) {
		t.tiles = append(t.tiles, make([]byte, 0, width*hashSize))
		t.count = append(t.count, 0)
	}
	t.tiles[level] = append(t.tiles[level], hash...)
	if len(t.tiles[level]) < width*hashSize {
		return nil
	}
	full := t.tiles[level]
	if err := t.compare(level); err != nil {
		return err
	}
	t.tiles[level] = full[:0]
	t.count[level]++
	return t.push(level+1, subroot(full))
}

// finish compares the unfinished tiles at the right edge.
func (t *tree) finish() error {
	for level := range t.tiles {
		if len(t.tiles[level]) == 0 {
			continue
		}
		if err := t.compare(level); err != nil {
			return err
		}
	}
	return nil
}

// hash is that of the whole tree so far.
func (t *tree) hash() ([]byte, error) {
	if t.root.End() == 0 {
		return rfc6962.DefaultHasher.EmptyRoot(), nil
	}
	return t.root.GetRootHash(nil)
}

func (t *tree) compare(level int) error {
	want, index := t.tiles[level], t.count[level]
	got, name, err := t.dir.tile(uint64(level), index, t.total)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if bytes.Equal(got, want) || t.first != nil && t.first.level <= uint64(level) {
		return nil
	}
	same := 0
	for same < len(want) && same < len(got) && got[same] == want[same] {
		same++
	}
	node := index*width + uint64(min(same/hashSize, width-1))
	t.first = &misfit{
		level: uint64(level), index: index, name: name,
		at:      node << (layout.TileHeight * level),
		missing: err != nil,
	}
	return nil
}

// subroot is the hash over a full tile's hashes.
func subroot(hashes []byte) []byte {
	level := make([][]byte, 0, width)
	for ; len(hashes) > 0; hashes = hashes[hashSize:] {
		level = append(level, hashes[:hashSize])
	}
	for len(level) > 1 {
		for i := range len(level) / 2 {
			level[i] = rfc6962.DefaultHasher.HashChildren(level[2*i], level[2*i+1])
		}
		level = level[:len(level)/2]
	}
	return level[0]
}
