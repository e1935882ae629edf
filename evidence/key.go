package evidence

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// PublicKeyFile is the name, in the log's folder, of the key that it is
// verified with. Whoever can write the folder can replace it: keep a copy
// elsewhere, or the checkpoint.
const PublicKeyFile = "log.pub"

// newName makes a name for a log that has none: no two logs share one.
func newName() string {
	b := make([]byte, 6)
	rand.Read(b) // never fails
	return "rollcall/" + hex.EncodeToString(b)
}

// makeKey writes a new key pair. The public key comes first: a private key
// without a log is taken for a log that was lost.
func makeKey(dir, private, origin string) (note.Signer, error) {
	if origin == "" {
		origin = newName()
	}
	secret, public, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return nil, fmt.Errorf("make a signing key for the evidence log %q: %w", origin, err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		return nil, fmt.Errorf("make a signing key: the log's origin %q will not do: %w", origin, err)
	}
	if err := writeDurably(filepath.Join(dir, PublicKeyFile), public+"\n", 0o644); err != nil {
		return nil, fmt.Errorf("write the public key: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(private), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the signing key: %w", err)
	}
	if err := writeDurably(private, secret+"\n", 0o600); err != nil {
		return nil, fmt.Errorf("write the signing key: %w", err)
	}
	return signer, nil
}

// readKey reads the private key. A file that does not exist is
// [fs.ErrNotExist].
func readKey(path string) (note.Signer, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read the signing key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("read the signing key %s: others may read it (mode %04o); chmod 600 it", path, info.Mode().Perm())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the signing key: %w", err)
	}
	signer, err := note.NewSigner(strings.TrimSpace(string(text)))
	if err != nil {
		return nil, fmt.Errorf("read the signing key %s: it is no note signing key", path)
	}
	return signer, nil
}

// ReadPublicKey reads a key to verify with from a file, or, given a log's
// folder, the one that lies beside the log.
func ReadPublicKey(path string) (string, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, PublicKeyFile)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read the public key: %w", err)
	}
	key := strings.TrimSpace(string(text))
	if _, err := note.NewVerifier(key); err != nil {
		return "", fmt.Errorf("read the public key %s: it is no note verifier key", path)
	}
	return key, nil
}

// writeDurably makes a file that does not exist yet, whole or not at all.
func writeDurably(path, text string, mode fs.FileMode) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	_, err = f.WriteString(text)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
