package registry

import (
	"context"
	"fmt"
	"io/fs"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Load reads the registry of a repository: the files below registry/, and the
// text of policies/*.cedar and their schema. The commit is kept for the record.
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
	Cache    *Cache   // what is known of files already; nil for nothing

	// Progress is told how many files of how many are read, by several
	// goroutines at once; nil for nobody.
	Progress func(done, of int)
}

// Load is [Load] with the loader's own settings.
func (l Loader) Load(ctx context.Context, fsys fs.FS, commit string) (*Snapshot, error) {
	w := walker{fsys: fsys, cache: l.Cache}
	if err := w.walk(); err != nil {
		return nil, fmt.Errorf("load registry: %w", err)
	}
	catalogue, err := BuiltinCatalogue()
	if err != nil {
		return nil, fmt.Errorf("load registry: %w", err)
	}
	files, err := l.readAll(ctx, fsys, &w)
	if err != nil {
		return nil, fmt.Errorf("load registry: %w", err)
	}
	if err := l.evaluate(ctx, notable(files)); err != nil {
		return nil, fmt.Errorf("load registry: %w", err)
	}
	a := assembly{problems: w.problems, seen: map[string]map[string]string{}, read: again(fsys)}
	a.take(files)
	a.Commit, a.Catalogue = commit, catalogue
	a.Approvals, a.ApprovalSchema = w.approvals, w.approvalSchema
	a.law = lawOf(notable(files))
	a.unread = unreadOf(notable(files))
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
	unread   bool // could not be read at all
}

// content is a file's content without a copy, where the file system has it.
func content(fsys fs.FS, name string) ([]byte, bool) {
	c, ok := fsys.(interface {
		Content(name string) ([]byte, bool)
	})
	if !ok {
		return nil, false
	}
	return c.Content(name)
}

// An outcome is what became of a file. Nearly all of a large registry hold one
// identity in its place and nothing wrong: of those only the identity is kept.
type outcome struct {
	*file
	identity *Identity // of such a file, which is nil then
}

func (f *file) outcome(read func(string) ([]byte, error)) outcome {
	if len(f.entries) == 1 && len(f.problems) == 0 && f.text == nil && f.entries[0].placed {
		if id, ok := f.entries[0].value.(*Identity); ok {
			id.stands(f.name, read)
			return outcome{identity: id}
		}
	}
	return outcome{file: f}
}

// notable are the files of which more is kept than an identity.
func notable(all []outcome) []*file {
	var files []*file
	for _, o := range all {
		if o.file != nil {
			files = append(files, o.file)
		}
	}
	return files
}

// unreadOf are the sections of which a file could not be read at all.
func unreadOf(files []*file) map[string]bool {
	unread := map[string]bool{}
	for _, f := range files {
		if home, _, ok := homeOf(f.name); ok && f.unread {
			unread[home.name] = true
		}
	}
	return unread
}

// An orderer is a file system that says in which order its files are read best.
type orderer interface {
	ReadingOrder(names []string) []int
}

// batch is how many files a worker takes at once, so that those that lie
// together are read together.
const batch = 32

// readAll reads and judges files, but for those that the cache knows.
func (l Loader) readAll(ctx context.Context, fsys fs.FS, w *walker) ([]outcome, error) {
	files := make([]outcome, len(w.files))
	read := again(fsys)
	l.share(len(w.folders), func() func(i int) error {
		return func(i int) error {
			f := w.folders[i]
			f.out = files[f.from:][:len(f.names):len(f.names)]
			l.Cache.recall(f.folder, read)
			return nil
		}
	})
	var left []string
	var at []int
	for i, o := range files {
		if o.identity == nil {
			left, at = append(left, w.files[i]), append(at, i)
		}
	}
	if err := l.readThese(ctx, fsys, left, func(i int, f *file) { files[at[i]] = f.outcome(read) }); err != nil {
		return nil, err
	}
	l.rememberAll(w, files, at)
	return files, nil
}

