package registry

import (
	"cmp"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/rollcall-dev/rollcall/schema"
)

// What an operation is called tells much of what it does, and less than the
// page of the application does. catalogue/n8n-nodes.txt is generated from n8n's
// nodes by rules that stand in internal/n8nnodes: it counts where the
// catalogue's own facts are silent, and what no rule covers stays unknown.

// classes are what the words of that file say. What does as it is told changes
// data, and that it leaves access alone is never known.
var classes = map[string]Effect{
	"read":   {Power: ReadOnly, Access: "none"},
	"change": {Power: ChangeCapable, Access: "none"},
	"grant":  {Power: Privileged, Access: "grant"},
	"revoke": {Power: Privileged, Access: "revoke"},
	"modify": {Power: Privileged, Access: "modify"},
	"any":    {Power: ChangeCapable},
	"host":   {Power: Privileged},
}

// nodeOperations are the operations of n8n's nodes by application, under the
// name that the driver has for it; the effect of those that no rule covers is
// empty. It is read at first use: most lints need none of it.
func nodeOperations() map[string]map[string]Effect {
	all, _ := nodeFile()
	return all
}

// nodeApp is the application in which a node of that type acts, as
// "n8n-nodes-base.okta" in "okta"; or nothing.
func nodeApp(node string) string {
	if !strings.HasPrefix(node, "n8n-nodes-base.") && !strings.HasPrefix(node, "@n8n/") {
		return "" // most names are none, and need not have the file read
	}
	_, apps := nodeFile()
	return apps[node]
}

var nodeFile = sync.OnceValues(readNodeFile)

func readNodeFile() (all map[string]map[string]Effect, apps map[string]string) {
	text, err := fs.ReadFile(schema.Catalogue, "catalogue/n8n-nodes.txt")
	if err != nil {
		panic(err) // it is embedded
	}
	all, apps = map[string]map[string]Effect{}, map[string]string{}
	app := ""
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		switch {
		case f[0] == "#":
		case line[0] != '\t':
			if app = f[1]; app != "-" {
				apps[f[0]] = app
			}
		case app != "-":
			if all[app] == nil {
				all[app] = map[string]Effect{}
			}
			addOperations(all[app], classes[f[0]], f[1:])
		}
	}
	return all, apps
}

// addOperations adds operations of one effect, written as "user:get,getAll" or,
// without a resource, "insert,update". Of two nodes for one application the one
// that is known to do more counts, and what one of them leaves unknown is.
func addOperations(to map[string]Effect, e Effect, groups []string) {
	for _, g := range groups {
		resource, names, ok := strings.Cut(g, ":")
		if !ok {
			resource, names = "", g
		}
		for name := range strings.SplitSeq(names, ",") {
			key := name
			if ok {
				key = resource + ":" + name
			}
			if was, twice := to[key]; !twice || e.Power == "" || was.Power != "" && e.Power.Rank() > was.Power.Rank() {
				to[key] = e
			}
		}
	}
}

// byName is what the operations of one application are called, and so do:
// an application of the catalogue has those under any of its names.
func (c *Catalogue) byName(app string) map[string]Effect {
	if c.named == nil {
		return nil
	}
	if a := c.App(app); a != nil {
		return c.named()[a]
	}
	return nodeOperations()[cmp.Or(nodeApp(app), app)]
}

// nameOperations finds the applications of the catalogue among those of n8n's
// nodes, at first use.
func (c *Catalogue) nameOperations() {
	c.named = sync.OnceValue(func() map[*App]map[string]Effect {
		of := map[*App]map[string]Effect{}
		for _, name := range slices.Sorted(maps.Keys(nodeOperations())) {
			a := c.App(name)
			if a == nil {
				continue
			}
			if of[a] == nil {
				of[a] = map[string]Effect{}
			}
			for op, e := range nodeOperations()[name] {
				addOperations(of[a], e, []string{op})
			}
		}
		return of
	})
}

// An Operation is one that the catalogue has a word about.
type Operation struct {
	Name   string // "resource:operation"
	Effect Effect // empty where no rule covers its name
	ByName bool   // told by its name alone, and not by a published fact
}

// Operations are those of an application of which the catalogue knows, by name.
func (c *Catalogue) Operations(app string) []Operation {
	var all []Operation
	known := map[string]Effect{}
	if a := c.App(app); a != nil {
		known = a.Operations
	}
	for name, e := range known {
		all = append(all, Operation{Name: name, Effect: e})
	}
	for name, e := range c.byName(app) {
		if _, ok := known[name]; !ok {
			all = append(all, Operation{Name: name, Effect: e, ByName: true})
		}
	}
	slices.SortFunc(all, func(a, b Operation) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Names are the keys of the catalogue's applications, and the names of those of
// which it knows what their operations are called and no more.
func (c *Catalogue) Names() (apps, byName []string) {
	apps = slices.Sorted(maps.Keys(c.Apps))
	if c.named == nil {
		return apps, nil
	}
	for _, name := range slices.Sorted(maps.Keys(nodeOperations())) {
		if c.App(name) == nil {
			byName = append(byName, name)
		}
	}
	return apps, byName
}

// Nearest is the name of an application that is written much like this one, or
// nothing.
func (c *Catalogue) Nearest(app string) string {
	apps, byName := c.Names()
	return closest(strings.ToLower(app), append(apps, byName...))
}
