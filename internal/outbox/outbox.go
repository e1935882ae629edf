// Package outbox puts the evidence that several processes committed to a
// PostgreSQL database into the evidence log, which has one writer at a time:
// none is lost and none is there twice, whenever a process dies.
//
// The database remembers how many entries the log had when entries were last
// taken out of the outbox. Who begins to write compares what the log has beyond
// those with the outbox, by the entries' hashes: what is in both was written by
// somebody who died before it could be taken out.
package outbox

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/rollcall-dev/rollcall/internal/store"
)

// A Log is the evidence log, open for writing.
type Log interface {
	// Append returns when the entry is durable. After an error it may be in the
	// log or not. Several may be called at a time.
	Append(text []byte) error
	// Head is what the log signed last. Just after opening, that is all of it.
	Head() (size uint64, checkpoint string, err error)
	// Leaves are the hashes of its signed entries from an index on.
	Leaves(ctx context.Context, from uint64) iter.Seq2[[]byte, error]
	Close() error
}

// A Sequencer is one of the processes that can write to the log. All fields are
// required.
type Sequencer struct {
	DB *store.DB
	// Open opens the log. since is the checkpoint that is remembered of it, or
	// "": a log that does not extend it is to be refused.
	Open   func(ctx context.Context, since string) (Log, error)
	Logger *slog.Logger
}

// Names of settings.
const (
	Checkpoint = "evidence.checkpoint" // what the log signed last, to know it by
	sequenced  = "evidence.sequenced"  // how many entries it had when the outbox was last emptied into it
)

const (
	group     = 256 // entries that are looked at together
	pollEvery = 200 * time.Millisecond
	tryEvery  = 3 * time.Second
)

// Digest is the hash of an entry's text as a leaf of the log (RFC 6962, 2.1).
func Digest(text []byte) []byte {
	sum := sha256.Sum256(append([]byte{0}, text...))
	return sum[:]
}

// Run writes to the log what comes into the outbox, until ctx is done. While
// another process does, it waits to take over. What goes wrong is logged once,
// and tried again.
func (s *Sequencer) Run(ctx context.Context) {
	told := ""
	for ctx.Err() == nil {
		err := s.lead(ctx, true)
		switch {
		case err == nil || ctx.Err() != nil || errors.Is(err, store.ErrBusy):
			told = ""
		case err.Error() != told:
			told = err.Error()
			s.Logger.ErrorContext(ctx, "evidence stays in the database", "err", told)
		}
		select {
		case <-ctx.Done():
		case <-time.After(tryEvery):
		}
	}
}

// Drain writes to the log what is in the outbox now, unless another process
// does.
func (s *Sequencer) Drain(ctx context.Context) error {
	err := s.lead(ctx, false)
	if errors.Is(err, store.ErrBusy) {
		return nil
	}
	return err
}

// lead is the time for which this process is the log's one writer.
func (s *Sequencer) lead(ctx context.Context, stay bool) (err error) {
	ctx, held, err := s.DB.Hold(ctx, "evidence log")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, held.Release()) }()
	w := &writer{db: s.DB, held: held}
	if w.log, err = s.open(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.log.Close()) }()
	if err := w.recover(ctx); err != nil {
		return err
	}
	for {
		moved, err := w.move(ctx)
		if err != nil || moved == 0 && !stay {
			return err
		}
		if moved > 0 {
			continue
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pollEvery):
		}
	}
}

func (s *Sequencer) open(ctx context.Context) (Log, error) {
	since, err := s.DB.Setting(ctx, Checkpoint)
	if err != nil {
		return nil, err
	}
	return s.Open(ctx, since)
}

// A writer is the log's one writer.
type writer struct {
	db   *store.DB
	held *store.Held
	log  Log
	size uint64 // of the log
}

// recover takes out of the outbox what is in the log already.
func (w *writer) recover(ctx context.Context) error {
	kept, err := w.db.Setting(ctx, sequenced)
	if err != nil {
		return err
	}
	var known uint64
	if kept != "" {
		if known, err = strconv.ParseUint(kept, 10, 64); err != nil {
			return fmt.Errorf("read the setting %s: %w", sequenced, err)
		}
	}
	if w.size, _, err = w.log.Head(); err != nil {
		return err
	}
	if w.size < known {
		return fmt.Errorf("the evidence log has %d entries, and had %d when entries were last put into it; restore it", w.size, known)
	}
	there := []int64{}
	for leaf, err := range w.log.Leaves(ctx, known) {
		if err != nil {
			return err
		}
		id, err := w.db.Waits(ctx, leaf, there)
		if err != nil {
			return err
		}
		if id != 0 {
			there = append(there, id)
		}
	}
	return w.take(ctx, there)
}

// move writes what has come into the outbox. Of one tenant, one entry is
// written after the other is durable: their order is told, and the log keeps it
// only then.
func (w *writer) move(ctx context.Context) (moved int, err error) {
	rows, err := w.db.Outbox(ctx, group)
	if err != nil {
		return 0, err
	}
	for len(rows) > 0 {
		n, err := apart(rows)
		if err != nil {
			return moved, err
		}
		if err := w.write(ctx, rows[:n]); err != nil {
			return moved, err
		}
		moved += n
		rows = rows[n:]
	}
	return moved, nil
}

// apart is how many rows there are before one of a tenant that has one already.
func apart(rows []store.Row) (int, error) {
	seen := map[string]bool{}
	for i, row := range rows {
		var of struct{ Tenant string }
		if err := json.Unmarshal(row.Body, &of); err != nil {
			return 0, fmt.Errorf("read entry %d of the outbox: %w", row.ID, err)
		}
		if seen[of.Tenant] {
			return i, nil
		}
		seen[of.Tenant] = true
	}
	return len(rows), nil
}

func (w *writer) write(ctx context.Context, rows []store.Row) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var g errgroup.Group
	var ids []int64
	for _, row := range rows {
		ids = append(ids, row.ID)
		g.Go(func() error { return w.log.Append(row.Body) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	w.size += uint64(len(rows))
	return w.take(context.WithoutCancel(ctx), ids)
}

func (w *writer) take(ctx context.Context, ids []int64) error {
	_, checkpoint, err := w.log.Head()
	if err != nil {
		return err
	}
	return w.held.Take(ctx, ids, map[string]string{sequenced: strconv.FormatUint(w.size, 10), Checkpoint: checkpoint})
}
