package rules

import (
	"iter"
	"strings"
	"unicode/utf8"
)

// maxName is the length in bytes from which on no nearest name is looked for:
// a name of that length is no typing mistake, and the search would be slow.
const maxName = 256

// nearest is the name that takes the fewest single-character edits to reach,
// or empty where that is more than [slips]. Of several the first in the
// alphabet.
func nearest(to string, names iter.Seq[string]) string {
	if len(to) > maxName {
		return ""
	}
	best, least := "", slips(to)+1
	for name := range names {
		if len(name) > maxName || abs(len(name)-len(to)) > 4*least {
			continue
		}
		d := distance([]rune(to), []rune(name), least)
		if d < least || d == least && best != "" && name < best {
			best, least = name, d
		}
	}
	return best
}

// slips is how many typing mistakes a name can hold and still be known: one, or
// two where it is long. What stands before its last slash makes it no longer:
// "person/toni" is not what "person/robin" was meant to be.
func slips(name string) int {
	return min(2, utf8.RuneCountInString(name[strings.LastIndexByte(name, '/')+1:])/3)
}

// distance is the number of insertions, deletions, replacements and swaps of
// neighbours between a and b; limit+1 as soon as it is known to be over the
// limit.
func distance(a, b []rune, limit int) int {
	if abs(len(a)-len(b)) > limit {
		return limit + 1
	}
	before, prev, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := range a {
		row[0] = i + 1
		least := row[0]
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(prev[j]+cost, prev[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
			least = min(least, row[j+1])
		}
		if least > limit+1 {
			return limit + 1
		}
		before, prev, row = prev, row, before
	}
	return prev[len(b)]
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
