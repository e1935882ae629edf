package registry

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
)

// effort is how many times the usual number of mutants is tried:
// ROLLCALL_MUTANTS=20 for a night.
func effort(t testing.TB) int {
	t.Helper()
	text := os.Getenv("ROLLCALL_MUTANTS")
	if text == "" {
		return 1
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("ROLLCALL_MUTANTS is %q; want a number", text)
	}
	return n
}

// notProven are the definitions of which only CUE can judge: the dispatch by
// kind, which is done before a proof is looked for.
var notProven = map[string]bool{"#Identity": true, "#Kinds": true, "#Identities": true}

func TestEveryDefinitionIsCompiled(t *testing.T) {
	for name := range shapes() {
		if name == "" || name[0] != '#' {
			continue
		}
		if compiled := proofs()[name] != nil; compiled == notProven[name] {
			t.Errorf("%s is compiled: %v; its entries would each be judged by CUE, thirty times as slow", name, compiled)
		}
	}
}

// odd are values near the edge of what one definition or another accepts.
var odd = []string{
	`"2024-02-29"`, `"2100-02-29"`, `"2000-02-29"`, `"2026-11-31"`, `"2026-1-01"`, `"2026-11-01T22:00:00Z"`, `"2026-11-01T22:00:00.5+02:00"`, `"2026-11-01T24:00:00Z"`,
	`"99999d"`, `"100000d"`, `"9999w"`, `"99999w"`, `"0m"`, `"1.5h"`, `" 5d"`, `"0 2 * * *"`, `"0 2 * *"`, `"*/5  * * * MON-FRI"`, `"Europe/Berlin"`, `"UTC"`,
	`"a.example.com:443"`, `"a:123456"`, `"*.example.com"`, `"192.0.2.0/24"`, `"192.0.2.0"`, `"2001:db8::/32"`, `"::/0"`, `"dana@example.com"`, `"dana@"`, `"a@b@c"`,
	`"https://a.example.com/x y"`, `"http://a"`, `"https://"`, `"ftp://a"`, `"team/a"`, `"team/a/b"`, `"person/-a"`, `"group/a"`, `"a/b"`, `"a"`, `"A"`, `"a_b.c-d"`, `"-a"`, `""`, `" "`, `"\\t"`, `"x\\u0007y"`, `"\\n"`, `"x "`,
	`"é"`, `"e\\u0301"`, `"\\u212a"`, `"\\u00a0"`, `"\\u2028"`, `"\\u0085"`, `"café au lait"`, `"日本"`, `"a\\u007f"`,
	`0`, `1`, `5`, `-0`, `-1`, `+1`, `007`, `1_000`, `1000000`, `1000001`, `999999999`, `1e3`, `1.0`, `0.1`, `0.99999999`, `1.000000001`, `1.5`, `0x10`, `1K`, `0b1`, `.5`, `1.`,
	`true`, `false`, `null`, `[]`, `{}`, `["a"]`, `["a/b", "c/d"]`, `[1]`, `[[]]`, `[{}]`, `[{app: "x", operation: "a:b", effect: "none"}]`, `[null]`, `{a: "b"}`, `{id: "x"}`, `{"a b": "c"}`,
	`{on: "2026-01-01", by: "person/a"}`, `{mode: "flag"}`, `{mode: "revert", grace: "5m"}`, `{store: "v"}`, `{type: "schedule"}`, `{systems: [], data: "public"}`, `{host: "x"}`, `{reverts: 3, share: 0.2}`, `{severity: "off"}`,
	`"workflow"`, `"token"`, `"connector"`, `"webhook"`, `"serviceAccount"`, `"approvalBot"`, `"privileged"`, `"read-only"`, `"active"`, `"retired"`, `"standing"`, `"jit"`, `"none"`, `"hmac"`, `"oauth2"`, `"flag"`, `"revert"`, `"propose"`, `"public"`, `"groups"`, `"Active"`, `"active "`,
}

// trouble are names that are special somewhere in CUE.
var trouble = []string{"for", "if", "let", "in", "true", "null", "package", "import", "_", "_x", "__x", "#x", "a-b", "a b", "0", "1a", "self", "string", "bool", "int", "Kind", "é", "e\u0301", "$a", "", "\u212a", "...", "a/b", "x"}

// A mutator changes nodes.
type mutator struct {
	*rand.Rand
	values []*node // good and odd ones
	names  []string
}

