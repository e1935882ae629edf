package registry

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// joinPath writes a path as people do: steps[0].effect, labels."cost-centre".
func joinPath(path []string) string {
	var b strings.Builder
	for _, step := range path {
		_, err := strconv.Atoi(step)
		switch {
		case err == nil:
			b.WriteString("[" + step + "]")
			continue
		case b.Len() > 0:
			b.WriteByte('.')
		}
		if isWord(step) {
			b.WriteString(step)
		} else {
			b.WriteString(strconv.Quote(step))
		}
	}
	return b.String()
}

// splitPath is the opposite of joinPath.
func splitPath(s string) []string {
	var path []string
	for s != "" {
		switch s[0] {
		case '.':
			s = s[1:]
		case '[':
			inside, rest, _ := strings.Cut(s[1:], "]")
			path, s = append(path, inside), rest
		case '"':
			quoted, err := strconv.QuotedPrefix(s)
			if err != nil {
				return append(path, s)
			}
			name, _ := strconv.Unquote(quoted)
			path, s = append(path, name), s[len(quoted):]
		default:
			end := strings.IndexAny(s, ".[")
			if end < 0 {
				end = len(s)
			}
			path, s = append(path, s[:end]), s[end:]
		}
	}
	return path
}

// isWord tells whether a name needs no quotes.
func isWord(s string) bool {
	for i, c := range []byte(s) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '$'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != "" && s[0] != '_'
}

// clip shortens what others wrote to what fits on a line.
func clip(s string) string {
	const most = 60
	s = oneLine(s)
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// closest is the one of several words that was most likely meant, or "": one
// typing mistake away, or two where the word is long.
func closest(word string, among []string) string {
	best, least := "", min(2, utf8.RuneCountInString(word)/3)+1
	for _, w := range among {
		if d := distance(strings.ToLower(word), strings.ToLower(w), least); d < least {
			best, least = w, d
		}
	}
	return best
}

// distance is the number of letters to add, remove, change or swap with their
// neighbour, at most the limit.
func distance(a, b string, limit int) int {
	if len(a) > 100 || max(len(a), len(b))-min(len(a), len(b)) >= limit {
		return limit
	}
	before, last, row := []int(nil), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, make([]int, len(b)+1)
	}
	return last[len(b)]
}

// either lists words for people: "a, b or c".
func either(words []string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
