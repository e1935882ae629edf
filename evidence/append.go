package evidence

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera"
)

// ErrClosed says that the log was closed.
var ErrClosed = errors.New("the evidence log is closed")

type pending struct {
	text   []byte
	answer chan<- answer
}

type answer struct {
	receipt Receipt
	err     error
}

// Append writes an entry. When it returns a receipt, the entry is on the disk
// and in the tree, and no crash undoes that; its signature follows within
// about a tenth of a second. An error is no receipt: the entry may be in the
// log or not. It cannot be cancelled, on purpose: an act waits for it.
func (l *Log) Append(e Entry) (Receipt, error) {
	text, err := e.Encode()
	if err != nil {
		return Receipt{}, err
	}
	if l.refuse != nil {
		if err := l.refuse(text); err != nil {
			return Receipt{}, fmt.Errorf("refuse the %s entry: %w", e.Kind, err)
		}
	}
	got := make(chan answer, 1)
	if err := l.send(pending{text, got}); err != nil {
		return Receipt{}, err
	}
	a := <-got
	return a.receipt, a.err
}

func (l *Log) send(p pending) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return ErrClosed
	}
	l.queue <- p
	return nil
}

// write makes durable, at once, whatever has come since it last did: one entry
// alone is not kept waiting for others, and a thousand cost one write.
func (l *Log) write() {
	defer close(l.done)
	for first := range l.queue {
		group := []pending{first}
		for len(group) < batch && len(l.queue) > 0 {
			group = append(group, <-l.queue)
		}
		l.writeGroup(group)
	}
}

func (l *Log) writeGroup(group []pending) {
	if err := l.writable(); err != nil {
		for _, p := range group {
			p.answer <- answer{err: fmt.Errorf("append to the evidence log: %w", err)}
		}
		return
	}
	futures := make([]tessera.IndexFuture, len(group))
	for i, p := range group {
		futures[i] = l.add(context.Background(), tessera.NewEntry(p.text))
	}
	for i, future := range futures {
		index, err := future()
		if err != nil {
			group[i].answer <- answer{err: fmt.Errorf("append to the evidence log %s: %w", l.Dir, err)}
			continue
		}
		group[i].answer <- answer{receipt: Receipt{index.Index, rfc6962.DefaultHasher.HashLeaf(group[i].text)}}
	}
}

// writable looks whether the storage can take its own lock: it would end the
// whole process where that fails.
func (l *Log) writable() error {
	f, err := os.OpenFile(filepath.Join(l.Dir, ".state", "treeState.lock"), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return f.Close()
}

// Close waits for the appends under way, has the last of them signed, and lets
// go of the log. An error says that this could not be done; the next Open
// signs what is left.
func (l *Log) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil
	}
	l.closed = true
	close(l.queue)
	l.mu.Unlock()

	<-l.done
	err := l.shutdown(context.Background())
	l.cancel()
	if err != nil {
		err = fmt.Errorf("close the evidence log %s: its last entries are not signed yet; the next start does it: %w", l.Dir, err)
	}
	return errors.Join(err, l.lock.Close())
}
