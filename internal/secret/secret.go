// Package secret holds what must never be printed: secrets that print as
// "[secret]", references that say where one is kept, and a redactor that takes
// those in use out of any text.
//
// A reference is one of
//
//	env:NAME          an environment variable
//	file:/path        a file that not everybody may read; one newline at its end is dropped
//	exec:cmd arg ...  what a command prints; split at spaces, no shell
//	vault:path#field  a field of a Vault secret; see [Vault]
package secret

import (
	"fmt"
	"io"
	"log/slog"
)

// hidden is what a secret shows of itself.
const hidden = "[secret]"

// A Secret is a text that shows itself to nobody who does not ask by [Reveal].
// The zero value is no secret.
type Secret struct {
	// A pointer, since fmt prints what a struct's unexported fields hold
	// without asking them.
	value *string
}

// New makes a secret of a text.
func New(value string) Secret { return Secret{&value} }

// Reveal gives the secret itself, to be sent where it belongs and nowhere else.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// IsZero tells whether there is no secret.
func (s Secret) IsZero() bool { return s.value == nil }

// String gives "[secret]".
func (s Secret) String() string { return hidden }

// GoString gives "[secret]".
func (s Secret) GoString() string { return hidden }

// Format writes "[secret]", whatever the verb.
func (s Secret) Format(w fmt.State, _ rune) { io.WriteString(w, hidden) }

// LogValue gives "[secret]".
func (s Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalJSON gives "[secret]".
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + hidden + `"`), nil }

// MarshalText gives "[secret]".
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// MarshalYAML gives "[secret]".
func (s Secret) MarshalYAML() (any, error) { return hidden, nil }
