package approval

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cedar-policy/cedar-go/types"
)

// mostSteps bounds the search for texts between which patterns can tell.
const mostSteps = 400_000

// words are texts between which the texts and the patterns of a policy can
// tell: one for each set of them that some text satisfies. It is not ok where
// the search has no end in reasonable time: then some may be missing.
func words(texts []types.String, patterns []types.Pattern) (all []types.String, ok bool) {
	if len(patterns) == 0 {
		return append(slices.Clone(texts), other), true
	}
	s := search{signs: []rune{'~'}, known: map[rune]bool{}}
	for _, text := range texts {
		s.add([]rune(string(text)), nil)
	}
	for _, p := range patterns {
		s.add(likeness(p))
	}
	for s.known[s.signs[0]] {
		s.signs[0]++ // one that no text and no pattern holds
	}
	return s.run()
}

// A glob is a text of which some places may be stretched to any length.
type glob struct {
	text  []rune
	stars []bool // before each rune, and at the end
}

// A search looks for texts sign by sign. Where it is at is, of each glob, which
// places of it a text so far may lead to.
type search struct {
	globs []glob
	signs []rune // the first stands for all that no glob holds
	known map[rune]bool
}

func (s *search) add(text []rune, stars []bool) {
	if stars == nil {
		stars = make([]bool, len(text)+1)
	}
	s.globs = append(s.globs, glob{text, stars})
	for _, r := range text {
		if !s.known[r] {
			s.known[r] = true
			s.signs = append(s.signs, r)
		}
	}
}

// run goes through all that can be told apart, the shortest texts first.
func (s *search) run() (all []types.String, ok bool) {
	type point struct {
		text string
		at   []string // by glob, its places as 0 and 1
	}
	start := point{at: make([]string, len(s.globs))}
	for i, g := range s.globs {
		start.at[i] = "1" + strings.Repeat("0", len(g.text))
	}
	been, told := map[string]bool{strings.Join(start.at, ","): true}, map[string]bool{}
	steps := 0
	for queue := []point{start}; len(queue) > 0; queue = queue[1:] {
		here := queue[0]
		if takes := ends(here.at); !told[takes] {
			told[takes] = true
			all = append(all, types.String(here.text))
		}
		for _, sign := range s.signs {
			next := point{text: here.text + string(sign), at: make([]string, len(s.globs))}
			for i, g := range s.globs {
				next.at[i] = g.step(here.at[i], sign)
				steps += len(g.text) + 1
			}
			if key := strings.Join(next.at, ","); !been[key] {
				been[key] = true
				queue = append(queue, next)
			}
		}
		if steps > mostSteps || len(all) > mostChoices {
			return all, false
		}
	}
	return all, true
}

// ends tells of each glob whether it takes what was read.
func ends(at []string) string {
	var b strings.Builder
	for _, places := range at {
		b.WriteByte(places[len(places)-1])
	}
	return b.String()
}

// step is where a glob may be after one sign more.
func (g glob) step(at string, sign rune) string {
	next := []byte(strings.Repeat("0", len(at)))
	for i := range len(at) {
		if at[i] != '1' {
			continue
		}
		if g.stars[i] {
			next[i] = '1'
		}
		if i < len(g.text) && g.text[i] == sign {
			next[i+1] = '1'
		}
	}
	return string(next)
}

// likeness is a pattern without its stars, and where they stand.
func likeness(p types.Pattern) (text []rune, stars []bool) {
	written := []rune(string(p.MarshalCedar()))
	written = written[1 : len(written)-1] // without the quotes
	star := false
	for i := 0; i < len(written); i++ {
		r := written[i]
		if r == '*' {
			star = true
			continue
		}
		if r == '\\' {
			i++
			r = written[i]
			switch r {
			case 'n':
				r = '\n'
			case 't':
				r = '\t'
			case 'r':
				r = '\r'
			case '0':
				r = 0
			case 'u':
				end := i + slices.Index(written[i:], '}')
				n, _ := strconv.ParseUint(string(written[i+2:end]), 16, 32)
				r, i = rune(n), end
			}
		}
		text, stars, star = append(text, r), append(stars, star), false
	}
	return text, append(stars, star)
}
