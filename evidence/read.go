package evidence

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/client"
)

// A Query says which entries are wanted. The zero value is all of them; an
// empty field asks for nothing.
type Query struct {
	From, To uint64 // indexes, To excluded; To 0 is the end
	Last     uint64 // only so many at the end, of those between From and To
	Kind     Kind
	Tenant   string
	Identity string
	Act      string
}

func (q Query) wants(e Entry) bool {
	return (q.Kind == "" || q.Kind == e.Kind) &&
		(q.Tenant == "" || q.Tenant == e.Tenant) &&
		(q.Identity == "" || q.Identity == e.Identity) &&
		(q.Act == "" || q.Act == e.Act)
}

// A Record is an entry at its place in the log.
type Record struct {
	Index    uint64 `json:"index"`
	LeafHash []byte `json:"leafHash"`
	Entry    Entry  `json:"entry"`
}

// A Proof shows that an entry is in the log that a checkpoint was signed for
// (RFC 6962, 2.1.1), to whoever has the entry's text and the public key.
type Proof struct {
	Index      uint64   `json:"index"`
	Size       uint64   `json:"size"`
	Hashes     [][]byte `json:"hashes"`
	Checkpoint string   `json:"checkpoint"`
}

// Read gives the entries that are wanted, in the log's order, each proven to be
// in the signed tree before it is given. It ends with the first error.
func Read(ctx context.Context, dir, key string, q Query) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		r, err := openReader(dir, key)
		if err != nil {
			yield(Record{}, err)
			return
		}
		to := r.signed.Size
		if q.To > 0 {
			to = min(to, q.To)
		}
		from := q.From
		if q.Last > 0 && to > q.Last {
			from = max(from, to-q.Last)
		}
		for from < to {
			end := min(to, (from/width+1)*width)
			records, err := r.bundle(ctx, from, end)
			if err != nil {
				yield(Record{}, err)
				return
			}
			for _, record := range records {
				if q.wants(record.Entry) && !yield(record, nil) {
					return
				}
			}
			from = end
		}
	}
}

// Show gives one entry and the proof of it.
func Show(ctx context.Context, dir, key string, index uint64) (Record, Proof, error) {
	r, err := openReader(dir, key)
	if err != nil {
		return Record{}, Proof{}, err
	}
	if index >= r.signed.Size {
		return Record{}, Proof{}, fmt.Errorf("show entry %d: the log has %d entries, numbered from 0", index, r.signed.Size)
	}
	records, err := r.bundle(ctx, index, index+1)
	if err != nil {
		return Record{}, Proof{}, err
	}
	path, err := r.prove(ctx, index, records[0].LeafHash)
	if err != nil {
		return Record{}, Proof{}, err
	}
	return records[0], Proof{index, r.signed.Size, path, string(r.signed.Text)}, nil
}

// Unfinished gives the intents that have no outcome, from an entry on: acts
// that a crash may have cut short, to be resolved by looking at the tenant.
func Unfinished(ctx context.Context, dir, key string, from uint64) ([]Record, error) {
	open := map[string]Record{}
	for record, err := range Read(ctx, dir, key, Query{From: from}) {
		if err != nil {
			return nil, err
		}
		act := record.Entry.Tenant + "\x00" + record.Entry.Act
		switch record.Entry.Kind {
		case Intent:
			open[act] = record
		case Outcome:
			delete(open, act)
		}
	}
	return slices.SortedFunc(maps.Values(open), func(a, b Record) int { return cmp.Compare(a.Index, b.Index) }), nil
}

type reader struct {
	dir    files
	signed Checkpoint
}

func openReader(dir, key string) (reader, error) {
	text, err := files(dir).read("checkpoint", 1<<16)
	if err != nil {
		return reader{}, err
	}
	signed, err := ReadCheckpoint(text, key)
	if err != nil {
		return reader{}, fmt.Errorf("read the evidence log %s: %w", dir, err)
	}
	return reader{files(dir), signed}, nil
}

// bundle gives the entries from one index to another of the same bundle.
func (r reader) bundle(ctx context.Context, from, to uint64) ([]Record, error) {
	entries, name, err := r.dir.bundle(from/width, r.signed.Size)
	if err != nil {
		return nil, err
	}
	hashes, _, err := r.dir.tile(0, from/width, r.signed.Size)
	if err != nil {
		return nil, err
	}
	var records []Record
	for i := from; i < to; i++ {
		at := i % width
		if at >= uint64(len(entries)) {
			return nil, fmt.Errorf("read entry %d: %s was cut off; verify the log", i, name)
		}
		leaf := rfc6962.DefaultHasher.HashLeaf(entries[at])
		if end := (at + 1) * hashSize; uint64(len(hashes)) < end || !bytes.Equal(leaf, hashes[end-hashSize:end]) {
			return nil, fmt.Errorf("read entry %d: it does not match the tree; verify the log", i)
		}
		e, err := Decode(entries[at])
		if err != nil {
			return nil, fmt.Errorf("read entry %d: %w", i, err)
		}
		records = append(records, Record{i, leaf, e})
	}
	// The proof of one goes through all hashes of its tile, and so proves them.
	_, err = r.prove(ctx, from, records[0].LeafHash)
	return records, err
}

func (r reader) prove(ctx context.Context, index uint64, leaf []byte) ([][]byte, error) {
	builder, err := client.NewProofBuilder(ctx, r.signed.Size, r.dir.fetch(r.signed.Size))
	if err != nil {
		return nil, fmt.Errorf("prove entry %d: %w", index, err)
	}
	path, err := builder.InclusionProof(ctx, index)
	if err != nil {
		return nil, fmt.Errorf("prove entry %d: %w", index, err)
	}
	if err := proof.VerifyInclusion(rfc6962.DefaultHasher, index, r.signed.Size, leaf, path, r.signed.Root); err != nil {
		return nil, fmt.Errorf("prove entry %d: it is not in the signed tree; verify the log", index)
	}
	return path, nil
}
