package follow

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Folder follows the files of a folder, below it and below its folders, but
// for those of git. Dir is required.
type Folder struct {
	Dir   string
	Quiet time.Duration // how long nothing may change before a change counts; 0 stands for 200 ms
	Poll  time.Duration // between two looks where the folder cannot be watched; 0 stands for 30 s

	mu  sync.Mutex
	err error
}

// Latest is the folder as it is now; it has no commit. Nothing in it leads out
// of it, symbolic links included.
func (f *Folder) Latest(context.Context) (fs.FS, string, error) {
	root, err := os.OpenRoot(f.Dir)
	if err != nil {
		return nil, "", fmt.Errorf("open the registry: %w", err)
	}
	return root.FS(), "", nil
}

// Err says why the folder cannot be watched; nil where it is. It is looked at
// every so often then.
func (f *Folder) Err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

func (f *Folder) note(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = err
}

// Changes sends when files have changed and then rested for a while, and every
// so often where they cannot be watched. What changes after it has returned is
// sent. The channel is closed when ctx ends.
func (f *Folder) Changes(ctx context.Context) <-chan struct{} {
	changed := make(chan struct{}, 1)
	w, err := f.open()
	go func() {
		defer close(changed)
		for {
			if err == nil {
				err = f.watch(ctx, w, changed)
			}
			f.note(err)
			select {
			case <-ctx.Done():
				return
			case <-time.After(orElse(f.Poll, 30*time.Second)):
			}
			w, err = f.open()
			signal(changed) // whatever happened until now was not seen
		}
	}()
	return changed
}

// open begins to watch.
func (f *Folder) open() (*fsnotify.Watcher, error) {
	w, err := fsnotify.NewWatcher()
	if err == nil {
		if err = add(w, f.Dir); err != nil {
			err = errors.Join(err, w.Close())
		}
	}
	if err != nil {
		err = fmt.Errorf("watch %s: %w", f.Dir, err)
	}
	f.note(err)
	return w, err
}

// errMoved says that the folder itself was taken away or put in another place.
var errMoved = errors.New("the folder was moved or removed")

// watch sends changes until ctx ends, which is no error, or it cannot go on.
func (f *Folder) watch(ctx context.Context, w *fsnotify.Watcher, changed chan<- struct{}) error {
	defer w.Close()
	rest := time.NewTimer(time.Hour)
	rest.Stop()
	defer rest.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-rest.C:
			signal(changed)
		case err := <-w.Errors:
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				return fmt.Errorf("watch %s: %w", f.Dir, err)
			}
			if err := add(w, f.Dir); err != nil { // folders may have come unseen
				return fmt.Errorf("watch %s: %w", f.Dir, err)
			}
			rest.Reset(orElse(f.Quiet, 200*time.Millisecond))
		case e := <-w.Events:
			if e.Op == fsnotify.Chmod || inGit(f.Dir, e.Name) {
				continue
			}
			if filepath.Clean(e.Name) == filepath.Clean(f.Dir) && e.Has(fsnotify.Remove|fsnotify.Rename) {
				return fmt.Errorf("watch %s: %w", f.Dir, errMoved)
			}
			if e.Has(fsnotify.Create) {
				if err := add(w, e.Name); err != nil {
					return fmt.Errorf("watch %s: %w", f.Dir, err)
				}
			}
			rest.Reset(orElse(f.Quiet, 200*time.Millisecond))
		}
	}
}

// add watches a folder and all below it. What is no folder, or gone again, is
// passed over. Folders are watched and not files: an editor that saves by
// putting a new file in the place of the old one would end the watch.
func add(w *fsnotify.Watcher, path string) error {
	return filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist) && p != path:
			return nil
		case errors.Is(err, fs.ErrNotExist) && len(w.WatchList()) > 0:
			return nil
		case err != nil:
			return err
		case !d.IsDir():
			return nil
		case d.Name() == ".git":
			return filepath.SkipDir
		}
		return w.Add(p)
	})
}

func inGit(root, path string) bool {
	rel, err := filepath.Rel(root, path)
	if err != nil {
		return false
	}
	for rel != "." && rel != string(filepath.Separator) {
		if filepath.Base(rel) == ".git" {
			return true
		}
		rel = filepath.Dir(rel)
	}
	return false
}

func orElse(d, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return otherwise
}
