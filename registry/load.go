package registry

import (
	"context"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Load reads the registry of a repository: the files below registry/ and the
// names of policies/*.cedar. The commit is kept for the record.
//
// Mistakes in files are the snapshot's problems. An error means that something
// could not be read, and is [ErrNoRegistry] where there is nothing to read.
// Policy, organisation and tenant files that are no plain data are evaluated by
// the running program, started once more as `rollcall evaluate`.
func Load(fsys fs.FS, commit string) (*Snapshot, error) {
	return Loader{}.Load(context.Background(), fsys, commit)
}

// A Loader loads registries. The zero Loader is what [Load] uses.
type Loader struct {
	Evaluate Evaluate // evaluates what is no plain data; nil is the running program in a process of its own
	Workers  int      // files judged at once; 0 is one a processor
}

// Load is [Load] with the loader's own settings.
func (l Loader) Load(ctx context.Context, fsys fs.FS, commit string) (*Snapshot, error) {
	w := walker{fsys: fsys}
	if err := w.walk(); err != nil {
		return nil, fmt.Errorf("load registry: %w", err)
	}
	catalogue, err := BuiltinCatalogue()
	if err != nil {
		return nil, fmt.Errorf("load registry: %w", err)
	}
	files, err := l.readAll(ctx, fsys, w.files)
	if err != nil {
		return nil, fmt.Errorf("load registry: %w", err)
	}
	if err := l.evaluate(ctx, files); err != nil {
		return nil, fmt.Errorf("load registry: %w", err)
	}
	a := assembly{fsys: fsys, problems: w.problems, seen: map[string]string{}}
	a.take(files)
	a.Commit, a.Catalogue, a.Approvals = commit, catalogue, w.approvals
	return a.finish(), nil
}

// A file is one file of the registry, read and judged.
type file struct {
	name     string
	text     []byte // of files that may have to be evaluated
	root     *node
	entries  []*entry
	problems []Problem
	complex  bool // has to be evaluated
}

// readAll reads and judges files, several at once, each worker with a CUE
// context of its own.
func (l Loader) readAll(ctx context.Context, fsys fs.FS, names []string) ([]*file, error) {
	files := make([]*file, len(names))
	workers := l.Workers
	if workers < 1 {
		workers = runtime.GOMAXPROCS(0)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(workers, len(names)) {
		wg.Go(func() {
			c, err := newChecker()
			for err == nil && ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(names) {
					return
				}
				files[i], err = c.read(fsys, names[i])
			}
			if err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	return files, context.Cause(ctx)
}

// read reads one file and judges what is in it.
func (c *checker) read(fsys fs.FS, name string) (*file, error) {
	home, _, _ := homeOf(name)
	limit := small
	if home.limit.bytes > 0 {
		limit = home.limit
	}
	text, err := readFile(fsys, name, limit.bytes)
	if err != nil {
		return nil, err
	}
	r := &reader{file: name, text: text, limit: limit, loose: home.loose && format(name) == "cue"}
	if len(text) > limit.bytes {
		r.text = nil
		r.complain(ruleHostile, 0, "the file is larger than %d KiB and is not read; split it", limit.bytes>>10)
		return &file{name: name, problems: r.problems}, nil
	}
	f := &file{name: name}
	r.strangeText()
	if r.text == nil {
		f.problems = r.problems
		return f, nil
	}
	strange := len(r.problems)
	f.root = r.root()
	if r.loose && r.complex {
		f.text, f.complex, f.problems = text, true, r.problems[:strange]
		return f, nil
	}
	if f.root != nil {
		f.entries = entriesOf(r, f.root)
		if mayBeStrange(text) {
			for _, e := range f.entries {
				def, _ := e.definition()
				r.at = e.at
				r.strangeValues(e.node, shapes()[def])
			}
		}
	}
	f.problems = r.problems
	for _, e := range f.entries {
		f.judge(c, e)
		e.settle()
	}
	f.text = text
	if !home.loose {
		f.text, f.root = nil, nil
	}
	return f, nil
}

// judge adds what is wrong with an entry.
func (f *file) judge(c *checker, e *entry) {
	f.problems = append(f.problems, c.judge(e)...)
	if p, wrong := e.misplaced(); wrong {
		f.problems = append(f.problems, p)
	}
}

// An assembly puts files together to a snapshot.
type assembly struct {
	Snapshot
	fsys     fs.FS
	problems []Problem
	seen     map[string]string // files of entries by section and id
}

// take takes the entries of files, those first that stand where they belong:
// of two of the same id the other one is the mistake.
func (a *assembly) take(files []*file) {
	for _, f := range files {
		for i := range f.problems {
			if f.problems[i].Identity == "" {
				f.problems[i].Identity = identityOf(f.name)
			}
		}
		a.problems = append(a.problems, f.problems...)
	}
	for _, placed := range []bool{true, false} {
		for _, f := range files {
			for _, e := range f.entries {
				if e.placed == placed {
					a.add(e)
				}
			}
		}
	}
}

func (a *assembly) add(e *entry) {
	key := e.section.name + " " + e.id
	if first, twice := a.seen[key]; twice {
		p := Problem{Rule: ruleSchema, Pos: e.first, Message: fmt.Sprintf("%s is declared twice, first in %s; keep one", e.called(), first)}
		if e.section.name == "identities" {
			p.Identity = e.id
		}
		a.problems = append(a.problems, p)
		return
	}
	a.seen[key] = e.file
	src := source{file: e.file, path: e.at, read: a.read}
	switch v := e.value.(type) {
	case *Identity:
		v.source = src
		a.Identities = append(a.Identities, v)
	case *Tenant:
		v.source = src
		a.Tenants = append(a.Tenants, v)
	case *Organisation:
		v.source = src
		a.Organisation = v
	case *Policy:
		v.source = src
		a.Policy = v
	case *Exception:
		v.source = src
		a.Exceptions = append(a.Exceptions, v)
	case *Access:
		v.source = src
		a.Snapshot.Access = append(a.Snapshot.Access, v)
	}
}

// read reads a file again for a place in it.
func (a *assembly) read(name string) ([]byte, error) {
	return readFile(a.fsys, name, large.bytes)
}

func (a *assembly) finish() *Snapshot {
	slices.SortFunc(a.Identities, func(x, y *Identity) int { return strings.Compare(x.ID, y.ID) })
	slices.SortFunc(a.Tenants, func(x, y *Tenant) int { return strings.Compare(x.ID, y.ID) })
	slices.SortFunc(a.Exceptions, func(x, y *Exception) int { return strings.Compare(x.ID, y.ID) })
	slices.SortFunc(a.Snapshot.Access, func(x, y *Access) int { return strings.Compare(x.ID, y.ID) })
	slices.Sort(a.Approvals)
	slices.SortStableFunc(a.problems, comparePlaces)
	a.Snapshot.Problems = a.problems
	return Build(a.Snapshot)
}

func comparePlaces(x, y Problem) int {
	if c := strings.Compare(x.Pos.File, y.Pos.File); c != 0 {
		return c
	}
	if x.Pos.Line != y.Pos.Line {
		return x.Pos.Line - y.Pos.Line
	}
	return x.Pos.Column - y.Pos.Column
}
