package evidence

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api/layout"
	"github.com/transparency-dev/tessera/client"
)

// conclude compares the whole tree with what was signed, and says what is to
// blame for a difference: an entry, a hash tile, or all of it.
func (v *verifier) conclude(ctx context.Context) error {
	odd := v.tree.first
	if v.cut {
		if odd != nil && odd.level == 0 {
			v.blame("%s does not match the tree", v.name(odd.at))
		}
		return nil
	}
	if err := v.tree.finish(); err != nil {
		return err
	}
	odd = v.tree.first
	signed := v.report.Checkpoint
	root, err := v.tree.hash()
	if err != nil {
		return err
	}
	switch same := bytes.Equal(root, signed.Root); {
	case same && odd == nil:
	case same && odd.missing:
		v.report.fault("%s is missing; the entries under it hold", odd.name)
	case same:
		v.report.fault("%s was changed: it does not hold the hash of entry %d; the entries under it hold", odd.name, odd.at)
	case odd == nil:
		v.blame("entries and hash tiles agree with each other, but not with the checkpoint that was signed: the log was rewritten as a whole")
	case odd.level > 0:
		last := min(odd.at+1<<(layout.TileHeight*odd.level), signed.Size) - 1
		v.blame("entries %d to %d do not match the tree, nor do the hash tiles under %s: both were changed", odd.at, last, odd.name)
	case v.proven(ctx, odd.at):
		v.blame("%s does not match the tree", v.name(odd.at))
	default:
		v.blame("%s does not match the tree, and its hash tile %s does not either", v.name(odd.at), odd.name)
	}
	return nil
}

// blame puts what breaks the tree before what else was found.
func (v *verifier) blame(format string, args ...any) {
	var r Report
	r.fault(format, args...)
	v.report.Faults = append(r.Faults, v.report.Faults...)
}

// proven tells whether the stored hash of an entry is the one that was signed,
// so that the entry itself is what was changed.
func (v *verifier) proven(ctx context.Context, index uint64) bool {
	signed := v.report.Checkpoint
	hashes, _, err := v.dir.tile(0, index/width, signed.Size)
	at := int(index%width) * hashSize
	if err != nil || len(hashes) < at+hashSize {
		return false
	}
	builder, err := client.NewProofBuilder(ctx, signed.Size, v.dir.fetch(signed.Size))
	if err != nil {
		return false
	}
	path, err := builder.InclusionProof(ctx, index)
	if err != nil {
		return false
	}
	return proof.VerifyInclusion(rfc6962.DefaultHasher, index, signed.Size, hashes[at:at+hashSize], path, signed.Root) == nil
}

// name names an entry by what it says now, which is a stranger's word.
func (v *verifier) name(index uint64) string {
	entries, _, err := v.dir.bundle(index/width, v.report.Checkpoint.Size)
	if at := index % width; err == nil && at < uint64(len(entries)) {
		if e, err := Decode(entries[at]); err == nil {
			return refTo(index, e).String()
		}
	}
	return Ref{Index: index}.short()
}

// earlier names the first entry of a bundle, cut short, that differs from the
// stored hashes: a changed length makes all that follow it unreadable.
func (v *verifier) earlier(index uint64, entries [][]byte) {
	hashes, _, err := v.dir.tile(0, index, v.report.Checkpoint.Size)
	if err != nil || v.tree.first != nil {
		return
	}
	for i, text := range entries {
		at := i * hashSize
		if len(hashes) < at+hashSize || !bytes.Equal(hashes[at:at+hashSize], rfc6962.DefaultHasher.HashLeaf(text)) {
			v.blame("%s does not match the tree", v.name(index*width+uint64(i)))
			return
		}
	}
}

func inOrder(open map[string]Ref) []Ref {
	return slices.SortedFunc(maps.Values(open), func(a, b Ref) int { return cmp.Compare(a.Index, b.Index) })
}
