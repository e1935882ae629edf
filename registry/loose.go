package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"slices"
)

// evaluate evaluates the files of policy, organisation and tenants where one
// of them is more than plain data. They are one CUE package, so a template in
// one may give the others values: then all of them are taken from what the
// evaluation comes to.
func (l Loader) evaluate(ctx context.Context, files []*file) error {
	first := slices.IndexFunc(files, func(f *file) bool { return f.complex })
	broken := slices.ContainsFunc(files, func(f *file) bool { return f.loose() && f.root == nil })
	if first < 0 || broken { // what is broken has been complained of, and is to be mended first
		return nil
	}
	evaluate := l.Evaluate
	if evaluate == nil {
		var err error
		if evaluate, err = itself(); err != nil {
			return fmt.Errorf("evaluate %s: %w", files[first].name, err)
		}
	}
	input := map[string][]byte{}
	for _, f := range files {
		if f.loose() {
			input[f.name] = f.text
		}
	}
	answer, err := evaluate(ctx, input)
	if errors.Is(err, ErrBudget) {
		for _, f := range files {
			if f.complex {
				f.problems = append(f.problems, Problem{Rule: ruleHostile, Pos: Pos{File: f.name, Line: 1, Column: 1},
					Message: "the files of policy, organisation and tenants run over the evaluation budget of 10 s and 1 GiB; compute less, or write the values themselves"})
			}
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("evaluate %s: %w", files[first].name, err)
	}
	var out evaluation
	if err := json.Unmarshal(answer, &out); err != nil {
		return fmt.Errorf("read what %s evaluates to: %w", files[first].name, err)
	}
	if out.Error != "" {
		return fmt.Errorf("evaluate %s: %s", files[first].name, out.Error)
	}
	return out.into(files, files[first])
}

// loose tells whether a file takes part in an evaluation.
func (f *file) loose() bool {
	home, _, _ := homeOf(f.name)
	return home.loose && f.text != nil && format(f.name) == "cue"
}

// into puts what was evaluated in the place of what the files hold.
func (out evaluation) into(files []*file, first *file) error {
	find := func(name string) *file {
		i := slices.IndexFunc(files, func(f *file) bool { return f.name == name })
		if i < 0 {
			return first
		}
		return files[i]
	}
	if len(out.Values) > 0 {
		for _, f := range files {
			if f.loose() {
				f.entries, f.problems = nil, slices.DeleteFunc(f.problems, judgedAgain)
			}
		}
	}
	for _, fault := range out.Faults {
		f := find(fault.File)
		p := Problem{Rule: ruleSchema, Pos: place(f.name, f.text, fault.Offset), Field: fault.Field, Message: fault.Message}
		if fault.Hostile {
			p.Rule = ruleHostile
		}
		if fault.Field != "" {
			p.Message = fault.Field + ": " + fault.Message
		}
		f.problems = append(f.problems, p)
	}
	if len(out.Values) == 0 {
		return nil
	}
	c := &checker{}
	for _, s := range sections {
		out.section(s, c, find)
	}
	return nil
}

// judgedAgain tells the problems that come again when the evaluated entries
// are judged.
func judgedAgain(p Problem) bool { return p.Rule == ruleMisplaced || p.Rule == ruleSchema }

func (out evaluation) section(s section, c *checker, find func(string) *file) {
	text, ok := out.Values[s.name]
	if !ok {
		return
	}
	r := &reader{text: text, limit: large}
	value := r.jsonFile()
	r.strangeValues(value, shapes()[s.def])
	file := find(s.place("") + ".cue")
	for _, p := range r.problems {
		p.Pos = Pos{File: file.name, Line: 1, Column: 1}
		file.problems = append(file.problems, p)
	}
	if !s.many {
		out.entry(s, "", value, c, find)
		return
	}
	for _, f := range value.fields {
		out.entry(s, f.name, f.value, c, find)
	}
}

// entry is an evaluated entry in the file where it belongs. Its places are
// looked for in that file's text, in so far as its fields are written there.
func (out evaluation) entry(s section, id string, value *node, c *checker, find func(string) *file) {
	f := find(s.place(id) + ".cue")
	e := &entry{section: s, id: id, file: f.name, text: f.text, node: value, root: f.root, at: []string{s.name}}
	if s.many {
		e.at = append(e.at, id)
	}
	f.entries = append(f.entries, e)
	f.judge(c, e)
	e.settle()
}
