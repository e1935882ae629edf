// Command bench prints the figures of docs/performance.md: rollcall beside
// plain CUE on the same files, in turn, as whole processes. It needs no
// network.
//
//	go run ./internal/bench -rollcall bin/rollcall
//	go run ./internal/bench -rollcall bin/rollcall -sizes 1000,10000,100000 -plot docs/performance.svg
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

type bench struct {
	rollcall, cue string
	dir           string
	runs          int
	sizes         []int
	cueUpTo       int
	plot          string
	points        []point
}

func main() {
	log.SetFlags(0)
	var b bench
	var sizes string
	flag.StringVar(&b.rollcall, "rollcall", "bin/rollcall", "the program")
	flag.IntVar(&b.runs, "runs", 3, "runs of each; the median counts")
	flag.StringVar(&sizes, "sizes", "1000,10000", "identities")
	flag.IntVar(&b.cueUpTo, "cue-up-to", 10_000, "the largest size that plain CUE is given; 100,000 take it 10 GB and minutes")
	flag.StringVar(&b.plot, "plot", "", "draw time and memory of lint into this SVG file")
	flag.Parse()
	for _, s := range strings.Split(sizes, ",") {
		n, err := strconv.Atoi(s)
		if err != nil {
			log.Fatalf("read the size %q: want a number", s)
		}
		b.sizes = append(b.sizes, n)
	}
	if err := b.run(); err != nil {
		log.Fatal(err)
	}
}

