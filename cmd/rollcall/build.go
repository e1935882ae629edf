package main

import (
	"bytes"
	"debug/elf"
	"errors"
	"io"
	"os"
)

// buildHead is how much of a program is looked through for its build id, which
// the linker writes near the beginning.
const buildHead = 64 << 10

// build tells this program from every other build of it, by the id that the
// linker gave it: a hash of all that it was made of and of what came out. Size,
// time and version of two builds may be the same.
func build() (id string, known bool) {
	path, err := os.Executable()
	if err != nil {
		return "", false
	}
	return buildOf(path)
}

// buildOf is the build id of a program's file; not known where it was made
// without one.
func buildOf(path string) (id string, known bool) {
	f, err := os.Open(path)
	if err != nil {
		return "", false
	}
	defer f.Close()
	if e, err := elf.NewFile(f); err == nil {
		return noted(e)
	}
	head := make([]byte, buildHead)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", false
	}
	_, rest, found := bytes.Cut(head[:n], []byte("\xff Go build ID: \""))
	name, _, ended := bytes.Cut(rest, []byte("\"\n \xff"))
	return string(name), found && ended && len(name) > 0
}

// noted is the build id in the note of an ELF file: three numbers, "Go" and two
// zeros, and the id.
func noted(e *elf.File) (id string, known bool) {
	s := e.Section(".note.go.buildid")
	if s == nil {
		return "", false
	}
	note, err := s.Data()
	if err != nil || len(note) < 16 || string(note[12:16]) != "Go\x00\x00" {
		return "", false
	}
	size, note := e.ByteOrder.Uint32(note[4:]), note[16:]
	if size == 0 || int(size) > len(note) {
		return "", false
	}
	return string(note[:size]), true
}
