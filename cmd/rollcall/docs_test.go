package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	typed    = regexp.MustCompile("(?m)^ {4,}(rollcall [^\n]*)$|`(rollcall [^`\n]*)`")
	linkedTo = regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
)

// pages are the Markdown pages of the project, from its root.
func pages(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, pattern := range []string{"../../*.md", "../../docs/*.md", "../../examples/*/*.md"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			all[f] = string(text)
		}
	}
	return all
}

func TestEveryCommandThatAPageShowsExists(t *testing.T) {
	n := 0
	for file, text := range pages(t) {
		for _, m := range typed.FindAllStringSubmatch(text, -1) {
			line, _, _ := strings.Cut(m[1]+m[2], "#")
			line, _, _ = strings.Cut(line, ">")
			line, _, _ = strings.Cut(line, "|")
			args := strings.Fields(line)[1:]
			c, rest, err := newRoot().Find(args)
			if err == nil {
				err = c.ParseFlags(rest)
			}
			if err == nil && len(args) > 0 && !c.HasParent() {
				t.Errorf("%s shows %q, and there is no such command", file, line)
			}
			if err != nil {
				t.Errorf("%s shows %q: %v", file, line, err)
			}
			n++
		}
	}
	if n < 20 {
		t.Errorf("only %d commands were found in the pages; the pattern is broken", n)
	}
}

func TestEveryLinkOfAPageLeadsSomewhere(t *testing.T) {
	for file, text := range pages(t) {
		for _, m := range linkedTo.FindAllStringSubmatch(text, -1) {
			to := filepath.Join(filepath.Dir(file), m[1])
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s links to %s: %v", file, m[1], err)
			}
		}
	}
}
