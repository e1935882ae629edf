package gittree

import (
	"bufio"
	"compress/zlib"
	"errors"
	"io"
	"math"
	"slices"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
)

// errStrange says that an object is not one that is read here.
var errStrange = errors.New("the pack holds something else than was looked for")

// longestChain is how many objects may be built one upon the other.
const longestChain = 64

// A spot is where an object begins.
type spot struct {
	pack   int
	offset int64
}

// An unpacker reads small objects, most of them blobs, out of packs.
type unpacker struct {
	packs []*pack
	bases bases
	idle  sync.Pool // of *inflater
}

// object is the content of a small object, which nobody may change; not ok
// where it is somewhere else, large, or not what its hash says.
func (u *unpacker) object(kind plumbing.ObjectType, hash plumbing.Hash) (content []byte, ok bool) {
	for _, p := range u.packs {
		if offset, found := p.find(hash); found {
			content, err := u.read(p, offset, 0)
			return content, err == nil && plumbing.ComputeHash(kind, content) == hash
		}
	}
	return nil, false
}

// spot is where an object begins; the zero spot where that is not known.
func (u *unpacker) spot(hash plumbing.Hash) spot {
	for _, p := range u.packs {
		if offset, ok := p.find(hash); ok {
			return spot{p.number, offset}
		}
	}
	return spot{}
}

// read is the object at an offset; its hash tells whether it is of the kind
// that was asked for.
func (u *unpacker) read(p *pack, offset int64, depth int) ([]byte, error) {
	at := spot{p.number, offset}
	if text, ok := u.bases.get(at); ok {
		return text, nil
	}
	if depth > longestChain {
		return nil, errStrange
	}
	f, _ := u.idle.Get().(*inflater)
	if f == nil {
		f = &inflater{}
	}
	defer u.idle.Put(f) // what it unpacked is in its room
	o, err := f.object(p, offset)
	if err != nil {
		return nil, err
	}
	text := o.data
	if o.delta {
		base, err := u.base(p, o, depth)
		if err != nil {
			return nil, err
		}
		if text, err = patched(base, o.data); err != nil {
			return nil, err
		}
	}
	u.bases.put(at, text)
	return text, nil
}

func (u *unpacker) base(p *pack, o packed, depth int) ([]byte, error) {
	if o.base == 0 {
		found := false
		if o.base, found = p.find(o.baseHash); !found {
			return nil, errStrange
		}
	}
	return u.read(p, o.base, depth+1)
}

// A packed object is a whole one or the difference to another.
type packed struct {
	data     []byte
	delta    bool
	base     int64 // where the other one begins; 0 where its hash is given
	baseHash plumbing.Hash
}

// An inflater is the room that unpacking takes. It serves one goroutine.
type inflater struct {
	in  *bufio.Reader
	zip io.ReadCloser

	delta []byte // the difference that was unpacked last
	one   [1]byte
}

func (f *inflater) object(p *pack, offset int64) (packed, error) {
	section := io.NewSectionReader(p.data, offset, math.MaxInt64-offset)
	if f.in == nil {
		f.in = bufio.NewReaderSize(section, 2<<10)
	} else {
		f.in.Reset(section)
	}
	kind, size, err := f.head()
	if err != nil {
		return packed{}, err
	}
	var o packed
	switch kind {
	case plumbing.BlobObject, plumbing.TreeObject:
	case plumbing.OFSDeltaObject:
		back, err := f.back()
		if err != nil || back <= 0 || back >= offset {
			return packed{}, errors.Join(err, errStrange)
		}
		o.delta, o.base = true, offset-back
	case plumbing.REFDeltaObject:
		o.delta = true
		if _, err := io.ReadFull(f.in, o.baseHash[:]); err != nil {
			return packed{}, err
		}
	default:
		return packed{}, errStrange
	}
	if size > inMemory {
		return packed{}, errStrange
	}
	if !o.delta {
		o.data = make([]byte, size)
		return o, f.inflate(o.data)
	}
	f.delta = slices.Grow(f.delta[:0], int(size))[:size]
	o.data = f.delta
	return o, f.inflate(o.data)
}

// head reads an object's kind and size.
func (f *inflater) head() (kind plumbing.ObjectType, size int64, err error) {
	c, err := f.in.ReadByte()
	kind, size = plumbing.ObjectType(c>>4&7), int64(c&15)
	for shift := 4; err == nil && c&0x80 != 0; shift += 7 {
		if shift > 40 {
			return 0, 0, errStrange
		}
		c, err = f.in.ReadByte()
		size |= int64(c&0x7f) << shift
	}
	return kind, size, err
}

// back reads how far before an object its base begins.
func (f *inflater) back() (int64, error) {
	c, err := f.in.ReadByte()
	n := int64(c & 0x7f)
	for err == nil && c&0x80 != 0 {
		if n > 1<<48 {
			return 0, errStrange
		}
		c, err = f.in.ReadByte()
		n = (n+1)<<7 | int64(c&0x7f)
	}
	return n, err
}

// inflate fills the data and checks that there is no more of it.
func (f *inflater) inflate(data []byte) (err error) {
	if f.zip == nil {
		f.zip, err = zlib.NewReader(f.in)
	} else {
		err = f.zip.(zlib.Resetter).Reset(f.in, nil)
	}
	if err != nil {
		return err
	}
	if _, err := io.ReadFull(f.zip, data); err != nil {
		return err
	}
	if n, err := f.zip.Read(f.one[:]); n != 0 || !errors.Is(err, io.EOF) {
		return errStrange
	}
	return nil
}
