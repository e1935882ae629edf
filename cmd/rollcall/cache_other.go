//go:build !unix

package main

// private is taken for granted: in a user's own folders, others have no rights
// here.
func private(string) error { return nil }