func (b *bench) run() (err error) {
	if b.rollcall, err = filepath.Abs(b.rollcall); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp("", "rollcall-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	b.cue = filepath.Join(b.dir, "cue")
	if out, err := exec.Command("go", "build", "-o", b.cue, "cuelang.org/go/cmd/cue").CombinedOutput(); err != nil {
		return fmt.Errorf("build cue: %w\n%s", err, out)
	}
	fmt.Println("| work | identities | wall, s | cpu, s | memory, MB | beside it |")
	fmt.Println("| --- | --- | --- | --- | --- | --- |")
	for _, n := range b.sizes {
		if err := b.lint(n); err != nil {
			return err
		}
	}
	for _, n := range b.sizes {
		if err := b.change(n); err != nil {
			return err
		}
	}
	for _, n := range b.sizes {
		if n > largestTenant {
			continue
		}
		if err := b.diff(n); err != nil {
			return err
		}
	}
	if b.plot == "" {
		return nil
	}
	return os.WriteFile(b.plot, draw(b.points), 0o644)
}

// lint measures rollcall and cue vet in turn on the same folder, and rollcall
// on the same files in a commit.
func (b *bench) lint(n int) error {
	files, repo := filepath.Join(b.dir, fmt.Sprint(n)), filepath.Join(b.dir, fmt.Sprintf("%d.git", n))
	for _, args := range [][]string{{"generate", fmt.Sprint(n), files}, {"generate", fmt.Sprint(n), repo, "--git"}} {
		if out, err := exec.Command(b.rollcall, args...).CombinedOutput(); err != nil {
			return fmt.Errorf("generate %d identities: %w\n%s", n, err, out)
		}
	}
	work := []task{
		{"`rollcall lint`, a folder", "a folder", "", []string{b.rollcall, "lint", files, "--at", "2026-11-24"}},
		{"`rollcall lint --rev main`, a commit", "a commit", "", []string{b.rollcall, "lint", repo, "--rev", "main", "--at", "2026-11-24"}},
	}
	if n <= b.cueUpTo {
		work = append(work, task{"`cue vet ./...`, the folder", "cue vet", files, []string{b.cue, "vet", "./..."}})
	}
	results, err := inTurn(work, b.runs, "ROLLCALL_CACHE=off")
	if err != nil {
		return err
	}
	for i, r := range results {
		beside := ""
		if len(results) == 3 && i < 2 {
			beside = fmt.Sprintf("cue vet takes %.1f times as long", results[2].wall/r.wall)
		}
		b.points = append(b.points, point{work[i].series, n, r.wall, r.memory})
		fmt.Printf("| %s | %d | %.2f | %.2f | %d | %s |\n", work[i].name, n, r.wall, r.cpu, r.memory, beside)
	}
	return nil
}

// largestTenant is how many workflows a sandbox is given at most.
const largestTenant = 10_000

// change measures what a change of ten identities costs in a commit that was
// judged before.
func (b *bench) change(n int) error {
	repo := filepath.Join(b.dir, fmt.Sprintf("%d.git", n))
	if err := changeTen(repo); err != nil {
		return fmt.Errorf("change ten identities of %d: %w", n, err)
	}
	args := []string{b.rollcall, "lint", repo, "--base", "main", "--head", "ten", "--at", "2026-11-24"}
	work := task{"`rollcall lint --base main --head ten`, a change of 10", "a change of 10", "", args}
	cache := filepath.Join(b.dir, "cache")
	if _, err := measure(work, "ROLLCALL_CACHE="+cache); err != nil { // fills the cache
		return err
	}
	results, err := inTurn([]task{work}, b.runs, "ROLLCALL_CACHE="+cache)
	if err != nil {
		return err
	}
	r := results[0]
	b.points = append(b.points, point{work.series, n, r.wall, r.memory})
	fmt.Printf("| %s | %d | %.2f | %.2f | %d | |\n", work.name, n, r.wall, r.cpu, r.memory)
	return nil
}

// changeTen makes a branch "ten" with a commit that changes the purpose of ten
// identities.
func changeTen(repo string) error {
	script := `set -e
export GIT_INDEX_FILE=ten.index GIT_AUTHOR_NAME=bench GIT_AUTHOR_EMAIL=bench@example.com GIT_COMMITTER_NAME=bench GIT_COMMITTER_EMAIL=bench@example.com
git read-tree main
git ls-files registry/identities | awk 'NR % 97 == 1' | head -10 | while read -r f; do
	h=$(git show "main:$f" | sed 's/purpose: *"/&Also /' | git hash-object -w --stdin)
	git update-index --cacheinfo "100644,$h,$f"
done
git update-ref refs/heads/ten "$(git commit-tree "$(git write-tree)" -p main -m ten)"
rm ten.index`
	c := exec.Command("sh", "-c", script)
	c.Dir = repo
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}

// diff measures the plan of a tenant of n workflows that are all declared,
// over HTTP from a sandbox on this machine.
func (b *bench) diff(n int) error {
	dir := filepath.Join(b.dir, fmt.Sprintf("diff-%d", n))
	if out, err := exec.Command(b.rollcall, "generate", fmt.Sprint(n), filepath.Join(dir, "registry"), "--platform", "sandbox", "--tenants", "1").CombinedOutput(); err != nil {
		return fmt.Errorf("generate %d identities: %w\n%s", n, err, out)
	}
	tenants, err := filepath.Glob(filepath.Join(dir, "registry", "registry", "tenants", "*.cue"))
	if err != nil || len(tenants) != 1 {
		return fmt.Errorf("find the generated tenant: %d found, %w", len(tenants), err)
	}
	name := strings.TrimSuffix(filepath.Base(tenants[0]), ".cue")
	stop, address, err := b.sandbox(n)
	if err != nil {
		return err
	}
	defer stop()
	config := fmt.Sprintf("registry: {path: registry}\nstate: state.db\nevidence: {dir: evidence}\ntenants:\n  %s: {platform: sandbox, url: %q, apiKey: \"env:TOKEN\", instanceID: native-%s, timeout: 60s}\n", name, address, name)
	if err := os.WriteFile(filepath.Join(dir, "rollcall.yaml"), []byte(config), 0o600); err != nil {
		return err
	}
	results, err := inTurn([]task{{"`rollcall diff`, declared against live", "diff", dir, []string{b.rollcall, "diff"}}}, b.runs, "ROLLCALL_CACHE=off")
	if err != nil {
		return err
	}
	r := results[0]
	fmt.Printf("| `rollcall diff`, registry read, tenant observed over HTTP, compared | %d | %.2f | %.2f | %d | |\n", n, r.wall, r.cpu, r.memory)
	return nil
}
