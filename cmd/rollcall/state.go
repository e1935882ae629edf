package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"strconv"
	"time"

	"github.com/rollcall-dev/rollcall/evidence"
	"github.com/rollcall-dev/rollcall/internal/config"
	"github.com/rollcall-dev/rollcall/internal/outbox"
	"github.com/rollcall-dev/rollcall/internal/secret"
	"github.com/rollcall-dev/rollcall/internal/store"
)

// stateOf is where the state is, for people: a file, or what refers to a
// database.
func stateOf(cfg *config.Config) string {
	if cfg.Database.Given() {
		return cfg.Database.Text
	}
	return cfg.State
}

// openState opens the configuration's state by store.View or store.Join, while a
// daemon may be using it.
func openState(ctx context.Context, cfg *config.Config, open func(context.Context, string) (*store.DB, error)) (*store.DB, error) {
	place, err := cfg.Place(ctx, secret.Resolver{})
	if err != nil {
		return nil, err
	}
	db, err := open(ctx, place)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no state at %s yet; \"rollcall daemon\" or \"rollcall reconcile\" makes it", stateOf(cfg))
	}
	return db, err
}

// drainTime is how long a process that ends may write evidence into the log;
// the next one writes what is left.
const drainTime = 10 * time.Second

// openLog opens the evidence log, or, where the state is shared, makes ready to
// write it when no other process does. What it returns ends that.
func (d *duty) openLog(ctx context.Context) (closeLog func() error, err error) {
	if d.cfg.Database.Given() {
		if d.cfg.Evidence.Dir == "" {
			return func() error { return nil }, nil
		}
		d.writer = &outbox.Sequencer{DB: d.db, Logger: d.log, Open: func(ctx context.Context, since string) (outbox.Log, error) {
			l, err := d.openEvidence(ctx, since, d.log)
			return written{l}, err
		}}
		return func() error {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
			defer cancel()
			return d.writer.Drain(ctx)
		}, nil
	}
	since, err := d.db.Setting(ctx, outbox.Checkpoint)
	if err != nil {
		return nil, err
	}
	if d.evidence, err = d.openEvidence(ctx, since, d.log); err != nil {
		return nil, err
	}
	return d.evidence.Close, nil
}

// recorder makes evidence of a pass over a tenant that is held.
func (d *duty) recorder(held *store.Held) recorder {
	if d.evidence != nil {
		return recorder{func(e evidence.Entry) (string, error) {
			receipt, err := d.evidence.Append(e)
			return strconv.FormatUint(receipt.Index, 10), err
		}}
	}
	return recorder{func(e evidence.Entry) (string, error) {
		text, err := e.Encode()
		if err != nil {
			return "", err
		}
		if err := d.redactor.Refuse(text); err != nil {
			return "", fmt.Errorf("refuse the %s entry: %w", e.Kind, err)
		}
		id, err := held.Put(context.Background(), text, outbox.Digest(text))
		return "outbox " + strconv.FormatInt(id, 10), err
	}}
}

// written is the evidence log as the outbox writes it.
type written struct{ *evidence.Log }

func (w written) Append(text []byte) error {
	e, err := evidence.Decode(text)
	if err == nil {
		_, err = w.Log.Append(e)
	}
	return err
}

func (w written) Head() (size uint64, checkpoint string, err error) {
	c, err := w.Checkpoint()
	return c.Size, string(c.Text), err
}

func (w written) Leaves(ctx context.Context, from uint64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for record, err := range evidence.Read(ctx, w.Dir, w.Log.Key, evidence.Query{From: from}) {
			if !yield(record.LeafHash, err) {
				return
			}
		}
	}
}
