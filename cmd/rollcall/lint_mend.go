package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

// mendingRounds is how often what is left is mended: a mend may bring another
// to light, as a higher tier does a nearer expiry.
const mendingRounds = 5

// mend writes the edits that findings carry and judges again, until none is
// left. Each is named on out.
func (f *lintFlags) mend(dir string, j judgement, out io.Writer) (judgement, error) {
	mends := 0
	for range mendingRounds {
		n, err := mendOnce(dir, j.result.Findings, out)
		if err != nil {
			return j, err
		}
		if n == 0 {
			break
		}
		mends += n
		if j, err = f.judge(dir, io.Discard); err != nil {
			return j, err
		}
	}
	if mends > 0 {
		fmt.Fprintf(out, "wrote %s\n", counted(mends, "mend"))
	}
	return j, nil
}

// mendOnce writes the edits of one round, each file whole or not at all, and
// counts them. Edits that touch each other wait for another round. So does
// everything else while a tier is mended: limits hang on it.
func mendOnce(dir string, findings []lint.Finding, out io.Writer) (int, error) {
	tiers := slices.DeleteFunc(slices.Clone(findings), func(f lint.Finding) bool { return f.Edit == nil || f.Field != "tier" })
	if len(tiers) > 0 {
		findings = tiers
	}
	edits, _ := lint.Mends(findings)
	n := 0
	for _, file := range slices.Sorted(maps.Keys(edits)) {
		path := filepath.Join(dir, filepath.FromSlash(file))
		text, err := os.ReadFile(path)
		if err != nil {
			return n, fmt.Errorf("mend %s: %w", file, err)
		}
		mended, err := registry.Apply(text, edits[file])
		if err != nil {
			return n, fmt.Errorf("mend %s: %w", file, err)
		}
		if err := replaceFile(path, mended); err != nil {
			return n, fmt.Errorf("mend %s: %w", file, err)
		}
		for _, e := range edits[file] {
			i := slices.IndexFunc(findings, func(f lint.Finding) bool { return f.Edit != nil && *f.Edit == e })
			fmt.Fprintf(out, "mended %s: %s\n", findings[i].Pos, mendText(findings[i], string(text[e.Start:e.End])))
			n++
		}
	}
	return n, nil
}

// mendText says on one line what a mend makes of what stood there.
func mendText(f lint.Finding, old string) string {
	line := func(s string) string { return strings.Trim(strings.Join(strings.Fields(s), " "), ", ") }
	if old == "" {
		return "added " + line(f.Edit.New)
	}
	return fmt.Sprintf("%s: %s -> %s", f.Field, line(old), line(f.Edit.New))
}
