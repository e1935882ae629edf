package gittree

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path"
	"sort"
	"strings"

	"github.com/go-git/go-billy/v5"
	"github.com/go-git/go-git/v5/plumbing"
)

// A pack is one of git's files of many objects, with its index. It is read by
// many goroutines at once, which go-git's own reader is not made for, and
// without a copy of the index for each. What it does not understand it leaves
// to go-git.
type pack struct {
	number int
	data   billy.File
	index  []byte // version 2, without its head
	count  int
}

const (
	indexHead = "\xfftOc\x00\x00\x00\x02"
	fanout    = 256 * 4
	hashSize  = 20
)

// openPacks opens those of a repository.
func openPacks(dot billy.Filesystem) ([]*pack, error) {
	infos, err := dot.ReadDir("objects/pack")
	if err != nil {
		return nil, fmt.Errorf("list packs: %w", err)
	}
	var packs []*pack
	for _, info := range infos {
		base, ok := strings.CutSuffix(info.Name(), ".idx")
		if !ok {
			continue
		}
		p, err := openPack(dot, path.Join("objects/pack", base))
		if err != nil {
			return nil, errors.Join(err, closePacks(packs))
		}
		p.number = len(packs)
		packs = append(packs, p)
	}
	return packs, nil
}

func closePacks(packs []*pack) error {
	var errs []error
	for _, p := range packs {
		errs = append(errs, p.data.Close())
	}
	return errors.Join(errs...)
}

func openPack(dot billy.Filesystem, name string) (*pack, error) {
	f, err := dot.Open(name + ".idx")
	if err != nil {
		return nil, fmt.Errorf("open pack: %w", err)
	}
	index, err := io.ReadAll(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("read index of pack: %w", err)
	}
	if !bytes.HasPrefix(index, []byte(indexHead)) || len(index) < len(indexHead)+fanout {
		return nil, errors.New("read index of pack: it is not of version 2")
	}
	p := &pack{index: index[len(indexHead):]}
	p.count = int(binary.BigEndian.Uint32(p.index[fanout-4:]))
	if len(p.index) < fanout+p.count*(hashSize+4+4)+2*hashSize {
		return nil, errors.New("read index of pack: it is cut off")
	}
	if p.data, err = dot.Open(name + ".pack"); err != nil {
		return nil, fmt.Errorf("open pack: %w", err)
	}
	return p, nil
}

func (p *pack) hash(i int) []byte { return p.index[fanout+i*hashSize:][:hashSize] }

// find is where an object begins.
func (p *pack) find(hash plumbing.Hash) (offset int64, ok bool) {
	from, to := 0, int(binary.BigEndian.Uint32(p.index[int(hash[0])*4:]))
	if hash[0] > 0 {
		from = int(binary.BigEndian.Uint32(p.index[int(hash[0]-1)*4:]))
	}
	if from > to || to > p.count {
		return 0, false
	}
	i := from + sort.Search(to-from, func(i int) bool { return bytes.Compare(p.hash(from+i), hash[:]) >= 0 })
	if i >= to || !bytes.Equal(p.hash(i), hash[:]) {
		return 0, false
	}
	offsets := p.index[fanout+p.count*(hashSize+4):]
	short := binary.BigEndian.Uint32(offsets[i*4:])
	if short>>31 == 0 {
		return int64(short), true
	}
	far := p.count*4 + int(short&^(1<<31))*8
	if far+8 > len(offsets)-2*hashSize {
		return 0, false
	}
	return int64(binary.BigEndian.Uint64(offsets[far:])), true
}
