package registry

import (
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// A ContentID names a file's or folder's content: whatever has the same id has
// the same content. The zero ContentID names none.
type ContentID [20]byte

// contentID is the id that a file system tells with its listing, as a commit
// does.
func contentID(e fs.DirEntry) ContentID {
	if c, ok := e.(interface{ ContentID() [20]byte }); ok {
		return c.ContentID()
	}
	return ContentID{}
}

// A Cache keeps the identities of files, so that a file of which nothing but
// its name and the id of its content is known is not read again. What is wrong
// with a file is not kept: only what holds one identity in its place and no
// mistake. A snapshot is the same with a cache and without.
//
// The folder may be deleted, damaged and shared with other processes at any
// time. What cannot be read there counts as not there, and what cannot be
// written is read again the next time.
//
// Snapshots that were loaded with the same Cache share the identities of files
// that are the same.
type Cache struct {
	Dir   string // a folder of the cache's own, made when it is needed; "" keeps nothing on disk
	Tool  string // the program's build: another one keeps files of its own
	Limit int64  // bytes in the folder, about; what was not used for longest goes first. 0 is [CacheLimit]

	mu      sync.Mutex
	folders map[string]*folder // those that were loaded last, by place
}

// CacheLimit is how large a cache may grow, in bytes: eight registries of a
// hundred thousand identities, or as many states of one.
const CacheLimit = 512 << 20

// A folder is one of those below registry/identities, with all in it.
type folder struct {
	dir   string
	id    ContentID
	clean bool // nothing in it was wrong by its name or kind
	seen  int  // how much is in it, whatever it is
	names []string
	ids   []ContentID
	out   []outcome // identities, and nothing for files of which more has to be known
}

// last is the folder of that place as it was loaded last, or nil.
func (c *Cache) last(dir string) *folder {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.folders[dir]
}

func (c *Cache) keep(f *folder) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.folders == nil {
		c.folders = map[string]*folder{}
	}
	c.folders[f.dir] = f
}

// recall fills in the identities of a folder that are known.
func (c *Cache) recall(f *folder, read func(string) ([]byte, error)) {
	if was := c.last(f.dir); was != nil {
		f.share(was)
	}
	if c.Dir == "" {
		return
	}
	for _, part := range chunks(f.names, f.ids, f.out) {
		if !part.lacks() {
			continue
		}
		key := part.key(c.Tool)
		if file, ok := c.read(key); ok {
			part.decode(key, file, read)
		}
	}
}

// lacks tells whether there is a file in it of which nothing is known, and all
// have an id.
func (c chunk) lacks() bool {
	lacks := false
	for i, id := range c.ids {
		if id == (ContentID{}) {
			return false
		}
		lacks = lacks || c.out[i].identity == nil
	}
	return lacks
}

// share takes over what is the same in an older state of the folder.
func (f *folder) share(was *folder) {
	k := 0
	for i, name := range f.names {
		for k < len(was.names) && was.names[k] < name {
			k++
		}
		if k < len(was.names) && was.names[k] == name && was.ids[k] == f.ids[i] && f.ids[i] != (ContentID{}) {
			f.out[i] = was.out[k]
		}
	}
}

// A keeper is what a worker needs to write chunks, one after the other.
type keeper struct {
	coder coder
	room  []byte
}

// remember keeps what is known of a folder by now, on disk where any of it is
// new.
func (w *keeper) remember(c *Cache, f *folder, fresh func(i int) bool) {
	c.keep(f)
	if c.Dir == "" {
		return
	}
	from := 0
	for _, part := range chunks(f.names, f.ids, f.out) {
		worth := false
		for i := range part.names {
			worth = worth || fresh(from+i) && part.out[i].identity != nil
		}
		for _, id := range part.ids {
			worth = worth && id != (ContentID{})
		}
		from += len(part.names)
		if worth {
			key := part.key(c.Tool)
			w.room = part.encode(key, &w.coder, w.room)
			c.write(key, w.room)
		}
	}
}

func (c *Cache) path(key chunkKey) string {
	return filepath.Join(c.Dir, hex.EncodeToString(key[:]))
}

// used is how long a file may have been used without a note of it: the note
// is a write.
const used = 6 * time.Hour

func (c *Cache) read(key chunkKey) ([]byte, bool) {
	f, err := os.Open(c.path(key))
	if err != nil {
		return nil, false
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() > chunkBytes {
		return nil, false
	}
	if now := time.Now(); now.Sub(info.ModTime()) > used {
		_ = os.Chtimes(f.Name(), now, now) // it only goes a little earlier
	}
	file := make([]byte, info.Size())
	_, err = f.ReadAt(file, 0)
	return file, err == nil
}

// write puts a file into the cache at once or not at all. That it cannot be
// written costs time the next time, and is nobody's mistake.
func (c *Cache) write(key chunkKey, file []byte) {
	if len(file) > chunkBytes || os.MkdirAll(c.Dir, 0o700) != nil {
		return
	}
	tmp, err := os.CreateTemp(c.Dir, unfinished+"*")
	if err != nil {
		return
	}
	_, err = tmp.Write(file)
	if err = errors.Join(err, tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), c.path(key))
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
	}
}
