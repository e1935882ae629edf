package evidence

import (
	"encoding/base64"
	"errors"
	"fmt"

	formats "github.com/transparency-dev/formats/log"
	"golang.org/x/mod/sumdb/note"
)

// A Checkpoint is what the log's key signed: so many entries, with this hash
// over all of them. Its text is worth keeping outside the log: [Verify] tells
// from an old one whether the log was rolled back or forked.
type Checkpoint struct {
	Origin string
	Size   uint64
	Root   []byte
	Text   []byte // as signed
}

// ReadCheckpoint reads a checkpoint's text and checks its signature by the
// verifier key.
func ReadCheckpoint(text []byte, key string) (Checkpoint, error) {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("read the public key %q: it is no note verifier key", key)
	}
	n, err := note.Open(text, note.VerifierList(verifier))
	var unverified *note.UnverifiedNoteError
	switch {
	case errors.As(err, &unverified):
		return Checkpoint{}, fmt.Errorf("the checkpoint is not signed by %s", verifier.Name())
	case err != nil:
		return Checkpoint{}, errors.New("the checkpoint's signature does not hold")
	}
	// The last character of a base64 text holds bits that nobody reads; a
	// checkpoint has one spelling only.
	for _, s := range append(n.Sigs, n.UnverifiedSigs...) {
		if _, err := base64.StdEncoding.Strict().DecodeString(s.Base64); err != nil {
			return Checkpoint{}, errors.New("the checkpoint's signature does not hold")
		}
	}
	var c formats.Checkpoint
	if _, err := c.Unmarshal([]byte(n.Text)); err != nil {
		return Checkpoint{}, fmt.Errorf("read the checkpoint: %w", err)
	}
	if c.Origin != verifier.Name() {
		return Checkpoint{}, fmt.Errorf("the checkpoint is of the log %q, the key of %q", c.Origin, verifier.Name())
	}
	return Checkpoint{Origin: c.Origin, Size: c.Size, Root: c.Hash, Text: text}, nil
}
