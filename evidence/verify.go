package evidence

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/transparency-dev/merkle/rfc6962"
)

// Verify reads a whole log and checks it against the checkpoint that its key
// signed: every entry, every hash tile, the size. With checkpoints that are
// remembered from before, it checks that the log extends each of them. What
// does not hold is in the report; an error says that the log could not be
// read. It needs nothing of the writer, which may be running.
func Verify(ctx context.Context, dir, key string, since ...[]byte) (Report, error) {
	var r Report
	text, err := files(dir).read("checkpoint", 1<<16)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(filepath.Join(dir, "tile")); err != nil {
			return Report{}, fmt.Errorf("verify %s: there is no evidence log", dir)
		}
		r.fault("the signed checkpoint is missing")
		return r, nil
	}
	if err != nil {
		return Report{}, err
	}
	v := verifier{dir: files(dir), report: &r, open: map[string]Ref{}}
	if r.Checkpoint, err = ReadCheckpoint(text, key); err != nil {
		r.fault("%v", err)
		return r, nil
	}
	if err := v.remember(since, key); err != nil {
		return Report{}, err
	}
	if err := v.run(ctx); err != nil {
		return Report{}, fmt.Errorf("verify %s: %w", dir, err)
	}
	return r, nil
}

type verifier struct {
	dir    files
	report *Report
	tree   *tree
	since  []Checkpoint
	open   map[string]Ref // intents so far without outcome, by tenant and act
	cut    bool           // the log ends early
	strays int            // entries that do not read as evidence
}

func (v *verifier) remember(since [][]byte, key string) error {
	for _, text := range since {
		old, err := ReadCheckpoint(text, key)
		if err != nil {
			return fmt.Errorf("read the remembered checkpoint: %w", err)
		}
		if now := v.report.Checkpoint; old.Size > now.Size {
			v.report.fault("the log was rolled back: it has %d entries, and the remembered checkpoint %d", now.Size, old.Size)
			continue
		}
		v.since = append(v.since, old)
	}
	return nil
}

func (v *verifier) run(ctx context.Context) error {
	size := v.report.Checkpoint.Size
	v.tree = newTree(v.dir, size)
	for index := uint64(0); index*width < size && !v.cut; index++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := v.bundle(index); err != nil {
			return err
		}
	}
	if err := v.compareSince(); err != nil { // those of the log's whole size
		return err
	}
	if err := v.conclude(ctx); err != nil {
		return err
	}
	v.report.Open = inOrder(v.open)
	return v.unsigned()
}

// bundle reads one bundle: its entries into the tree and into the report.
func (v *verifier) bundle(index uint64) error {
	size := v.report.Checkpoint.Size
	want := min(width, size-index*width)
	entries, name, err := v.dir.bundle(index, size)
	if errors.Is(err, fs.ErrNotExist) {
		v.cut = true
		v.report.fault("%s is missing, and the %d entries from %d on with it; %d were signed", name, size-index*width, index*width, size)
		return nil
	}
	if err != nil {
		return err
	}
	for i, text := range entries[:min(uint64(len(entries)), want)] {
		if err := v.entry(index*width+uint64(i), text); err != nil {
			return err
		}
	}
	switch got := uint64(len(entries)); {
	case got < want:
		v.cut = true
		v.earlier(index, entries)
		v.report.fault("%s was cut off: it has %d entries of %d; %d were signed in all", name, got, want, size)
	case got > want:
		v.report.fault("%s has more in it than the %d entries that were signed", name, want)
	}
	return nil
}

func (v *verifier) entry(index uint64, text []byte) error {
	if err := v.compareSince(); err != nil {
		return err
	}
	if err := v.tree.add(rfc6962.DefaultHasher.HashLeaf(text)); err != nil {
		return err
	}
	v.report.Entries++
	e, err := Decode(text)
	if err != nil {
		if v.strays++; v.strays <= maxFaults {
			v.report.fault("entry %d is no evidence: %v", index, err)
		}
		return nil
	}
	if index == 0 {
		v.report.First = e.Time
	}
	v.report.Last = e.Time
	act := e.Tenant + "\x00" + e.Act
	switch e.Kind {
	case Intent:
		v.open[act] = refTo(index, e)
	case Outcome:
		delete(v.open, act)
	}
	return nil
}

// compareSince compares the tree, where it is as large as a remembered one was.
func (v *verifier) compareSince() error {
	for _, old := range v.since {
		if old.Size != v.tree.root.End() {
			continue
		}
		got, err := v.tree.hash()
		if err != nil {
			return err
		}
		if !bytes.Equal(got, old.Root) {
			v.report.fault("the first %d entries are not those of the remembered checkpoint: the log was rewritten", old.Size)
		}
	}
	return nil
}

// unsigned counts what the writer has taken in since the checkpoint, as far as
// its own state tells; a copy of the log need not have it.
func (v *verifier) unsigned() error {
	size, _, err := v.dir.state()
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if signed := v.report.Checkpoint.Size; size > signed {
		v.report.Unsigned = size - signed
	}
	return nil
}
