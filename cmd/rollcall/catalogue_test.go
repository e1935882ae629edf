package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rollcall-dev/rollcall/registry"
)

// indented are the blocks of a page that are set off as code.
var indented = regexp.MustCompile(`(?m)(?:^    .*\n|^\n)+`)

func TestThePageOnTheCatalogueHolds(t *testing.T) {
	page, err := os.ReadFile("../../docs/catalogue.md")
	if err != nil {
		t.Fatal(err)
	}
	entries, commands := 0, 0
	for _, block := range indented.FindAllString(string(page), -1) {
		text := strings.ReplaceAll("\n"+block, "\n    ", "\n")
		if strings.Contains(text, "package registry") {
			entries++
			s, err := registry.Load(fstest.MapFS{"registry/catalogue/staff-directory.cue": {Data: []byte(text)}}, "")
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range s.Problems {
				t.Errorf("the entry on the page is wrong: %s", p.Message)
			}
			if e, _ := s.Catalogue.OperationEffect("staff-directory", "staff:create"); !e.ChangesAccess() {
				t.Errorf("staff:create of the entry on the page has the effect %s", e)
			}
		}
		for line := range strings.Lines(text) {
			line, _, _ = strings.Cut(line, "#")
			args := strings.Fields(line)
			if len(args) == 0 || args[0] != "rollcall" {
				continue
			}
			commands++
			var out, complaint bytes.Buffer
			if code := run(args[1:], nil, &out, &complaint); code != 0 || out.Len() == 0 {
				t.Errorf("%q on the page ends with %d and %d bytes: %s", line, code, out.Len(), complaint.String())
			}
		}
	}
	if entries != 1 || commands != 3 {
		t.Errorf("the page shows %d entries and %d commands, want 1 and 3; the pattern is broken", entries, commands)
	}
}
