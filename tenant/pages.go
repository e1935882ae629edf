package tenant

import (
	"context"
	"fmt"
)

// mostPages ends a list that never ends.
const mostPages = 100_000

// Pages reads a list that comes in pages. page returns the items behind a
// cursor, "" at first, and the next cursor, "" at the end. The list is whole,
// or there is an error: a list that goes in circles is [Garbled].
func Pages[T any](ctx context.Context, page func(ctx context.Context, cursor string) ([]T, string, error)) ([]T, error) {
	var all []T
	seen := map[string]bool{}
	for cursor := ""; ; {
		items, next, err := page(ctx, cursor)
		if err != nil {
			return nil, err
		}
		all = append(all, items...)
		if next == "" {
			return all, nil
		}
		if seen[next] || len(seen) >= mostPages {
			return nil, garbled(fmt.Errorf("the list goes in circles after %d pages", len(seen)+1))
		}
		seen[next] = true
		cursor = next
	}
}
