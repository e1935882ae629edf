package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// A decoder puts YAML into a Config, strictly, and goes on after a mistake so
// that all of them are told at once.
type decoder struct {
	file     string
	problems []Problem
	places   map[string]*yaml.Node // by field: the key it stands at
	broken   map[string]bool       // fields of which nothing could be read
}

func (d *decoder) problem(at *yaml.Node, field, format string, args ...any) {
	d.problems = append(d.problems, Problem{d.file, at.Line, at.Column, field, fmt.Sprintf(format, args...)})
}

var (
	durationType = reflect.TypeFor[time.Duration]()
	periodType   = reflect.TypeFor[Period]()
	refType      = reflect.TypeFor[Ref]()
)

func (d *decoder) value(n *yaml.Node, to reflect.Value, field string) {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		d.broken[field] = true
		d.problem(n, field, "%s: anchors and aliases are not used here; write it out", label(field))
		return
	}
	switch {
	case to.Type() == durationType:
		d.duration(n, to, field)
	case to.Type() == periodType:
		d.period(n, to, field)
	case to.Type() == refType:
		if text, ok := d.text(n, field); ok {
			to.Set(reflect.ValueOf(Ref{Text: text, Line: n.Line, Column: n.Column}))
		}
	case to.Kind() == reflect.Struct:
		d.fields(n, to, field)
	case to.Kind() == reflect.Map:
		d.entries(n, to, field)
	case to.Kind() == reflect.Slice:
		d.list(n, to, field)
	case to.Kind() == reflect.Bool:
		if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" {
			d.problem(n, field, "%s: want true or false, not %s", label(field), kindOf(n))
			return
		}
		to.SetBool(strings.EqualFold(n.Value, "true"))
	default:
		if text, ok := d.text(n, field); ok {
			to.SetString(text)
		}
	}
}

func (d *decoder) text(n *yaml.Node, field string) (string, bool) {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" || n.Tag == "!!bool" {
		d.problem(n, field, "%s: want a text, not %s", label(field), kindOf(n))
		return "", false
	}
	if strings.TrimSpace(n.Value) == "" {
		d.problem(n, field, "%s is empty; leave it out or give it a value", label(field))
		return "", false
	}
	return n.Value, true
}

func (d *decoder) duration(n *yaml.Node, to reflect.Value, field string) {
	text, ok := d.text(n, field)
	if !ok {
		return
	}
	v, err := time.ParseDuration(text)
	switch {
	case err != nil:
		d.problem(n, field, "%s: %q is no duration; write it like 30s, 5m or 1h30m", label(field), text)
	case v < time.Second || v > 30*24*time.Hour:
		d.problem(n, field, "%s: %q is out of bounds; the shortest is 1s, the longest 720h", label(field), text)
	default:
		to.SetInt(int64(v))
	}
}

// period reads a duration that may be written in days; 0 is never.
func (d *decoder) period(n *yaml.Node, to reflect.Value, field string) {
	text, ok := d.text(n, field)
	if !ok {
		return
	}
	v, err := time.ParseDuration(text)
	if days, of := strings.CutSuffix(text, "d"); of {
		var count int
		count, err = strconv.Atoi(days)
		v = time.Duration(min(max(count, -1), 366)) * 24 * time.Hour
	}
	switch {
	case err != nil:
		d.problem(n, field, "%s: %q is no period; write it like 12h or 7d, and 0 for never", label(field), text)
	case v != 0 && (v < time.Minute || v > 365*24*time.Hour):
		d.problem(n, field, "%s: %q is out of bounds; the shortest is 1m, the longest 365d, and 0 is never", label(field), text)
	default:
		to.SetInt(int64(v))
	}
}

// list reads texts.
func (d *decoder) list(n *yaml.Node, to reflect.Value, field string) {
	if n.Kind != yaml.SequenceNode {
		d.problem(n, field, "%s: want a list, not %s", label(field), kindOf(n))
		return
	}
	for i, item := range n.Content {
		at := fmt.Sprintf("%s[%d]", field, i)
		d.places[at] = item
		v := reflect.New(to.Type().Elem()).Elem()
		d.value(item, v, at)
		to.Set(reflect.Append(to, v))
	}
}

