package evidence

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/transparency-dev/tessera/api/layout"
)

// hashSize is that of SHA-256; width is how many hashes or entries a file of
// the log holds when it is full.
const (
	hashSize = 32
	width    = layout.TileWidth
)

// files reads a log's files without its writer.
type files string

// read gives a file of at most limit bytes; one that is longer is cut there,
// which no check further on lets pass.
func (dir files) read(name string, limit int64) ([]byte, error) {
	f, err := os.Open(filepath.Join(string(dir), name))
	if err != nil {
		return nil, fmt.Errorf("read the evidence log: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read the evidence log: %w", err)
	}
	return text, nil
}

// tile gives the hashes of a tile in a log of that size, and the file's name.
// A tile that has grown full since counts with its first hashes.
func (dir files) tile(level, index, size uint64) (hashes []byte, name string, err error) {
	partial := layout.PartialTileSize(level, index, size)
	name = layout.TilePath(level, index, partial)
	hashes, err = dir.read(name, width*hashSize)
	if partial == 0 || !errors.Is(err, fs.ErrNotExist) {
		return hashes, name, err
	}
	name = layout.TilePath(level, index, 0)
	hashes, err = dir.read(name, width*hashSize)
	return hashes[:min(len(hashes), int(partial)*hashSize)], name, err
}

// bundle gives the entries of a bundle in a log of that size, and the file's
// name. Fewer entries than there should be are what was cut off.
func (dir files) bundle(index, size uint64) (entries [][]byte, name string, err error) {
	partial := layout.PartialTileSize(0, index, size)
	name = layout.EntriesPath(index, partial)
	text, err := dir.read(name, width*(MaxEntry+2))
	full := partial == 0
	if !full && errors.Is(err, fs.ErrNotExist) {
		name = layout.EntriesPath(index, 0)
		text, err = dir.read(name, width*(MaxEntry+2))
		full = true
	}
	if err != nil {
		return nil, name, err
	}
	entries = split(text)
	if partial > 0 && full && len(entries) > int(partial) {
		entries = entries[:partial]
	}
	return entries, name, nil
}

// split takes a bundle apart. What is left over at the end, too short to be an
// entry, comes last as it is: its hash matches nothing.
func split(text []byte) [][]byte {
	var entries [][]byte
	for len(text) >= 2 {
		n := int(binary.BigEndian.Uint16(text))
		if len(text) < 2+n {
			break
		}
		entries = append(entries, text[2:2+n])
		text = text[2+n:]
	}
	if len(text) > 0 {
		entries = append(entries, text)
	}
	return entries
}

// fetch is tile, as the proof builder wants it.
func (dir files) fetch(size uint64) func(context.Context, uint64, uint64, uint8) ([]byte, error) {
	return func(_ context.Context, level, index uint64, _ uint8) ([]byte, error) {
		hashes, _, err := dir.tile(level, index, size)
		return hashes, err
	}
}

// state is what the writer has integrated, signed or not. It is its own note
// and nobody vouches for it.
func (dir files) state() (size uint64, root []byte, err error) {
	text, err := dir.read(".state/treeState", 4096)
	if err != nil {
		return 0, nil, err
	}
	var s struct {
		Size uint64 `json:"size"`
		Root []byte `json:"root"`
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return 0, nil, fmt.Errorf("read the evidence log's state: %w", err)
	}
	return s.Size, s.Root, nil
}
