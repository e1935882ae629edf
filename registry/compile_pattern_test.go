package registry

import (
	"math/rand/v2"
	"regexp"
	"testing"
	"time"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"
)

// patterns are the regular expressions of the schema, and some that it may
// have one day.
func patterns() []string {
	all := []string{"", "^", "$", "^$", "a", "a$", "^a", "^a|b$", "a*", "(a|ab)(c|bcd)", `^(a+)+$`, `\bfoo\b`, `(?m)^a$`, `(?i)^owner$`, "[^a]", `^.$`, `^\pL+$`, "x$y", "a^b", "^(^a$|$b)"}
	ast.Walk(parsedSchema(), func(n ast.Node) bool {
		if u, ok := n.(*ast.UnaryExpr); ok && u.Op == token.MAT {
			if text, ok := textOf(u.X); ok {
				all = append(all, text)
			}
		}
		return true
	}, nil)
	return all
}

func TestATableMatchesAsTheExpressionDoes(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	letters := []rune("ab019/-._:TZ+ \t\n*@x\u00e9\u0000\u007fperson/teamhtps")
	starts := []string{"", "person/a", "2024-02-29", "2026-11-01T22:00:00Z", "https://a.example.com", "90d", "0 2 * * *", "192.0.2.0/24", "a@b.example", "Europe/Berlin", "abcd", "a.b:443", "integrity/schema", "a"}
	began := time.Now()
	for _, pattern := range patterns() {
		re, match := regexp.MustCompile(pattern), compilePattern(pattern)
		for range 2000 * effort(t) {
			text := []rune(starts[rng.IntN(len(starts))])
			for range rng.IntN(4) {
				at := rng.IntN(len(text) + 1)
				text = append(text[:at:at], append([]rune{letters[rng.IntN(len(letters))]}, text[min(len(text), at+rng.IntN(2)):]...)...)
			}
			if got, want := match(string(text)), re.MatchString(string(text)); got != want {
				t.Fatalf("%q matches %q: %v by the table, %v by the expression", pattern, string(text), got, want)
			}
		}
	}
	t.Logf("%d patterns in %v", len(patterns()), time.Since(began))
}

func TestTheSchemasExpressionsBecomeTables(t *testing.T) {
	for _, pattern := range patterns()[20:] {
		if tableOf(pattern) == nil {
			t.Errorf("%q is left to package regexp, ten times as slow", pattern)
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		for _, pattern := range patterns()[20:] {
			tableOf(pattern)
		}
	}
}
