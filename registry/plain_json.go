package registry

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// A jsonReader reads JSON that is known to be well formed.
type jsonReader struct {
	*reader
	d *json.Decoder
}

func (r *reader) jsonFile() *node {
	j := jsonReader{reader: r, d: json.NewDecoder(bytes.NewReader(r.text))}
	j.d.UseNumber()
	root := j.value()
	r.finish(root)
	return root
}

// next reads a token and tells where it begins.
func (j *jsonReader) next() (json.Token, int) {
	at := int(j.d.InputOffset())
	for at < len(j.text) && bytes.IndexByte([]byte(" \t\r\n,:"), j.text[at]) >= 0 {
		at++
	}
	t, err := j.d.Token()
	if err != nil {
		return nil, at // cannot be: the text was read once before
	}
	return t, at
}

func (j *jsonReader) value() *node {
	t, at := j.next()
	n := &node{start: at, end: int(j.d.InputOffset())}
	switch t := t.(type) {
	case json.Delim:
		n.open = at + 1
		deep := !j.enter(at)
		if t == '{' {
			j.fields(n)
		} else {
			j.items(n)
		}
		j.depth--
		n.end = int(j.d.InputOffset())
		if deep {
			*n = node{start: at}
		}
	case string:
		n.kind, n.text = textNode, t
		j.capped(n)
	case json.Number:
		n.text = t.String()
		return j.number(n)
	case bool:
		n.kind, n.text = boolNode, fmt.Sprint(t)
	case nil:
		n.kind, n.text = nullNode, "null"
	}
	return n
}

func (j *jsonReader) fields(n *node) {
	n.kind = structNode
	for j.d.More() {
		t, at := j.next()
		name, _ := t.(string)
		j.at = append(j.at, name)
		j.add(n, field{name: name, start: at, value: j.value()})
		j.at = j.at[:len(j.at)-1]
	}
	j.next()
	j.unique(n)
}

func (j *jsonReader) items(n *node) {
	n.kind = listNode
	for j.d.More() {
		j.at = append(j.at, fmt.Sprint(len(n.items)))
		item := j.value()
		switch {
		case len(n.items) < j.limit.fields:
			n.items = append(n.items, item)
		case !n.full:
			n.full = true
			j.complain(ruleHostile, item.start, "a list of more than %d items is refused; split it", j.limit.fields)
		}
		j.at = j.at[:len(j.at)-1]
	}
	j.next()
}
