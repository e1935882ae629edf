package n8n

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
)

func TestAPageBeginsWithTheLastItemOfTheOneBefore(t *testing.T) {
	encode := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for _, c := range []struct {
		cursor, want string
		overlaps     bool
	}{
		{encode(`{"limit":250,"offset":250}`), encode(`{"limit":250,"offset":249}`), true},
		{encode(`{"limit":1,"offset":1}`), encode(`{"limit":1,"offset":1}`), false},
		{encode(`{"lastId":"x","limit":100}`), encode(`{"lastId":"x","limit":100}`), false},
		{"opaque", "opaque", false},
		{"", "", false},
	} {
		got, overlaps := overlap(c.cursor)
		if got != c.want || overlaps != c.overlaps {
			t.Errorf("the page behind %q is asked for with %q (overlapping: %t), and not with %q", c.cursor, got, overlaps, c.want)
		}
	}
}

func TestHalfAPageIsNoPage(t *testing.T) {
	for text, whole := range map[string]bool{
		`{"data": [{"id": "a"}, {"id": "b"}], "nextCursor": null}`: true,
		`{"data": [], "more": {"data": []}, "nextCursor": "x"}`:    true,
		`{"data": [{"id": "a"}]}`:                                  false,
		`{"nextCursor": null}`:                                     false,
		`{"data": {"id": "a"}, "nextCursor": null}`:                false,
		`{"data": null, "nextCursor": null}`:                       false,
		`[{"id": "a"}]`:                                            false,
		`{"data": [{"id": "a"`:                                     false,
		`{"data": [{"id": "a"}], "nextCursor"`:                     false,
		``:                                                         false,
	} {
		next := ""
		err := readPage(json.NewDecoder(strings.NewReader(text)), func(credential) error { return nil }, &next)
		if (err == nil) != whole {
			t.Errorf("%s is taken for a whole page: %t, and it is one: %t (%v)", text, err == nil, whole, err)
		}
	}
}
