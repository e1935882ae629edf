package alert_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/rollcall-dev/rollcall/internal/alert"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// The golden has alerts, one JSON a line, and what people read of each.
func TestWhatPeopleRead(t *testing.T) {
	const path = "testdata/texts.txtar"
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for line := range bytes.Lines(archive.Files[0].Data) {
		var a alert.Alert
		if err := json.Unmarshal(line, &a); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		text := alert.Text(a)
		if strings.ContainsAny(text, "@<>*`[]\n\r|~") || strings.Contains(text, "://") || utf8.RuneCountInString(text) > 700 {
			t.Errorf("a chat would take some of this for more than text: %q", text)
		}
		got.WriteString(text + "\n")
	}
	if *update {
		archive.Files[1].Data = []byte(got.String())
		if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(archive.Files[1].Data), got.String()); diff != "" {
		t.Errorf("what people read changed (-was +is):\n%s", diff)
	}
}
