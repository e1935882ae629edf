package main

import (
	"bytes"
	"testing"
)

func TestNobodyIsShownProgressWithoutATerminal(t *testing.T) {
	var out bytes.Buffer
	if progress(&out, "loading") != nil {
		t.Error("progress is written into what is no terminal")
	}
}
