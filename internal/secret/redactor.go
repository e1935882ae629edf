package secret

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// MinLength is the fewest bytes of a secret. A shorter one cannot be kept out
// of texts: it would be found in every other word.
const MinLength = 8

// A Redactor knows the secrets in use and takes them out of texts, also as
// JSON, a URL or base64 spell them. The zero value knows none.
type Redactor struct {
	mu       sync.RWMutex
	forms    []string // the longest first
	replacer *strings.Replacer
}

// Add makes a secret known. One shorter than [MinLength] is not added.
func (r *Redactor) Add(s Secret) {
	value := s.Reveal()
	if len(value) < MinLength {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.forms = append(r.forms, spellings(value)...)
	slices.SortFunc(r.forms, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b))
	})
	r.forms = slices.Compact(r.forms)
	var pairs []string
	for _, form := range r.forms {
		pairs = append(pairs, form, hidden)
	}
	r.replacer = strings.NewReplacer(pairs...)
}

// spellings are the ways in which a secret may stand in a text.
func spellings(value string) []string {
	inner := func(text []byte) string { return string(text[1 : len(text)-1]) }
	escaped, _ := json.Marshal(value) // a string always marshals
	var plain bytes.Buffer
	e := json.NewEncoder(&plain)
	e.SetEscapeHTML(false)
	e.Encode(value) // into memory
	return []string{
		value,
		inner(escaped),
		inner(bytes.TrimSuffix(plain.Bytes(), []byte("\n"))),
		url.QueryEscape(value),
		url.PathEscape(value),
		base64.RawStdEncoding.EncodeToString([]byte(value)),
		base64.RawURLEncoding.EncodeToString([]byte(value)),
	}
}

// Redact gives the text with "[secret]" in the place of every known secret.
func (r *Redactor) Redact(text string) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.replacer == nil {
		return text
	}
	return r.replacer.Replace(text)
}

// Contains tells whether a known secret stands in the text.
func (r *Redactor) Contains(text []byte) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, form := range r.forms {
		if bytes.Contains(text, []byte(form)) {
			return true
		}
	}
	return false
}

// Refuse is an error for a text with a known secret in it: the last look
// before a text is kept for good.
func (r *Redactor) Refuse(text []byte) error {
	if r.Contains(text) {
		return errors.New("a secret of this program's own configuration stands in it")
	}
	return nil
}

// Attr takes secrets out of what is logged; it goes into
// [slog.HandlerOptions].ReplaceAttr.
func (r *Redactor) Attr(_ []string, a slog.Attr) slog.Attr {
	switch a.Value.Kind() {
	case slog.KindString:
		a.Value = slog.StringValue(r.Redact(a.Value.String()))
	case slog.KindAny:
		text := fmt.Sprintf("%+v", a.Value.Any())
		if clean := r.Redact(text); clean != text {
			a.Value = slog.StringValue(clean)
		}
	}
	return a
}
