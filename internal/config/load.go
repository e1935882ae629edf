package config

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/rollcall-dev/rollcall/internal/secret"
)

const maxFile = 1 << 20

// Load reads a configuration and everything that is wrong with it. Problems
// are mistakes in the file, in its order; with one, the Config is nil. The
// error says that the file could not be read. Secrets are not read yet: that
// is [Config.Resolve].
func Load(path string) (*Config, []Problem, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("read the configuration: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, nil, fmt.Errorf("read the configuration: %w", err)
	}
	if len(text) > maxFile {
		return nil, nil, fmt.Errorf("read the configuration %s: it is larger than %d bytes", path, maxFile)
	}
	full, err := filepath.Abs(path)
	if err != nil {
		return nil, nil, fmt.Errorf("read the configuration: %w", err)
	}
	d := decoder{file: path, places: map[string]*yaml.Node{}, broken: map[string]bool{}}
	c := Config{Alerts: usualAlerts}
	if root, ok := d.parse(text); ok {
		d.value(root, reflect.ValueOf(&c).Elem(), "")
		d.database(&c)
		if err := c.fill(filepath.Dir(full)); err != nil {
			return nil, nil, err
		}
		d.check(&c)
	}
	if len(d.problems) > 0 {
		return nil, sorted(d.problems), nil
	}
	return &c, nil, nil
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// parse gives the one document of the file.
func (d *decoder) parse(text []byte) (*yaml.Node, bool) {
	from := yaml.NewDecoder(bytes.NewReader(text))
	var document, more yaml.Node
	err := from.Decode(&document)
	if errors.Is(err, io.EOF) || err == nil && len(document.Content) == 0 {
		d.problem(&yaml.Node{Line: 1, Column: 1}, "", "the file is empty; examples/rollcall.yaml shows what belongs in it")
		return nil, false
	}
	if err == nil {
		switch err = from.Decode(&more); {
		case errors.Is(err, io.EOF):
			return document.Content[0], true
		case err == nil:
			d.problem(&more, "", "there is a second document in the file; one is read")
			return nil, false
		}
	}
	at := &yaml.Node{Line: 1, Column: 1}
	message := err.Error()
	if m := yamlLine.FindStringSubmatch(message); m != nil {
		if line, err := strconv.Atoi(m[1]); err == nil {
			at.Line = line
		}
		message = m[2]
	}
	d.problem(at, "", "this is no YAML: %s", message)
	return nil, false
}

// Resolve reads every secret that the configuration refers to, and tells of
// each that cannot be had, in the file's order. path is what Load was given.
func (c *Config) Resolve(ctx context.Context, path string, r secret.Resolver) []Problem {
	var problems []Problem
	readWith := func(r secret.Resolver, field string, ref *Ref) {
		if !ref.Given() {
			return
		}
		if isMail(ref.Text) {
			ref.Secret = secret.New(ref.Text)
			return
		}
		var err error
		if ref.Secret, err = r.Resolve(ctx, ref.Text); err != nil {
			problems = append(problems, Problem{path, ref.Line, ref.Column, field, field + ": " + err.Error()})
		}
	}
	read := func(field string, ref *Ref) { readWith(r, field, ref) }
	read("registry.token", &c.Registry.Token)
	if c.Database.Given() {
		var err error
		if c.Database.Secret, err = c.Database.database(ctx, r); err != nil {
			problems = append(problems, Problem{path, c.Database.Line, c.Database.Column, "state", "state: " + err.Error()})
		}
	}
	for name, t := range c.Tenants {
		read("tenants."+name+".apiKey", &t.APIKey)
		r := r
		r.Redactor = nil // a tenant shows its people's addresses, and evidence names them
		readWith(r, "tenants."+name+".email", &t.Email)
		read("tenants."+name+".password", &t.Password)
		c.Tenants[name] = t
	}
	read("alerts.webhook.secret", &c.Alerts.Webhook.Secret)
	for name, channel := range c.Alerts.Channels {
		read("alerts.channels."+name+".url", &channel.URL)
		c.Alerts.Channels[name] = channel
	}
	return sorted(problems)
}
