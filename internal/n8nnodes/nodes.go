// Package n8nnodes reads what n8n ships of its own nodes, and says of each
// what it does when it is not told, where it acts and what its operations do.
//
// It is used by `go generate ./tenant/n8n` and by the test that holds the
// generated files to the installed package, and is no part of the program.
package n8nnodes

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// packages are the node packages that come with n8n, and the prefix of their
// nodes' types.
var packages = [][2]string{
	{"n8n-nodes-base", "n8n-nodes-base."},
	{"@n8n/n8n-nodes-langchain", "@n8n/n8n-nodes-langchain."},
}

// A Package is the nodes of an installed n8n.
type Package struct {
	Version string
	nodes   []node
}

type node struct {
	prefix      string
	Name        string
	Version     json.RawMessage
	Group       []string
	Polling     bool
	Credentials []struct{ Name string }
	Properties  []property
}

type property struct {
	Name           string
	Default        any
	Type           string
	Options        []option
	DisplayOptions struct {
		Show map[string][]any
		Hide map[string][]any
	}
}

// An option is one that a person can choose, or a field of a collection.
type option struct {
	Name, Action, Description string
	Value                     any
}

// Read reads the packages below the node_modules folder of an installed n8n.
func Read(modules string) (*Package, error) {
	var about struct{ Version string }
	if err := readJSON(filepath.Join(modules, "n8n/package.json"), &about); err != nil {
		return nil, err
	}
	p := &Package{Version: about.Version}
	for _, of := range packages {
		var nodes []node
		if err := readJSON(filepath.Join(modules, of[0], "dist/types/nodes.json"), &nodes); err != nil {
			return nil, err
		}
		for _, n := range nodes {
			n.prefix = of[1]
			p.nodes = append(p.nodes, n)
		}
	}
	return p, nil
}

func readJSON(path string, into any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read n8n's nodes: %w", err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("read n8n's nodes from %s: %w", path, err)
	}
	return nil
}

func (n node) kind() string { return n.prefix + n.Name }

func (n node) trigger() bool { return slices.Contains(n.Group, "trigger") }

// credentials are the types of credential that a node takes, sorted.
func (n node) credentials() []string {
	var all []string
	for _, c := range n.Credentials {
		all = append(all, c.Name)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
