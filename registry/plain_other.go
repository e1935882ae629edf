package registry

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// root reads the file as what its name says it is.
func (r *reader) root() *node {
	switch format(r.file) {
	case "yaml":
		return r.readYAML()
	case "json":
		return r.readJSON()
	}
	return r.readCUE()
}

// readJSON reads JSON.
func (r *reader) readJSON() *node {
	var syntax *json.SyntaxError
	err := json.Unmarshal(r.text, new(any))
	if errors.As(err, &syntax) {
		r.complain(ruleSchema, int(syntax.Offset)-1, "the file is no JSON: %s", syntax)
		return nil
	}
	if err != nil || !bytes.HasPrefix(bytes.TrimSpace(r.text), []byte("{")) {
		r.complain(ruleSchema, 0, "the file is no JSON object; want one with a field like identities")
		return nil
	}
	return r.jsonFile()
}

// readYAML reads one document of YAML, without what makes it more than data.
func (r *reader) readYAML() *node {
	d := yaml.NewDecoder(bytes.NewReader(r.text))
	var doc, second yaml.Node
	if err := d.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return &node{kind: structNode}
		}
		r.yamlSyntax(err)
		return nil
	}
	if err := d.Decode(&second); !errors.Is(err, io.EOF) {
		r.complain(ruleHostile, r.offset(second.Line, second.Column), "a second document in one file is no plain data; remove it")
	}
	y := yamlReader{reader: r}
	root := y.value(doc.Content[0])
	if root.kind != structNode {
		if root.kind != badNode {
			r.complain(ruleSchema, root.start, "the file is %s; want fields like identities", root.kind)
		}
		return nil
	}
	r.finish(root)
	return root
}

var yamlLine = regexp.MustCompile(`^yaml: line (\d+): `)

func (r *reader) yamlSyntax(err error) {
	message, line := err.Error(), 1
	if m := yamlLine.FindStringSubmatch(message); m != nil {
		fmt.Sscan(m[1], &line)
		message = message[len(m[0]):]
	}
	r.complain(ruleSchema, r.offset(line, 1), "the file is no YAML: %s", oneLine(strings.TrimPrefix(message, "yaml: ")))
}

// offset is the byte at a line and a column in letters, both from 1.
func (r *reader) offset(line, column int) int {
	at := 0
	for ; line > 1; line-- {
		next := bytes.IndexByte(r.text[at:], '\n')
		if next < 0 {
			return len(r.text)
		}
		at += next + 1
	}
	for ; column > 1 && at < len(r.text); column-- {
		_, size := utf8.DecodeRune(r.text[at:])
		at += size
	}
	return at
}
