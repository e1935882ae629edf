package registry

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// ErrNoRegistry says that there is no folder registry/: the commit is from
// before it, or this is no policy repository.
var ErrNoRegistry = errors.New("there is no folder registry/ here")

// A walker finds the files of a registry and what hides in it.
type walker struct {
	cache          *Cache
	ids            []ContentID // of the content of the files
	folders        []listed    // that a cache may know
	fsys           fs.FS
	seen           *int // files and folders, so far
	files          []string
	approvals      []ApprovalPolicy
	approvalSchema []byte
	problems       []Problem
}

func (w *walker) walk() error {
	top, err := fs.ReadDir(w.fsys, ".")
	if err != nil {
		return fmt.Errorf("read the repository's top folder: %w", err)
	}
	found := false
	w.seen = new(int)
	for _, e := range top {
		switch {
		case e.Name() != "registry" && e.Name() != "policies":
			if real := onSomeDisks(e.Name()); real == "registry" || real == "policies" {
				w.hostile(e.Name(), fmt.Sprintf("on the disks of some machines %q is the folder %q, and what is in it hides there; name it otherwise", e.Name(), real))
			}
			continue
		case irregular(e.Type()) != "":
			w.hostile(e.Name(), "the folder is "+irregular(e.Type())+"; keep the folder itself in the repository")
		case !e.IsDir():
			continue
		case e.Name() == "policies":
			err = w.policies()
		default:
			err = w.folder("registry")
		}
		if errors.Is(err, errTooMany) {
			w.files, w.ids, w.folders, w.problems = nil, nil, nil, nil
			w.hostile("registry", fmt.Sprintf("the folder holds more than %d files and folders, and none is read; take out what is no registry", mostEntries))
			err = nil
		}
		if err != nil {
			return err
		}
		found = found || e.Name() == "registry"
	}
	if !found {
		return ErrNoRegistry
	}
	return nil
}

// mostEntries is how many files and folders a registry may hold. A tree that
// holds itself many times over has no end, and takes a commit of a few bytes.
const mostEntries = 500_000

var errTooMany = errors.New("too many files and folders") // the walk ends with a problem

// onSomeDisks is the name that a file goes by where disks do not tell letters by
// their case, nor names by the dots and blanks at their end.
func onSomeDisks(name string) string {
	return strings.ToLower(strings.TrimRight(name, ". "))
}

func (w *walker) hostile(name, message string) {
	w.problems = append(w.problems, Problem{Rule: ruleHostile, Pos: Pos{File: name, Line: 1, Column: 1}, Identity: identityOf(name), Message: message})
}

// identityOf is the id of the identity whose place a file is, or "".
func identityOf(file string) string {
	s, id, ok := homeOf(file)
	if !ok || s.name != "identities" {
		return ""
	}
	return id
}

// deepestFolder is how many folders a file may lie in before nobody looks any
// further.
const deepestFolder = 12

func (w *walker) folder(dir string) error {
	entries, err := fs.ReadDir(w.fsys, dir)
	if err != nil {
		return fmt.Errorf("read folder %s: %w", dir, err)
	}
	*w.seen += len(entries)
	if *w.seen > mostEntries {
		return errTooMany
	}
	onDisk := make(map[string]string, len(entries))
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		if twin, twice := onDisk[onSomeDisks(e.Name())]; twice {
			w.hostile(name, fmt.Sprintf("on the disks of some machines this is the same file as %q; name it otherwise", twin))
		}
		onDisk[onSomeDisks(e.Name())] = e.Name()
		switch {
		case !fs.ValidPath(e.Name()) || e.Name() == "." || strings.Contains(e.Name(), "/"):
			w.hostile(dir, fmt.Sprintf("a file in this folder has the name %q, which no file can have; take it out of the commit", e.Name()))
		case strings.Count(name, "/") > deepestFolder:
			w.hostile(dir, fmt.Sprintf("folders lie %d deep here; an entry's place is at most 3 deep", deepestFolder))
			return nil
		case irregular(e.Type()) != "":
			w.hostile(name, "the file is "+irregular(e.Type())+"; keep the file itself in the registry")
		case e.IsDir():
			err = w.subfolder(name, contentID(e))
		case hiddenFile(e.Name()) != "":
			w.hostile(name, "plain CUE tools skip this file in silence: "+hiddenFile(e.Name()))
		case format(name) != "" && name != "registry/schema.cue":
			w.files = append(w.files, name)
			w.ids = append(w.ids, contentID(e))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) subfolder(dir string, id ContentID) error {
	why := hiddenFolder(path.Base(dir))
	switch {
	case why == "" && w.cache != nil && path.Dir(dir) == "registry/identities":
		return w.tenant(dir, id)
	case why == "":
		return w.folder(dir)
	}
	inside := walker{fsys: w.fsys, seen: w.seen}
	if err := inside.folder(dir); err != nil {
		return err
	}
	if len(inside.files)+len(inside.problems) > 0 {
		w.hostile(dir, fmt.Sprintf("this folder hides %s: %s", inside.first(), why))
	}
	return nil
}

// A listed folder is one whose files stand in the list from one number on.
type listed struct {
	*folder
	from int
}

// tenant is a folder of identities, which is not looked into where it is the
// same as the last time.
func (w *walker) tenant(dir string, id ContentID) error {
	from, wrong, seen := len(w.files), len(w.problems), *w.seen
	f := w.cache.last(dir)
	if f != nil && f.clean && f.id == id && id != (ContentID{}) {
		w.files, w.ids = append(w.files, f.names...), append(w.ids, f.ids...)
		if *w.seen += f.seen; *w.seen > mostEntries {
			return errTooMany
		}
	} else if err := w.folder(dir); err != nil {
		return err
	}
	w.folders = append(w.folders, listed{from: from, folder: &folder{
		dir: dir, id: id, clean: len(w.problems) == wrong, seen: *w.seen - seen,
		names: slices.Clone(w.files[from:]), ids: slices.Clone(w.ids[from:]),
	}})
	return nil
}

// first is a file that was found.
func (w *walker) first() string {
	if len(w.files) > 0 {
		return w.files[0]
	}
	return w.problems[0].Pos.File
}

// readFile reads at most limit bytes of a file and one more, by which a file
// that is too large is known.
func readFile(fsys fs.FS, name string, limit int) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	defer f.Close()
	size := int64(512)
	if info, err := f.Stat(); err == nil {
		size = min(info.Size(), int64(limit)) + 2
	}
	text := make([]byte, 0, size)
	for len(text) <= limit {
		if len(text) == cap(text) {
			text = append(text, 0)[:len(text)]
		}
		n, err := f.Read(text[len(text):min(cap(text), limit+1)])
		text = text[:len(text)+n]
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
	}
	return text, nil
}
