package registry

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-dev/rollcall/internal/gen"
)

// readTwice reads a text by the scanner and by CUE's parser. What the scanner
// takes must be the same to the last offset, and the parser must have nothing
// to complain of.
func readTwice(t *testing.T, text string, limit limits) (scanned bool) {
	t.Helper()
	fast := reader{file: "x.cue", text: []byte(text), limit: limit}
	got := fast.scan()
	if got == nil {
		return false
	}
	slow := reader{file: "x.cue", text: []byte(text), limit: limit}
	want := slow.parse()
	if len(slow.problems) > 0 {
		t.Fatalf("a text was taken of which the parser says %s; it is\n%s", slow.problems[0].Message, text)
	}
	if !sameNode(got, want) {
		t.Fatalf("a text reads otherwise than by CUE's parser:\n%s\nof\n%s",
			cmp.Diff(want, got, cmp.AllowUnexported(node{}, field{})), text)
	}
	return true
}

func sameNode(a, b *node) bool {
	if len(a.fields) != len(b.fields) || len(a.items) != len(b.items) {
		return false
	}
	for i := range a.fields {
		if a.fields[i].name != b.fields[i].name || a.fields[i].start != b.fields[i].start || !sameNode(a.fields[i].value, b.fields[i].value) {
			return false
		}
	}
	for i := range a.items {
		if !sameNode(a.items[i], b.items[i]) {
			return false
		}
	}
	x, y := *a, *b
	x.fields, x.items, y.fields, y.items = nil, nil, nil, nil
	return reflect.DeepEqual(x, y)
}

// spoilt changes a few bytes of a text.
func spoilt(rng *rand.Rand, text string) string {
	pieces := []string{"\n", " ", "\t", ",", ":", "{", "}", "[", "]", `"`, `""`, `"""`, "#", "&", "//", "// c\n", "a: 1", "b: c: 2\n", "\n\n", "0", "1.5", "1e3", "-1", "true", "null", "null:", "for", "in:", "_", "é", "e\u0301", "\\", "\x00", "\r\n", "\uFEFF", "...", "@a()", "?", "!", "a", "x: {}\n", "x: []\n", "#Workflow & ", "identities: ", `"q": `, "'", "(", ";", "0x1", "1_0", "1K", ".5", "5.", "$a", "|", "*"}
	for range 1 + rng.IntN(2) {
		at := rng.IntN(len(text) + 1)
		switch rng.IntN(3) {
		case 0:
			text = text[:at] + pieces[rng.IntN(len(pieces))] + text[at:]
		case 1:
			text = text[:at] + text[min(len(text), at+1+rng.IntN(3)):]
		case 2:
			to := rng.IntN(len(text) + 1)
			from := max(0, to-rng.IntN(30))
			text = text[:at] + text[from:to] + text[at:]
		}
	}
	return text
}

// plainTexts are good files, generated and by hand.
func plainTexts(t testing.TB) []string {
	t.Helper()
	texts := []string{good, deals}
	for _, f := range archive(t, "testdata/vet/good.txtar").Files {
		if strings.HasSuffix(f.Name, ".cue") {
			texts = append(texts, string(f.Data))
		}
	}
	return append(texts, generated(t, 200)...)
}

func TestTheScannerReadsAsCUEsParserDoes(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	texts := plainTexts(t)
	for _, text := range texts[len(texts)-200:] {
		if !readTwice(t, text, small) {
			t.Errorf("a plain file goes to the parser:\n%s", text)
		}
	}
	taken, n := 0, 20_000*effort(t)
	tight := limits{bytes: 64 << 10, fields: 6, text: 20}
	for i := range n {
		limit := small
		if i%16 == 0 {
			limit = tight
		}
		if readTwice(t, spoilt(rng, texts[i%len(texts)]), limit) {
			taken++
		}
	}
	t.Logf("%d of %d spoilt texts were taken", taken, n)
	if taken < n/10 {
		t.Errorf("%d of %d texts were taken by the scanner; the test proves too little", taken, n)
	}
}

// generated are the files of a generated registry.
func generated(t testing.TB, n int) []string {
	t.Helper()
	var texts []string
	for name, text := range gen.Files(gen.Options{Identities: n}) {
		if strings.HasPrefix(name, "registry/identities/") {
			texts = append(texts, string(text))
		}
	}
	return texts
}
