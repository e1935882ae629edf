package gen

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Write writes the repository into a folder, which is made where it is not
// there.
func Write(dir string, o Options) error {
	made := map[string]bool{}
	for name, text := range Files(o) {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if folder := filepath.Dir(file); !made[folder] {
			if err := os.MkdirAll(folder, 0o755); err != nil {
				return fmt.Errorf("write the generated registry: %w", err)
			}
			made[folder] = true
		}
		if err := os.WriteFile(file, text, 0o644); err != nil {
			return fmt.Errorf("write the generated registry: %w", err)
		}
	}
	return nil
}

// WriteGit makes a bare repository in a folder that is not there or empty, with
// the registry as the one commit of branch main, in one pack, and returns the
// commit. It needs the git command.
func WriteGit(dir string, o Options) (commit string, err error) {
	if _, err := git(dir, nil, "init", "--quiet", "--bare", "--initial-branch=main"); err != nil {
		return "", err
	}
	return commitTo(dir, o, commitOf{branch: "main", says: "The registry", files: Files(o)})
}

// WriteChange adds to a repository of [WriteGit] the branch "change", which is
// main and a change to n identities, and returns its commit.
func WriteChange(dir string, o Options, n int) (commit string, err error) {
	changed := Changed(o, n)
	inOrder := func(yield func(string, []byte) bool) {
		for _, name := range slices.Sorted(maps.Keys(changed)) {
			if !yield(name, changed[name]) {
				return
			}
		}
	}
	return commitTo(dir, o, commitOf{branch: "change", from: "refs/heads/main", says: "A change", files: inOrder})
}

type commitOf struct {
	branch, from, says string
	files              iter.Seq2[string, []byte]
}

// commitTo streams a commit into git, which packs it without ever writing a
// file of it.
func commitTo(dir string, o Options, c commitOf) (string, error) {
	in, out := io.Pipe()
	go func() { out.CloseWithError(c.stream(out, o.filled())) }()
	_, err := git(dir, in, "fast-import", "--quiet", "--date-format=raw")
	in.Close()
	if err != nil {
		return "", err
	}
	id, err := git(dir, nil, "rev-parse", "refs/heads/"+c.branch)
	return strings.TrimSpace(id), err
}

func (c commitOf) stream(to io.Writer, o Options) error {
	w := bufio.NewWriterSize(to, 1<<20)
	fmt.Fprintf(w, "commit refs/heads/%s\ncommitter Dana <dana@example.com> %d +0000\ndata %d\n%s\n",
		c.branch, o.Today.Unix(), len(c.says), c.says)
	if c.from != "" {
		fmt.Fprintf(w, "from %s\n", c.from)
	}
	for name, text := range c.files {
		fmt.Fprintf(w, "M 100644 inline %s\ndata %d\n", name, len(text))
		w.Write(text)
		if err := w.WriteByte('\n'); err != nil {
			return err
		}
	}
	return w.Flush()
}

// git runs git on a bare repository, by the settings of nobody.
func git(dir string, in io.Reader, args ...string) (string, error) {
	var out, said bytes.Buffer
	cmd := exec.Command("git", append([]string{"--git-dir", dir}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, &out, &said
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("run git %s: %w: %s", args[0], err, strings.TrimSpace(said.String()))
	}
	return out.String(), nil
}
