package config

import (
	"cmp"
	"fmt"
	"slices"
)

// A Problem is a mistake in the configuration file. The daemon does not start
// with one.
type Problem struct {
	File    string
	Line    int // from 1
	Column  int // from 1
	Field   string
	Message string
}

// String gives "rollcall.yaml:12:5: error: …".
func (p Problem) String() string {
	return fmt.Sprintf("%s:%d:%d: error: %s", p.File, p.Line, p.Column, p.Message)
}

func sorted(problems []Problem) []Problem {
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return problems
}

// nearest is the word that was most likely meant, or "".
func nearest(word string, known []string) string {
	best, least := "", len(word)/3+2
	for _, k := range known {
		if d := distance(word, k); d < least {
			best, least = k, d
		}
	}
	return best
}

// distance is how many letters must be put in, taken out or changed to make b
// of a, whatever their case.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i]|0x20 != b[j]|0x20 {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
