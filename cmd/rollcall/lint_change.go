package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/rollcall-dev/rollcall/internal/gittree"
	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

// A judgement is what the rules found, and in which files.
type judgement struct {
	result lint.Result
	rules  []lint.Rule // that were asked for: the book's, and the organisation's own
	files  fs.FS
	commit string // empty for files that are in none
	change bool   // a change was judged, and not a registry by itself
}

// judge judges what the flags name. What people should know besides goes to
// notes.
func (f *lintFlags) judge(dir string, notes io.Writer) (judgement, error) {
	now, err := day(f.at)
	if err != nil {
		return judgement{}, err
	}
	files, commit, err := f.open(dir)
	if err != nil {
		return judgement{}, err
	}
	loader := registry.Loader{Cache: cacheOf(os.Getenv, dir, notes), Progress: progress(notes, "loading")}
	base, tree, err := f.loadBase(loader, dir, notes)
	if err != nil {
		return judgement{}, err
	}
	head, err := loader.Load(context.Background(), files, commit)
	if err != nil {
		return judgement{}, err
	}
	search, err := f.searched(dir, files, tree)
	if err != nil {
		return judgement{}, err
	}
	pass := lint.Pass{Head: head, Base: base, Files: search, Now: now, Brief: f.format == "text" && !f.all}
	if err := f.live.look(context.Background(), &pass, notes); err != nil {
		return judgement{}, err
	}
	book, err := withOrganisationRules(context.Background(), &pass)
	if err != nil {
		return judgement{}, err
	}
	res := lint.RunChange(book, pass)
	if err := letGo(tree, search); err != nil {
		return judgement{}, err
	}
	return judgement{result: res, rules: book, files: files, commit: commit, change: base != nil}, nil
}

// searched are the files in which secrets are looked for: those that the change
// touches, now and in each of its commits; or all.
func (f *lintFlags) searched(dir string, files fs.FS, base *gittree.Tree) (search []*lint.Files, err error) {
	if base != nil {
		names, err := gittree.Changed(base, files)
		if err != nil {
			return nil, err
		}
		search = append(search, &lint.Files{FS: files, Names: names, Changed: true})
	}
	if f.secrets {
		all, err := lint.AllFiles(files)
		if err != nil {
			return nil, err
		}
		search = append(search, all)
	}
	if f.base == "" {
		return search, nil
	}
	steps, err := gittree.Between(dir, f.base, cmp.Or(f.head, "HEAD"))
	for _, s := range steps {
		search = append(search, &lint.Files{Commit: s.Commit, FS: s.Files, Names: s.Names})
	}
	return search, err
}

// letGo closes the commits that were looked at.
func letGo(base *gittree.Tree, search []*lint.Files) (err error) {
	if base != nil {
		err = base.Close()
	}
	for _, s := range search {
		if tree, ok := s.FS.(*gittree.Tree); ok {
			err = errors.Join(err, tree.Close())
		}
	}
	return err
}

// open gives the files that are judged: those of the folder, of a commit, or
// what is staged.
func (f *lintFlags) open(dir string) (fs.FS, string, error) {
	switch {
	case f.staged:
		tree, err := gittree.Staged(dir)
		return tree, "", err
	case f.head != "":
		return openRegistry(dir, f.head)
	}
	return openRegistry(dir, f.rev)
}

// loadBase is the registry that a change is judged against, and its files. The
// registry is nil where no change is judged, or where it began with the change.
func (f *lintFlags) loadBase(loader registry.Loader, dir string, notes io.Writer) (*registry.Snapshot, *gittree.Tree, error) {
	rev := f.base
	if rev == "" && f.staged {
		rev = "HEAD"
	}
	if rev == "" {
		return nil, nil, nil
	}
	files, commit, err := gittree.Open(dir, rev)
	if f.base == "" && errors.Is(err, plumbing.ErrReferenceNotFound) {
		fmt.Fprintln(notes, "there is no commit yet; all is judged as new, by its own policy")
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	base, err := loader.Load(context.Background(), files, commit)
	if errors.Is(err, registry.ErrNoRegistry) {
		if f.base != "" { // somebody expected one there
			fmt.Fprint(notes, "warning: ")
		}
		fmt.Fprintf(notes, "%s holds no registry yet; all is judged as new, by its own policy\n", rev)
		return nil, files, nil
	}
	return base, files, err
}
