package evidence

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
)

// Options says how a log is opened. The zero value will do.
type Options struct {
	Origin string             // the log's name, for good, when it is made; empty makes one up
	Key    string             // file of the private key; empty is the folder's own name with ".key" after it
	Refuse func([]byte) error // the last look at an entry's text: an error keeps it out
	Since  []byte             // a checkpoint that is remembered: a log that does not extend it is not opened
}

// A Log is an evidence log with this process as its one writer. Its methods
// may be called from any number of goroutines.
type Log struct {
	Dir     string // folder
	Origin  string // name
	KeyFile string // of the private key
	Key     string // the public key, to verify with
	New     bool   // it was made just now

	refuse   func([]byte) error
	lock     *os.File
	add      tessera.AddFn
	shutdown func(context.Context) error
	cancel   context.CancelFunc

	mu     sync.Mutex // guards closed and sends on queue
	closed bool
	queue  chan pending
	done   chan struct{} // the queue is empty and will stay so
}

// A Receipt says where an entry stands.
type Receipt struct {
	Index    uint64
	LeafHash []byte
}

const (
	batch           = 1024                   // entries that are made durable at once
	signEvery       = 100 * time.Millisecond // the shortest that the storage knows
	shutdownTimeout = 10 * time.Second
)

// Open opens the log in a folder, for writing; where there is none, it makes
// it, and a signing key. It fails with [ErrInUse] while another process has it
// open, and for a log that does not extend what its key last signed. ctx is
// that of opening alone.
func Open(ctx context.Context, dir string, o Options) (*Log, error) {
	quiet()
	if o.Key == "" {
		o.Key = dir + ".key"
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the evidence log's folder: %w", err)
	}
	held, err := lock(dir)
	if err != nil {
		return nil, err
	}
	l := &Log{Dir: dir, KeyFile: o.Key, refuse: o.Refuse, lock: held, queue: make(chan pending, batch), done: make(chan struct{})}
	if err := l.open(ctx, o); err != nil {
		return nil, errors.Join(err, held.Close())
	}
	go l.write()
	return l, nil
}

func (l *Log) open(ctx context.Context, o Options) error {
	signer, err := l.prepare(o)
	if err != nil {
		return err
	}
	storage, err := posix.New(ctx, posix.Config{Path: l.Dir})
	if err != nil {
		return fmt.Errorf("open the evidence log %s: %w", l.Dir, err)
	}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	appender, shutdown, _, err := tessera.NewAppender(running, storage, tessera.NewAppendOptions().
		WithCheckpointSigner(signer).
		WithCheckpointInterval(signEvery).
		WithCheckpointRepublishInterval(0).
		WithBatching(batch, time.Millisecond).
		WithShutdownTimeout(shutdownTimeout))
	if err != nil {
		cancel()
		return fmt.Errorf("open the evidence log %s: %w", l.Dir, err)
	}
	l.add, l.shutdown, l.cancel = appender.Add, shutdown, cancel
	return l.awaitSigned(ctx)
}

// prepare finds out whether there is a log, and checks or makes its key.
func (l *Log) prepare(o Options) (signer note.Signer, err error) {
	if l.New, err = isNew(l.Dir, o.Key); err != nil {
		return nil, err
	}
	if l.New && o.Since != nil {
		return nil, fmt.Errorf("open the evidence log %s: a checkpoint of it is remembered, but the log is gone; restore it", l.Dir)
	}
	if l.New {
		signer, err = makeKey(l.Dir, o.Key, o.Origin)
	} else {
		signer, err = readKey(o.Key)
	}
	if err != nil {
		return nil, err
	}
	if l.Key, err = ReadPublicKey(l.Dir); err != nil {
		return nil, err
	}
	if err := samePair(signer, l.Key); err != nil {
		return nil, fmt.Errorf("open the evidence log %s: the key %s is not the one of %s", l.Dir, o.Key, PublicKeyFile)
	}
	if l.Origin = signer.Name(); o.Origin != "" && o.Origin != l.Origin {
		return nil, fmt.Errorf("open the evidence log %s: its name is %q, not %q; a log keeps its name", l.Dir, l.Origin, o.Origin)
	}
	return signer, extends(files(l.Dir), l.Key, o.Since)
}

// Checkpoint reads what was last signed. It is behind the newest entries by
// about a tenth of a second.
func (l *Log) Checkpoint() (Checkpoint, error) {
	text, err := files(l.Dir).read("checkpoint", 1<<16)
	if err != nil {
		return Checkpoint{}, err
	}
	return ReadCheckpoint(text, l.Key)
}

// awaitSigned waits until what a crash left unsigned is signed.
func (l *Log) awaitSigned(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, shutdownTimeout)
	defer cancel()
	tick := time.NewTicker(signEvery / 4)
	defer tick.Stop()
	for {
		size, _, err := files(l.Dir).state()
		if err != nil {
			l.cancel()
			return err
		}
		signed, err := l.Checkpoint()
		if err == nil && signed.Size >= size {
			return nil
		}
		select {
		case <-ctx.Done():
			l.cancel()
			return errors.Join(fmt.Errorf("open the evidence log %s: its newest entries could not be signed in time", l.Dir), err)
		case <-tick.C:
		}
	}
}
