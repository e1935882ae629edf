package n8n

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"strconv"

	"github.com/rollcall-dev/rollcall/tenant"
)

// A list is a list of the public API. n8n counts its pages by offset, so
// something deleted meanwhile would make an item slip through between two
// pages. Each page therefore begins with the last item of the one before, and
// the list is read anew, a few times, when that is not what comes.
type list[T any] struct {
	api   *tenant.API
	path  string
	query url.Values
	size  int // of a page
	id    func(T) string

	seen  map[string]bool
	last  string
	moved bool
}

// all reads the whole list.
func (l list[T]) all(ctx context.Context) ([]T, error) {
	l.query = maps.Clone(l.query)
	if l.query == nil {
		l.query = url.Values{}
	}
	l.query.Set("limit", strconv.Itoa(l.size))
	for range 3 {
		l.seen, l.last, l.moved = map[string]bool{}, "", false
		all, err := tenant.Pages(ctx, l.page)
		if err != nil {
			return nil, err
		}
		if !l.moved {
			return all, nil
		}
	}
	return nil, garbledf("GET %s: the list changes faster than it can be read", l.path)
}

func (l *list[T]) page(ctx context.Context, cursor string) (page []T, next string, err error) {
	query := maps.Clone(l.query)
	at, overlaps := overlap(cursor)
	if at != "" {
		query.Set("cursor", at)
	}
	n := 0
	item := func(one T) error {
		key := l.id(one)
		l.moved = l.moved || n == 0 && overlaps && key != l.last
		if !l.seen[key] {
			page = append(page, one)
		}
		l.seen[key], l.last = true, key
		n++
		return nil
	}
	err = l.api.Get(ctx, l.path, query, func(d *json.Decoder) error { return readPage(d, item, &next) })
	if l.moved = l.moved || overlaps && n == 0; l.moved {
		next = ""
	}
	return page, next, err
}

// overlap turns a cursor back by one item. A cursor that is not a count is
// taken as it is.
func overlap(cursor string) (string, bool) {
	data, err := base64.StdEncoding.DecodeString(cursor)
	if err != nil {
		return cursor, false
	}
	var at struct {
		Limit  int `json:"limit"`
		Offset int `json:"offset"`
	}
	if json.Unmarshal(data, &at) != nil || at.Limit < 2 || at.Offset < 1 {
		return cursor, false
	}
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, `{"limit":%d,"offset":%d}`, at.Limit, at.Offset-1)), true
}
