package gittree

import "sync"

// patched is what a difference makes of a base: pieces that are copied from
// it, and new ones.
func patched(base, delta []byte) ([]byte, error) {
	d := deltaReader{rest: delta}
	if was, size := d.size(), d.size(); d.bad || was != len(base) || size > inMemory {
		return nil, errStrange
	} else {
		d.out = make([]byte, 0, size)
	}
	for len(d.rest) > 0 && !d.bad {
		d.step(base)
	}
	if d.bad || len(d.out) != cap(d.out) {
		return nil, errStrange
	}
	return d.out, nil
}

type deltaReader struct {
	rest, out []byte
	bad       bool
}

func (d *deltaReader) byte() byte {
	if len(d.rest) == 0 {
		d.bad = true
		return 0
	}
	c := d.rest[0]
	d.rest = d.rest[1:]
	return c
}

func (d *deltaReader) size() int {
	n := 0
	for shift := 0; shift <= 28; shift += 7 {
		c := d.byte()
		n |= int(c&0x7f) << shift
		if c&0x80 == 0 {
			return n
		}
	}
	d.bad = true
	return 0
}

// step does one instruction.
func (d *deltaReader) step(base []byte) {
	op := d.byte()
	var piece []byte
	if op&0x80 != 0 {
		from, n := d.number(op, 4), d.number(op>>4, 3)
		if n == 0 {
			n = 0x10000
		}
		if d.bad || from+n > len(base) {
			d.bad = true
			return
		}
		piece = base[from : from+n]
	} else if n := int(op); n > 0 && n <= len(d.rest) {
		piece, d.rest = d.rest[:n], d.rest[n:]
	} else {
		d.bad = true
		return
	}
	if len(d.out)+len(piece) > cap(d.out) {
		d.bad = true
		return
	}
	d.out = append(d.out, piece...)
}

// number reads those of its bytes that are not zero; the flags say which.
func (d *deltaReader) number(flags byte, bytes int) int {
	n := 0
	for i := range bytes {
		if flags>>i&1 != 0 {
			n |= int(d.byte()) << (8 * i)
		}
	}
	return n
}

// bases remembers blobs that others may be differences to: those that were
// used lately, in two generations.
type bases struct {
	mu       sync.Mutex
	now, old map[spot][]byte
	size     int // of now, in bytes
}

const generation = 2 << 20

func (b *bases) get(at spot) ([]byte, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if text, ok := b.now[at]; ok {
		return text, true
	}
	text, ok := b.old[at]
	if ok {
		b.keep(at, text)
	}
	return text, ok
}

func (b *bases) put(at spot, text []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.keep(at, text)
}

func (b *bases) keep(at spot, text []byte) {
	if b.now == nil || b.size > generation {
		b.now, b.old, b.size = map[spot][]byte{}, b.now, 0
	}
	b.now[at] = text
	b.size += len(text) + 64
}
