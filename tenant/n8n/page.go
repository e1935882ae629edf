package n8n

import (
	"encoding/json"
	"fmt"

	"github.com/rollcall-dev/rollcall/tenant"
)

func garbledf(format string, args ...any) error {
	return &tenant.ReadError{Cause: tenant.Garbled, Err: fmt.Errorf(format, args...)}
}

// readPage reads {"data": […], "nextCursor": …} and hands over one item after
// the other, so that no page is ever held whole. A page without either field
// is none: it might be half of one.
func readPage[T any](d *json.Decoder, item func(T) error, next *string) error {
	if t, err := d.Token(); err != nil {
		return err
	} else if t != json.Delim('{') {
		return garbledf("the answer is no page of a list")
	}
	data, cursor := false, false
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		switch name {
		case "data":
			data, err = true, readItems(d, item)
		case "nextCursor":
			var v *string
			if cursor, err = true, d.Decode(&v); v != nil {
				*next = *v
			}
		default:
			var skip json.RawMessage
			err = d.Decode(&skip)
		}
		if err != nil {
			return err
		}
	}
	if !data || !cursor {
		return garbledf("the answer is no page of a list")
	}
	_, err := d.Token()
	return err
}

func readItems[T any](d *json.Decoder, item func(T) error) error {
	if t, err := d.Token(); err != nil {
		return err
	} else if t != json.Delim('[') {
		return garbledf("the answer has no list in its data")
	}
	for d.More() {
		var one T
		if err := d.Decode(&one); err != nil {
			return err
		}
		if err := item(one); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}
