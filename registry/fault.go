package registry

import (
	"fmt"
	"slices"
	"strings"
)

// explain says what is wrong with the value at a path of an entry, in words of
// the schema's own comments. CUE said that something is; trace is its way to
// say so, for what the schema's text does not tell.
func explain(noun string, s *shape, entry *node, path []string, trace string) string {
	name := joinPath(path)
	if name == "" {
		name = noun
	}
	n := entry.at(path)
	parent := s
	if len(path) > 0 {
		parent = s.at(path[:len(path)-1])
	}
	want := s.at(path)
	switch {
	case want == nil:
		return unknownField(noun, parent, path)
	case n == nil:
		return missingField(noun, parent, name, path, want)
	case n.kind != structNode && want.only() != "":
		return fmt.Sprintf("%s is %s; write {%s: %s}", name, n.kind, want.only(), want.literal(n.text))
	case want.kind != badNode && n.kind != want.kind:
		return fmt.Sprintf("%s is %s; want %s", name, n.kind, want.phrase())
	case len(want.choices) > 0:
		return fmt.Sprintf("%s %q is none of %s%s", name, clip(n.text), strings.Join(want.choices, ", "), meant(n.text, want.choices, "; write one of them"))
	case n.kind == textNode && n.text == "":
		return fmt.Sprintf("%s is empty; want %s", name, want.phrase())
	case n.kind == textNode:
		return fmt.Sprintf("%s %q is not %s%s", name, clip(n.text), want.phrase(), dayMeant(want, n.text))
	case n.kind == numberNode:
		return fmt.Sprintf("%s %s is not %s", name, clip(n.text), want.phrase())
	}
	return fmt.Sprintf("%s does not satisfy the schema: %s", name, clip(trace))
}

// phrase says what is wanted.
func (s *shape) phrase() string {
	switch {
	case len(s.choices) > 0:
		quoted := make([]string, len(s.choices))
		for i, c := range s.choices {
			quoted[i] = fmt.Sprintf("%q", c)
		}
		return either(quoted)
	case s.want == "":
		return s.kind.String()
	case s.kind == structNode && s.of == nil:
		return "a struct of " + either(s.names)
	case s.kind == structNode:
		return "a struct of " + s.want
	}
	return s.want
}

func unknownField(noun string, parent *shape, path []string) string {
	last := path[len(path)-1]
	where := noun
	if len(path) > 1 {
		where = joinPath(path[:len(path)-1])
	}
	if holdsSecret(last) {
		return fmt.Sprintf("%s has field %q, and a registry holds no secrets; %s", where, clip(last), keptIn(parent))
	}
	if parent == nil {
		return fmt.Sprintf("%s has field %q, which does not exist; remove it", where, clip(last))
	}
	if parent.of != nil {
		return fmt.Sprintf("%q cannot be a name in %s; write %s, digits, dots, dashes and underscores", clip(last), where, letters(parent))
	}
	return fmt.Sprintf("%s has field %q, which does not exist%s", where, clip(last), meant(last, parent.names, "; remove it"))
}

// holdsSecret tells whether a field is named after what must not stand here.
func holdsSecret(field string) bool {
	name := strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(field))
	return slices.ContainsFunc([]string{"secret", "password", "passwd", "passphrase", "token", "key"}, func(word string) bool {
		return strings.HasSuffix(name, word)
	})
}

// keptIn says what to write instead of a secret.
func keptIn(parent *shape) string {
	switch {
	case parent.at([]string{"store"}) != nil:
		return "write store and path, where it is kept"
	case parent.at([]string{"credential"}) != nil:
		return "write store and path in credential, where it is kept"
	}
	return "take it out"
}

// only is the field of a struct that has but one, which is of a few words.
func (s *shape) only() string {
	if s.kind != structNode || len(s.names) != 1 || len(s.fields[s.names[0]].shape.choices) == 0 {
		return ""
	}
	return s.names[0]
}

// literal is a text as the only field of a struct has it; where it can be none
// of its words, the last of them.
func (s *shape) literal(text string) string {
	choices := s.fields[s.only()].shape.choices
	if !slices.Contains(choices, text) {
		text = choices[len(choices)-1]
	}
	return fmt.Sprintf("%q", text)
}

func letters(s *shape) string {
	if s.key != nil && s.key.MatchString("A") {
		return "letters"
	}
	return "small letters"
}

func missingField(noun string, parent *shape, name string, path []string, want *shape) string {
	last := path[len(path)-1]
	where := noun
	if len(path) > 1 {
		where = joinPath(path[:len(path)-1])
	}
	example := ""
	if parent != nil {
		example = parent.fields[last].example
	}
	if example == "" {
		return fmt.Sprintf("%s has no %s; add %s, %s", where, last, last, want.phrase())
	}
	return fmt.Sprintf("%s has no %s; add %s, as in %s: %s", where, last, name, last, example)
}

// meant asks for the word that was meant or, where that is not plain, says
// what else to do.
func meant(word string, among []string, otherwise string) string {
	if c := closest(word, among); c != "" && !slices.Contains(among, word) {
		return fmt.Sprintf("; did you mean %q?", c)
	}
	return otherwise
}
