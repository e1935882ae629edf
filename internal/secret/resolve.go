package secret

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"
)

const (
	maxSize     = 64 << 10
	execTimeout = 10 * time.Second
)

// A Resolver reads the secrets that references name. The zero value reads them
// from where they really are.
type Resolver struct {
	LookupEnv func(string) (string, bool) // nil: the process's environment
	Redactor  *Redactor                   // gets to know each secret that was read; nil: none does
	Client    *http.Client                // to Vault; nil: one with a timeout of 10 seconds
}

// Check tells whether a text is a reference, without reading anything. Its
// error never repeats the text: who writes a secret where a reference belongs
// has it in no message.
func Check(ref string) error {
	scheme, rest, found := strings.Cut(ref, ":")
	if !found || !strings.Contains("|env|file|exec|vault|", "|"+scheme+"|") {
		return errors.New("this is no reference to a secret; write env:NAME, file:/path, exec:command or vault:path#field, and keep the secret itself elsewhere")
	}
	if strings.TrimSpace(rest) == "" {
		return fmt.Errorf("the reference %q says nothing after the colon", scheme+":")
	}
	if path, field, _ := strings.Cut(rest, "#"); scheme == "vault" && (path == "" || field == "") {
		return errors.New("a reference to Vault is vault:path#field, like vault:secret/data/rollcall#apiKey")
	}
	return nil
}

// Resolve reads the secret that a reference names.
func (r Resolver) Resolve(ctx context.Context, ref string) (Secret, error) {
	if err := Check(ref); err != nil {
		return Secret{}, err
	}
	value, err := r.read(ctx, ref)
	if err != nil {
		return Secret{}, err
	}
	if len(value) < MinLength {
		return Secret{}, fmt.Errorf("the secret of %s has %d bytes; at least %d are needed to keep it out of logs", ref, len(value), MinLength)
	}
	s := New(value)
	if r.Redactor != nil {
		r.Redactor.Add(s)
	}
	return s, nil
}

func (r Resolver) read(ctx context.Context, ref string) (string, error) {
	scheme, rest, _ := strings.Cut(ref, ":")
	switch scheme {
	case "env":
		value, there := r.lookup(rest)
		if !there || value == "" {
			return "", fmt.Errorf("the environment variable %s is not set", rest)
		}
		return value, nil
	case "file":
		return readFile(rest)
	case "exec":
		return run(ctx, strings.Fields(rest))
	default:
		path, field, _ := strings.Cut(rest, "#")
		vault, err := r.vault()
		if err != nil {
			return "", err
		}
		return vault.Read(ctx, path, field)
	}
}

func (r Resolver) lookup(name string) (string, bool) {
	if r.LookupEnv != nil {
		return r.LookupEnv(name)
	}
	return os.LookupEnv(name)
}

func readFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("read the secret's file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", fmt.Errorf("read the secret's file: %w", err)
	}
	switch {
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("read the secret's file %s: it is no regular file", path)
	case info.Mode().Perm()&0o007 != 0:
		return "", fmt.Errorf("read the secret's file %s: everybody may use it (mode %04o); chmod o= it", path, info.Mode().Perm())
	case info.Size() > maxSize:
		return "", fmt.Errorf("read the secret's file %s: it has %d bytes, over the limit of %d", path, info.Size(), maxSize)
	case info.Size() == 0:
		return "", fmt.Errorf("read the secret's file %s: it is empty", path)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxSize))
	if err != nil {
		return "", fmt.Errorf("read the secret's file: %w", err)
	}
	return dropNewline(string(text)), nil
}

// run gives what a command prints. What it says on its error output is not
// repeated, since nobody knows what is in it.
func run(ctx context.Context, args []string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, execTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.WaitDelay = time.Second // for children that keep its output open
	var out limited
	cmd.Stdout = &out
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return "", fmt.Errorf("run %s for a secret: it was not done after %v", args[0], execTimeout)
	case out.over:
		return "", fmt.Errorf("run %s for a secret: it printed more than %d bytes", args[0], maxSize)
	case err != nil:
		return "", fmt.Errorf("run %s for a secret: %w; run it by hand to see why", args[0], err)
	case out.text.Len() == 0:
		return "", fmt.Errorf("run %s for a secret: it printed nothing", args[0])
	}
	return dropNewline(out.text.String()), nil
}

// limited is a buffer that takes no more than a secret may have. It embeds no
// bytes.Buffer, whose ReadFrom would be used past its Write.
type limited struct {
	text bytes.Buffer
	over bool
}

// Write takes all or nothing.
func (l *limited) Write(p []byte) (int, error) {
	if l.text.Len()+len(p) > maxSize {
		l.over = true
		return 0, io.ErrShortWrite
	}
	return l.text.Write(p)
}

func dropNewline(text string) string {
	return strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
}
