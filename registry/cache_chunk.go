package registry

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"strconv"

	"github.com/rollcall-dev/rollcall/schema"
)

// A chunk is some files of one folder, one after the other. It is what one
// file of the cache holds, and so what a changed file makes worthless.
type chunk struct {
	names []string
	ids   []ContentID
	out   []outcome
}

const (
	chunkFormat = 1       // counts up when the bytes of a chunk mean something else
	chunkFiles  = 512     // files of a chunk, about
	chunkLimit  = 4096    // and at most
	chunkBytes  = 8 << 20 // of its file, at most
)

// chunks parts a folder. Where a chunk ends is up to the name of its last
// file, so that a file that comes or goes leaves the other chunks as they are.
func chunks(names []string, ids []ContentID, out []outcome) []chunk {
	var all []chunk
	from := 0
	for i, name := range names {
		if ends(name) || i+1-from == chunkLimit || i+1 == len(names) {
			all = append(all, chunk{names[from : i+1], ids[from : i+1], out[from : i+1]})
			from = i + 1
		}
	}
	return all
}

func ends(name string) bool {
	h := uint32(2166136261) // FNV-1a
	for i := range len(name) {
		h = (h ^ uint32(name[i])) * 16777619
	}
	return (h>>16^h)%chunkFiles == 0
}

// A chunkKey tells all that the content of a chunk follows from: the files and
// their content, the schema, and the program that read them.
type chunkKey [sha256.Size]byte

func (c chunk) key(tool string) chunkKey {
	text := make([]byte, 0, 256+len(c.names)*(len(c.names[0])+32))
	for _, s := range append([]string{strconv.Itoa(chunkFormat), schema.CUE, tool}, c.names...) {
		text = append(binary.AppendUvarint(text, uint64(len(s))), s...)
	}
	for _, id := range c.ids {
		text = append(text, id[:]...)
	}
	return sha256.Sum256(text)
}

// encode is the chunk as a file of the cache: the key, the texts, for each file
// whether it is an identity in its place and nothing else, and which; and a
// sum of it all. The room is written into.
func (c chunk) encode(key chunkKey, w *coder, room []byte) []byte {
	w.begin()
	for _, o := range c.out {
		there := o.identity != nil
		if w.truth(&there); there {
			w.identity(o.identity)
		}
	}
	room = append(room[:0], key[:]...)
	room = binary.AppendUvarint(room, uint64(len(w.table)))
	size := 0
	for _, s := range w.table {
		room = binary.AppendUvarint(room, uint64(len(s)))
		size += len(s)
	}
	room = binary.AppendUvarint(room, uint64(size))
	for _, s := range w.table {
		room = append(room, s...)
	}
	room = append(room, w.buf...)
	return sealed(room)
}

func sealed(file []byte) []byte {
	sum := sha256.Sum256(file)
	return append(file, sum[:]...)
}

// decode fills in what of the chunk is missing from a file of the cache. It
// does nothing and is false where the file is not what was written for it.
func (c chunk) decode(key chunkKey, file []byte, read func(string) ([]byte, error)) bool {
	end := len(file) - sha256.Size
	if end < len(key) || !bytes.Equal(file[:len(key)], key[:]) {
		return false
	}
	if sum := sha256.Sum256(file[:end]); !bytes.Equal(file[end:], sum[:]) {
		return false
	}
	r := coder{buf: file[len(key):end]}
	if !r.readTable() {
		return false
	}
	found := make([]Identity, len(c.names))
	there := make([]bool, len(c.names))
	for i := range found {
		if r.truth(&there[i]); there[i] {
			r.identity(&found[i])
		}
		if r.bad {
			return false
		}
	}
	if len(r.buf) > 0 {
		return false
	}
	for i := range found {
		if there[i] && c.out[i].identity == nil {
			found[i].stands(c.names[i], read)
			c.out[i].identity = &found[i]
		}
	}
	return true
}

func (c *coder) readTable() bool {
	sizes := make([]int, c.length(0))
	all := 0
	for i := range sizes {
		sizes[i] = c.length(0)
		all += sizes[i]
	}
	if c.length(0) != all || c.bad || all > len(c.buf) {
		return false
	}
	texts := string(c.buf[:all])
	c.buf = c.buf[all:]
	c.table = make([]string, len(sizes))
	for i, n := range sizes {
		c.table[i], texts = texts[:n], texts[n:]
	}
	return true
}

// stands says that the identity is the only one of a file and in its place.
func (id *Identity) stands(file string, read func(string) ([]byte, error)) {
	section, name, _ := homeOf(file)
	id.ID = name // the same text, which need not be kept twice
	id.source = source{file: file, path: []string{section.name, name}, read: read}
}
