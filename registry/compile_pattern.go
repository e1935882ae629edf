package registry

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"unicode/utf8"
)

// compilePattern is a regular expression as a function, or nil where it is
// none. Texts of ASCII letters are run through a table, others are left to
// package regexp, which is also what CUE uses.
func compilePattern(text string) func(string) bool {
	re, err := regexp.Compile(text)
	if err != nil {
		return nil
	}
	slow := func(s string) bool { return utf8.ValidString(s) && re.MatchString(s) }
	t := tableOf(text)
	if t == nil {
		return slow
	}
	return func(s string) bool {
		state := 0
		for i := range len(s) {
			c := s[i]
			if c >= 0x80 {
				return slow(s)
			}
			if state = int(t.next[state<<7|int(c)]); state == dead {
				return false
			}
		}
		return t.final[state]
	}
}

// A table is a regular expression as a finite automaton over ASCII: for each
// state and letter the next state. State 0 is the first one, and nothing leads
// out of state 1.
type table struct {
	next  []uint16
	final []bool // whether a text may end in a state
}

const (
	dead      = 1
	maxStates = 400
)

// tableOf is the table of an expression, or nil where it would be large or the
// expression asks for more than the text's beginning and end.
func tableOf(text string) *table {
	re, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		return nil
	}
	b := tableBuilder{prog: prog, numbers: map[string]int{}, sound: len(prog.Inst) < 1<<16}
	first := b.closure([]uint32{uint32(prog.Start)}, syntax.EmptyBeginText)
	if len(first) == 0 {
		return nil
	}
	b.number(first)
	b.number(nil)
	for i := 0; i < len(b.states) && b.sound; i++ {
		b.fill(b.states[i], i == 0)
	}
	if !b.sound {
		return nil
	}
	return &b.table
}

// A tableBuilder makes the states of a table: each is a set of instructions of
// the program that the text so far may have led to.
type tableBuilder struct {
	table
	prog    *syntax.Prog
	states  [][]uint32
	numbers map[string]int
	sound   bool
}

// number is the number of a state, which is made where it is new.
func (b *tableBuilder) number(state []uint32) int {
	key := make([]byte, 0, 2*len(state))
	for _, pc := range state {
		key = append(key, byte(pc), byte(pc>>8))
	}
	n, known := b.numbers[string(key)]
	if !known {
		n = len(b.states)
		b.numbers[string(key)] = n
		b.states = append(b.states, state)
		b.sound = b.sound && n < maxStates
	}
	return n
}

// fill works out where each letter leads from a state. A match may begin at
// any letter, for CUE's =~ looks for one anywhere; and once there is one, the
// rest of the text does not matter, so that the match instruction stays.
func (b *tableBuilder) fill(state []uint32, first bool) {
	atEnd := syntax.EmptyEndText
	if first {
		atEnd |= syntax.EmptyBeginText
	}
	b.final = append(b.final, b.matches(b.closure(append([]uint32{uint32(b.prog.Start)}, state...), atEnd)))
	for c := range rune(128) {
		var to []uint32
		for _, pc := range state {
			in := &b.prog.Inst[pc]
			switch {
			case in.Op == syntax.InstMatch:
				to = append(to, pc)
			case in.Op == syntax.InstEmptyWidth:
			case in.MatchRune(c):
				to = append(to, in.Out)
			}
		}
		b.next = append(b.next, uint16(b.number(b.closure(append(to, uint32(b.prog.Start)), 0))))
	}
}

// closure are the instructions that consume a letter, match or wait for the
// text's end, and to which the given ones lead where the flags hold.
func (b *tableBuilder) closure(from []uint32, flags syntax.EmptyOp) []uint32 {
	seen := map[uint32]bool{}
	var state []uint32
	for todo := slices.Clone(from); len(todo) > 0; {
		pc := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[pc] {
			continue
		}
		seen[pc] = true
		in := &b.prog.Inst[pc]
		switch in.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			todo = append(todo, in.Out, in.Arg)
		case syntax.InstCapture, syntax.InstNop:
			todo = append(todo, in.Out)
		case syntax.InstEmptyWidth:
			switch wants := syntax.EmptyOp(in.Arg); {
			case wants&^flags == 0:
				todo = append(todo, in.Out)
			case wants == syntax.EmptyEndText:
				state = append(state, pc)
			case wants != syntax.EmptyBeginText:
				b.sound = false
			}
		case syntax.InstFail:
		default:
			state = append(state, pc)
		}
	}
	slices.Sort(state)
	return state
}

func (b *tableBuilder) matches(state []uint32) bool {
	return slices.ContainsFunc(state, func(pc uint32) bool { return b.prog.Inst[pc].Op == syntax.InstMatch })
}
