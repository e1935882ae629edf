package evidence

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// canonical spells JSON in the one way of the log: keys sorted, no space,
// numbers as they came. A key that stands twice is refused, since readers do
// not agree on which of the two counts.
func canonical(text []byte) ([]byte, error) {
	if err := onlyOnce(text); err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	return encode(v)
}

func encode(v any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// An object is one that is being read: the keys so far, and whether the next
// token is a key. A nil map is an array.
type object struct {
	keys  map[string]bool
	atKey bool
}

func onlyOnce(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var open []object
	for {
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && len(open) > 0:
			return io.ErrUnexpectedEOF
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if open, err = step(open, token); err != nil {
			return err
		}
		if len(open) == 0 && d.More() {
			return errors.New("there is more than one value")
		}
	}
}

func step(open []object, token json.Token) ([]object, error) {
	top := len(open) - 1
	switch token {
	case json.Delim('}'), json.Delim(']'):
		return open[:top], nil
	}
	if top >= 0 && open[top].keys != nil {
		if key, isKey := token.(string); isKey && open[top].atKey {
			if open[top].keys[key] {
				return nil, fmt.Errorf("the key %q stands twice in one object", key)
			}
			open[top].keys[key] = true
			open[top].atKey = false
			return open, nil
		}
		open[top].atKey = true
	}
	switch token {
	case json.Delim('{'):
		return append(open, object{keys: map[string]bool{}, atKey: true}), nil
	case json.Delim('['):
		return append(open, object{}), nil
	}
	return open, nil
}
