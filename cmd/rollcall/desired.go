package main

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"sync"

	"github.com/go-git/go-git/v5/plumbing/transport"
	githttp "github.com/go-git/go-git/v5/plumbing/transport/http"

	"github.com/rollcall-dev/rollcall/internal/config"
	"github.com/rollcall-dev/rollcall/internal/follow"
	"github.com/rollcall-dev/rollcall/registry"
)

// A source is where the registry comes from: [follow.Git] or [follow.Folder].
type source interface {
	Latest(ctx context.Context) (fs.FS, string, error)
	Changes(ctx context.Context) <-chan struct{}
	Err() error
}

// sourceOf is the source that the configuration names. A repository is
// followed in a clone of our own, in a folder of that name beside the state.
func sourceOf(cfg *config.Config, clone string) source {
	r := cfg.Registry
	if r.URL == "" && r.Branch == "" {
		return &follow.Folder{Dir: r.Path}
	}
	url := r.URL
	if url == "" {
		url = r.Path
	}
	var auth transport.AuthMethod
	if r.Token.Given() {
		auth = &githttp.BasicAuth{Username: "x-access-token", Password: r.Token.Secret.Reveal()}
	}
	return &follow.Git{URL: url, Branch: r.Branch, Dir: filepath.Join(filepath.Dir(cfg.State), clone), Every: r.FetchEvery, Auth: auth}
}

// desired reads the registry once for all tenants, and again when it changed.
type desired struct {
	source source
	folder string // inside it

	mu       sync.Mutex
	snapshot *registry.Snapshot
	commit   string
	stale    bool
	err      error // why it could not be read the last time
}

// Err says why the registry is not read, or not followed, any more; nil where
// it is.
func (d *desired) Err() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err != nil {
		return d.err
	}
	return d.source.Err()
}

// Broken tells whether the registry could not be read the last time.
func (d *desired) Broken() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.err != nil
}

// Snapshot is the registry as it stands now. Where it cannot be read any more
// the error says so; the last one is not given in its place.
func (d *desired) Snapshot(ctx context.Context) (*registry.Snapshot, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s, err := d.read(ctx)
	if ctx.Err() == nil {
		d.err = err
	}
	return s, err
}

func (d *desired) read(ctx context.Context) (*registry.Snapshot, error) {
	fsys, commit, err := d.source.Latest(ctx)
	if err != nil {
		return nil, err
	}
	if d.snapshot != nil && !d.stale && commit == d.commit {
		return d.snapshot, nil
	}
	if d.folder != "" {
		if fsys, err = fs.Sub(fsys, filepath.ToSlash(d.folder)); err != nil {
			return nil, fmt.Errorf("open the folder %q of the registry: %w", d.folder, err)
		}
	}
	s, err := registry.Load(fsys, commit)
	if err != nil {
		return nil, err
	}
	d.snapshot, d.commit, d.stale = s, commit, false
	return s, nil
}

// Changed makes the next Snapshot read the files again.
func (d *desired) Changed() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stale = true
}
