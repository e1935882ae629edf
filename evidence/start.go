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
	"github.com/transparency-dev/tessera/client"
	"golang.org/x/mod/sumdb/note"
)

// isNew tells whether a log is to be made. A log without its key and a key
// without its log are no new logs but lost halves: to go on would sign a
// second history under the first one's name.
func isNew(dir, key string) (bool, error) {
	hasLog, err := exists(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return false, err
	}
	hasState, err := exists(filepath.Join(dir, ".state", "treeState"))
	if err != nil {
		return false, err
	}
	hasKey, err := exists(key)
	if err != nil {
		return false, err
	}
	hasPublic, err := exists(filepath.Join(dir, PublicKeyFile))
	if err != nil {
		return false, err
	}
	switch {
	case (hasLog || hasState) && !hasKey:
		return false, fmt.Errorf("open the evidence log %s: its signing key %s is gone; restore the key, or start a new log in another folder", dir, key)
	case hasKey && !hasPublic:
		return false, fmt.Errorf("open the evidence log %s: there is no log, but its signing key %s; restore the log, or move the key away to start a new one", dir, key)
	case hasKey:
		return false, nil
	case hasPublic: // the process ended while it made the key: nothing was ever signed
		return true, os.Remove(filepath.Join(dir, PublicKeyFile))
	}
	return true, nil
}

func exists(path string) (bool, error) {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("open the evidence log: %w", err)
	}
	return true, nil
}

func samePair(signer note.Signer, key string) error {
	signed, err := note.Sign(&note.Note{Text: "is this the pair?\n"}, signer)
	if err != nil {
		return err
	}
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return err
	}
	_, err = note.Open(signed, note.VerifierList(verifier))
	return err
}

// extends checks that what the writer would sign next extends what was signed
// last, and what is remembered. Without it, whoever rewrites the files while
// the writer is down would get his version signed at the next start.
func extends(dir files, key string, since []byte) error {
	size, root, err := dir.state()
	text, readErr := dir.read("checkpoint", 1<<16)
	unmade := errors.Is(err, fs.ErrNotExist) && errors.Is(readErr, fs.ErrNotExist)
	if unmade && since == nil {
		return nil
	}
	if unmade {
		return errors.New("open the evidence log: a checkpoint of it is remembered, but the log is gone; restore it")
	}
	if err != nil {
		return err
	}
	if errors.Is(readErr, fs.ErrNotExist) && size == 0 {
		return nil // the process ended between making the log and signing it
	}
	if readErr != nil {
		return readErr
	}
	signed := [][]byte{text}
	if since != nil {
		signed = append(signed, since)
	}
	for _, text := range signed {
		if err := extendsOne(dir, key, text, size, root); err != nil {
			return fmt.Errorf("open the evidence log %s: %w; verify it, and restore it from a copy", dir, err)
		}
	}
	return nil
}

func extendsOne(dir files, key string, text []byte, size uint64, root []byte) error {
	old, err := ReadCheckpoint(text, key)
	if err != nil {
		return err
	}
	if size < old.Size {
		return fmt.Errorf("it was cut off: it has %d entries, and %d were signed", size, old.Size)
	}
	for _, at := range []Checkpoint{old, {Size: size, Root: root}} {
		got, err := rootAt(dir, at.Size, size)
		if err != nil {
			return err
		}
		if !bytes.Equal(got, at.Root) {
			return fmt.Errorf("its first %d entries are not those that were signed", at.Size)
		}
	}
	return nil
}

// rootAt computes from the tiles of a log of size entries what its hash was
// when it had at of them.
func rootAt(dir files, at, size uint64) ([]byte, error) {
	if at == 0 {
		return rfc6962.DefaultHasher.EmptyRoot(), nil
	}
	fetch := dir.fetch(size)
	hashes, err := client.FetchRangeNodes(context.Background(), at, fetch)
	if err != nil {
		return nil, fmt.Errorf("its hash tiles cannot be read: %w", err)
	}
	r, err := factory.NewRange(0, at, hashes)
	if err != nil {
		return nil, fmt.Errorf("its hash tiles cannot be read: %w", err)
	}
	return r.GetRootHash(nil)
}