// change is the node with a few changes below it; the node stays as it is.
func (m *mutator) change(n *node, rate float64) *node {
	if m.Float64() < rate {
		return m.values[m.IntN(len(m.values))]
	}
	c := *n
	c.fields, c.items = nil, nil
	for _, f := range n.fields {
		switch x := m.Float64(); {
		case x < rate/4:
			continue
		case x < rate/2:
			f.name = m.names[m.IntN(len(m.names))]
		}
		if c.get(f.name) == nil {
			c.fields = append(c.fields, field{name: f.name, value: m.change(f.value, rate)})
		}
	}
	if name := m.names[m.IntN(len(m.names))]; n.kind == structNode && m.Float64() < rate && c.get(name) == nil {
		c.fields = append(c.fields, field{name: name, value: m.values[m.IntN(len(m.values))]})
	}
	for _, i := range n.items {
		c.items = append(c.items, m.change(i, rate))
	}
	return &c
}

// A sample is a good node and what it is good for.
type sample struct {
	def  string
	node *node
}

// samples are the entries of good files and every struct, list and scalar in
// them, each with its definition.
func samples(t testing.TB) []sample {
	t.Helper()
	var all []sample
	texts := []string{good, deals}
	for _, f := range archive(t, "testdata/vet/good.txtar").Files {
		if strings.HasSuffix(f.Name, ".cue") {
			texts = append(texts, string(f.Data))
		}
	}
	for _, text := range append(texts, generated(t, 200)...) {
		r := reader{file: "x.cue", text: []byte(text), limit: large, loose: true}
		root := r.parse()
		if root == nil || r.complex {
			continue
		}
		for _, e := range entriesOf(&r, root) {
			if def, problems := e.definition(); def != "" && len(problems) == 0 {
				all = append(all, sample{def, e.node})
			}
		}
	}
	return all
}

func newMutator(seed uint64, all []sample) *mutator {
	m := &mutator{Rand: rand.New(rand.NewPCG(seed, 9)), names: append([]string{}, trouble...)}
	for _, text := range odd {
		r := reader{file: "x.cue", text: []byte("package registry\nx: " + text + "\n"), limit: small}
		if v := r.parse().get("x"); v != nil && v.kind != badNode {
			m.values = append(m.values, v)
		}
	}
	for _, s := range all {
		for _, f := range s.node.fields {
			m.values = append(m.values, f.value)
		}
	}
	for _, s := range shapes() {
		m.names = append(m.names, s.names...)
	}
	return m
}

// TestWhatIsProvenIsWhatCUEAccepts is what makes the proofs safe: there is no
// entry that they let pass and CUE refuses. That they miss none which CUE
// accepts only makes them quick.
func TestWhatIsProvenIsWhatCUEAccepts(t *testing.T) {
	all := samples(t)
	m := newMutator(7, all)
	c := &checker{}
	tried, valid, missed := 5_000*effort(t), 0, 0
	for i := range tried {
		s := all[i%len(all)]
		n := m.change(s.node, []float64{0.002, 0.01, 0.04}[i%3])
		if i%1000 == 999 {
			c = &checker{} // CUE's contexts only grow
		}
		proven, refused := proofs()[s.def](n), c.ask(s.def, n)
		switch {
		case len(refused) == 0 && proven:
			valid++
		case len(refused) == 0:
			valid++
			missed++
			if missed < 5 {
				t.Logf("CUE accepts this %s, and it is not proven:\n%s", s.def, shown(n))
			}
		case proven:
			t.Fatalf("this %s is let pass, and CUE refuses it: %v\n%s", s.def, refused, shown(n))
		}
	}
	t.Logf("%d entries, of which CUE accepts %d; %d of those are not proven", tried, valid, missed)
	if valid < tried/4 || valid > tried*19/20 {
		t.Errorf("CUE accepts %d of %d entries; the mutants prove too little", valid, tried)
	}
	if missed > valid/50 {
		t.Errorf("%d of %d good entries are not proven and cost CUE's time", missed, valid)
	}
}

// TestEachDefinitionIsProvenAsCUEAccepts tries every definition on every
// value.
func TestEachDefinitionIsProvenAsCUEAccepts(t *testing.T) {
	m := newMutator(8, samples(t)[:20])
	c := &checker{}
	for name, holds := range proofs() {
		if holds == nil {
			continue
		}
		for _, v := range m.values {
			if holds(v) {
				if refused := c.ask(name, v); len(refused) > 0 {
					t.Errorf("%s lets pass what CUE refuses: %v\n%s", name, refused, shown(v))
				}
			}
		}
	}
}

// shown is a node as text.
func shown(n *node) string {
	switch n.kind {
	case structNode:
		var b strings.Builder
		for _, f := range n.fields {
			fmt.Fprintf(&b, "%q: %s, ", f.name, shown(f.value))
		}
		return "{" + strings.TrimSuffix(b.String(), ", ") + "}"
	case listNode:
		var items []string
		for _, i := range n.items {
			items = append(items, shown(i))
		}
		return "[" + strings.Join(items, ", ") + "]"
	case textNode:
		return strconv.Quote(n.text)
	}
	return n.text
}
