package n8nserver

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// templateRevision goes up when what Prepare leaves behind changes, so that no one
// copies what an older Rollcall has prepared.
const templateRevision = "1"

// Template is the data of a prepared server that does not run. Copies of it are
// tenants of their own in every respect but one: their owner, and the owner's
// API key, are the same.
type Template struct {
	Dir     string
	Account Account
}

// Template returns the template in the cache, made in ten seconds if need be.
func (i Installation) Template(ctx context.Context) (Template, error) {
	dir := i.Dir + ".template-" + templateRevision
	unlock, err := lock(ctx, dir+".lock", func() {})
	if err != nil {
		return Template{}, err
	}
	defer unlock()
	if !exists(dir) {
		if err := i.makeTemplate(ctx, dir); err != nil {
			return Template{}, fmt.Errorf("make the template for new servers: %w", err)
		}
	}
	a, err := readAccount(dir)
	if err != nil {
		return Template{}, err
	}
	return Template{Dir: dir, Account: a}, nil
}

// makeTemplate prepares a server in a folder beside dir and renames it when it
// has stopped, so that a template is whole or not there.
func (i Installation) makeTemplate(ctx context.Context, dir string) error {
	partial, err := beginAnew(dir)
	if err != nil {
		return err
	}
	defer os.RemoveAll(partial)
	s, err := i.Start(ctx, partial, Options{})
	if err != nil {
		return err
	}
	defer s.Stop()
	if _, err := s.Prepare(ctx); err != nil {
		return err
	}
	s.Stop()
	// Its log and what it has compiled are no part of its data.
	for _, name := range []string{"n8n.log", ".cache"} {
		if err := os.RemoveAll(filepath.Join(partial, name)); err != nil {
			return err
		}
	}
	return os.Rename(partial, dir)
}

// CopyTo copies the template's data into dir, which is created.
func (t Template) CopyTo(dir string) error {
	if err := os.CopyFS(dir, os.DirFS(t.Dir)); err != nil {
		return fmt.Errorf("copy the template to %s: %w", dir, err)
	}
	return nil
}

// StartPrepared starts a server that has an owner with an API key, after some six
// seconds. In an empty dir that is a copy of the template; where there is a
// prepared server already, it goes on with its data.
func (i Installation) StartPrepared(ctx context.Context, dir string) (*Server, Account, error) {
	if !exists(filepath.Join(dir, accountFile)) {
		t, err := i.Template(ctx)
		if err != nil {
			return nil, Account{}, err
		}
		if err := t.CopyTo(dir); err != nil {
			return nil, Account{}, err
		}
	}
	a, err := readAccount(dir)
	if err != nil {
		return nil, Account{}, err
	}
	s, err := i.Start(ctx, dir, Options{})
	if err != nil {
		return nil, Account{}, err
	}
	return s, a, nil
}
