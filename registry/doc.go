// Package registry is what is declared: a commit goes in, an immutable
// [Snapshot] comes out, with every mistake in it as a [Problem] at its place.
//
// A mistake in a registry file is never an error: it is data to show, and the
// other files are still read. An error means that the registry could not be
// read at all.
package registry