// pairs gives the keys and values of a mapping, each key once.
func (d *decoder) pairs(n *yaml.Node, field string, each func(key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		d.broken[field] = true
		d.problem(n, field, "%s: want keys and values, not %s", label(field), kindOf(n))
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if line, twice := seen[key.Value]; twice {
			d.problem(key, join(field, key.Value), "%s stands here for the second time; the first is in line %d", label(join(field, key.Value)), line)
			continue
		}
		seen[key.Value] = key.Line
		each(key, n.Content[i+1])
	}
}

func (d *decoder) fields(n *yaml.Node, to reflect.Value, field string) {
	known := map[string]reflect.Value{}
	var names []string
	for i := range to.NumField() {
		name := to.Type().Field(i).Tag.Get("yaml")
		if name == "-" {
			continue
		}
		known[name] = to.Field(i)
		names = append(names, name)
	}
	d.pairs(n, field, func(key, value *yaml.Node) {
		at := join(field, key.Value)
		v, ok := known[key.Value]
		if !ok {
			d.unknown(key, field, names)
			return
		}
		d.places[at] = key
		d.value(value, v, at)
	})
}

func (d *decoder) unknown(key *yaml.Node, field string, names []string) {
	if key.Value == "<<" {
		d.problem(key, join(field, key.Value), "%s: anchors and aliases are not used here; write it out", label(field))
		return
	}
	where := "here"
	if field != "" {
		where = "in " + field
	}
	hint := "known are " + strings.Join(names, ", ")
	if near := nearest(key.Value, names); near != "" {
		hint = fmt.Sprintf("did you mean %q", near)
	}
	d.problem(key, join(field, key.Value), "unknown key %q %s; %s", key.Value, where, hint)
}

func (d *decoder) entries(n *yaml.Node, to reflect.Value, field string) {
	to.Set(reflect.MakeMap(to.Type()))
	d.pairs(n, field, func(key, value *yaml.Node) {
		at := join(field, key.Value)
		d.places[at] = key
		v := reflect.New(to.Type().Elem()).Elem()
		d.value(value, v, at)
		to.SetMapIndex(reflect.ValueOf(key.Value), v)
	})
}

// at is the place of a field, or of the nearest thing around it that is there.
func (d *decoder) at(field string) *yaml.Node {
	for {
		if n := d.places[field]; n != nil {
			return n
		}
		outer := strings.LastIndex(field, ".")
		if outer < 0 {
			return &yaml.Node{Line: 1, Column: 1}
		}
		field = field[:outer]
	}
}

func (d *decoder) given(field string) bool { return d.places[field] != nil }

// faulty tells whether a problem with the field was told already.
func (d *decoder) faulty(field string) bool {
	return slices.ContainsFunc(d.problems, func(p Problem) bool { return p.Field == field })
}

func join(field, key string) string {
	if field == "" {
		return key
	}
	return field + "." + key
}

func label(field string) string {
	if field == "" {
		return "the configuration"
	}
	return field
}

func kindOf(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "keys and values"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Tag == "!!null":
		return "nothing"
	case strings.Contains(n.Value, "://"):
		return "a URL" // which may hold a token
	}
	return fmt.Sprintf("%q", n.Value)
}

// Keys are all keys that the file may have, but for the names of tenants and channels.
func Keys() []string {
	return keys(reflect.TypeFor[Config]())
}

func keys(t reflect.Type) []string {
	if t.Kind() == reflect.Map || t.Kind() == reflect.Slice {
		return keys(t.Elem())
	}
	if t.Kind() != reflect.Struct || t == refType {
		return nil
	}
	var all []string
	for f := range t.Fields() {
		if f.Tag.Get("yaml") == "-" {
			continue
		}
		all = append(all, f.Tag.Get("yaml"))
		all = append(all, keys(f.Type)...)
	}
	return all
}
