// Package examples holds policy repositories as users would have them: for the
// tests, for the demo, and to be read.
package examples

import (
	"embed"
	"io/fs"
	"time"
)

//go:embed all:acme all:starter
var files embed.FS

// Config is a configuration of the daemon with every setting and a comment on
// each.
//
//go:embed rollcall.yaml
var Config []byte

// BadChange is a change to Acme that no reviewer should let pass, as a txtar
// archive of the files that it adds.
//
//go:embed bad-change.txtar
var BadChange []byte

// Today is a day on which Acme is in order. It stays so until its identities
// come up for renewal in November 2027.
var Today = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// Acme is a policy repository in order: three tenants, every kind of identity.
func Acme() fs.FS { return sub("acme") }

// Starter is what `rollcall init` lays out: the smallest policy repository
// that a team would go on from, in order on [Today].
func Starter() fs.FS { return sub("starter") }

func sub(dir string) fs.FS {
	example, err := fs.Sub(files, dir)
	if err != nil {
		panic(err) // the path is a constant and valid
	}
	return example
}