// rememberAll hands to the cache what was read.
func (l Loader) rememberAll(w *walker, files []outcome, read []int) {
	if l.Cache == nil {
		return
	}
	fresh := make([]bool, len(files))
	for _, i := range read {
		fresh[i] = true
	}
	l.share(len(w.folders), func() func(i int) error {
		var k keeper
		return func(i int) error {
			f := w.folders[i]
			f.out = make([]outcome, len(f.names))
			for n := range f.out {
				f.out[n].identity = files[f.from+n].identity
			}
			k.remember(l.Cache, f.folder, func(i int) bool { return fresh[f.from+i] })
			return nil
		}
	})
	if len(read) > 0 {
		l.Cache.sweep(time.Now())
	}
}

// readThese reads and judges files, several at once, each worker with a CUE
// context of its own.
func (l Loader) readThese(ctx context.Context, fsys fs.FS, names []string, then func(i int, f *file)) error {
	var order []int
	if o, ok := fsys.(orderer); ok {
		order = o.ReadingOrder(names)
	}
	var done atomic.Int64
	batches := (len(names) + batch - 1) / batch
	err := l.share(batches, func() func(i int) error {
		var c checker
		return func(b int) error {
			to := min((b+1)*batch, len(names))
			for i := b * batch; i < to && ctx.Err() == nil; i++ {
				k := i
				if order != nil {
					k = order[i]
				}
				f, err := c.read(fsys, names[k])
				if err != nil {
					return err
				}
				then(k, f)
			}
			if n := done.Add(int64(to - b*batch)); l.Progress != nil {
				l.Progress(int(n), len(names))
			}
			return nil
		}
	})
	if err != nil {
		return err
	}
	return context.Cause(ctx)
}

// share does n pieces of work on the loader's workers, each of which begins by
// making what it works with. It stops at the first error.
func (l Loader) share(n int, begin func() func(i int) error) error {
	workers := l.Workers
	if workers < 1 {
		workers = runtime.GOMAXPROCS(0)
	}
	var next atomic.Int64
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	for range min(workers, n) {
		wg.Go(func() {
			work := begin()
			for i := next.Add(1) - 1; i < int64(n) && failed.Load() == nil; i = next.Add(1) - 1 {
				if err := work(int(i)); err != nil {
					failed.CompareAndSwap(nil, &err)
				}
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return *err
	}
	return nil
}

// read reads one file and judges what is in it.
func (c *checker) read(fsys fs.FS, name string) (*file, error) {
	c.scratch.reset()
	home, _, _ := homeOf(name)
	limit := small
	if home.limit.bytes > 0 {
		limit = home.limit
	}
	text, ok := content(fsys, name)
	if !ok {
		var err error
		if text, err = readFile(fsys, name, limit.bytes); err != nil {
			return nil, err
		}
	}
	r := &reader{file: name, text: text, limit: limit, scratch: &c.scratch, loose: home.loose && format(name) == "cue"}
	if len(text) > limit.bytes {
		r.text = nil
		r.complain(ruleHostile, 0, "the file is larger than %d KiB and is not read; split it", limit.bytes>>10)
		return &file{name: name, problems: r.problems, unread: true}, nil
	}
	f := &file{name: name}
	r.strangeText()
	if r.text == nil {
		f.problems, f.unread = r.problems, true
		return f, nil
	}
	strange := len(r.problems)
	var constraints map[string]*constraints
	if name == RulesFile {
		f.text = text
		f.root, constraints = r.readRules()
	} else {
		f.root = r.root()
	}
	f.unread = f.root == nil
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
		e.constraints = constraints[e.id]
		f.judge(c, e)
		e.settle()
	}
	if home.loose {
		f.text = text
		c.scratch.renew() // its nodes are looked at again when it is evaluated
	} else {
		f.root = nil
	}
	return f, nil
}

// judge adds what is wrong with an entry.
func (f *file) judge(c *checker, e *entry) {
	f.problems = append(f.problems, c.judge(e)...)
	if e.section.name == "rules" {
		f.problems = append(f.problems, e.ruleProblems()...)
	}
	if p, wrong := e.misplaced(len(f.entries) == 1); wrong {
		f.problems = append(f.problems, p)
	}
}
