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
	claim    = regexp.MustCompile(`(?m)^func (Test[A-Za-z0-9]+)\(`)
	named    = regexp.MustCompile("`(Test[A-Za-z0-9]+)`")
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

// TestEveryPromiseNamesTestsThatExist holds docs/promises.md to the tests.
func TestEveryPromiseNamesTestsThatExist(t *testing.T) {
	page, err := os.ReadFile("../../docs/promises.md")
	if err != nil {
		t.Fatal(err)
	}
	exist := map[string]bool{}
	err = filepath.WalkDir("../..", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range claim.FindAllStringSubmatch(string(text), -1) {
			exist[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	promises := 0
	for line := range strings.Lines(string(page)) {
		if !strings.HasPrefix(line, "| **") {
			continue
		}
		promises++
		tests := named.FindAllStringSubmatch(line, -1)
		if len(tests) == 0 {
			t.Errorf("no test is named for %s", line)
		}
		for _, m := range tests {
			if !exist[m[1]] {
				t.Errorf("%s is named, and there is no such test", m[1])
			}
		}
	}
	if promises != 16 {
		t.Errorf("the page has %d promises, want 16", promises)
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
