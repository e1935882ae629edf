package n8nnodes

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Defaults are what each node does that is not told, as nodes.txt of the
// driver has it.
func (p *Package) Defaults() string {
	var lines []string
	for _, n := range p.nodes {
		lines = append(lines, n.lines()...)
	}
	slices.Sort(lines)
	return p.file(slices.Compact(lines))
}

// Credentials are the credential types that one node alone takes, and that
// node, as credentials.txt of the driver has them.
func (p *Package) Credentials() string {
	signs := map[string]map[string]bool{}
	for _, n := range p.nodes {
		for _, c := range n.Credentials {
			if signs[c.Name] == nil {
				signs[c.Name] = map[string]bool{}
			}
			signs[c.Name][strings.TrimSuffix(n.Name, "Trigger")] = true
		}
	}
	var of []string
	for _, c := range slices.Sorted(maps.Keys(signs)) {
		if len(signs[c]) == 1 {
			of = append(of, c+" "+slices.Collect(maps.Keys(signs[c]))[0])
		}
	}
	return p.file(of)
}

func (p *Package) file(lines []string) string {
	return "# Generated from n8n " + p.Version + " by go generate ./tenant/n8n. Do not edit.\n" + strings.Join(lines, "\n") + "\n"
}

// lines is one line for each set of versions that have the same defaults.
func (n node) lines() []string {
	same := map[string][]string{}
	for _, v := range n.versions() {
		text := n.defaults(v)
		same[text] = append(same[text], strconv.FormatFloat(v, 'f', -1, 64))
	}
	var out []string
	for text, versions := range same {
		out = append(out, strings.TrimSpace(n.kind()+" "+strings.Join(versions, ",")+" "+n.flags()+text))
	}
	return out
}

func (n node) flags() string {
	f := ""
	if len(n.Credentials) > 0 {
		f += "c"
	}
	if n.trigger() {
		f += "t"
	}
	if n.Polling {
		f += "p"
	}
	return cmp.Or(f, "-")
}

func (n node) versions() []float64 {
	var one float64
	if json.Unmarshal(n.Version, &one) == nil {
		return []float64{one}
	}
	var many []float64
	if err := json.Unmarshal(n.Version, &many); err != nil {
		panic(fmt.Sprintf("%s has versions of another shape: %v", n.Name, err))
	}
	return many
}

// defaults are the resource, and the operation of each resource, that a node
// has that does not say them. What hangs on anything but the version and the
// resource is left out where it is not the same in every case.
func (n node) defaults(version float64) string {
	resource := map[string]bool{}
	operation := map[string]map[string]bool{}
	for _, p := range n.Properties {
		value, ok := p.Default.(string)
		if !ok || p.Name != "resource" && p.Name != "operation" || !p.in(version) {
			continue
		}
		if p.Name == "resource" {
			resource[value] = true
			continue
		}
		for _, r := range p.resources() {
			if operation[r] == nil {
				operation[r] = map[string]bool{}
			}
			operation[r][value] = true
		}
	}
	var out strings.Builder
	if len(resource) == 1 {
		fmt.Fprintf(&out, " resource=%s", only(resource))
	}
	if len(resource) > 1 {
		out.WriteString(" resource=?")
	}
	for _, r := range slices.Sorted(maps.Keys(operation)) {
		fmt.Fprintf(&out, " %s:%s", r, only(operation[r]))
	}
	return out.String()
}

func only(set map[string]bool) string {
	if len(set) == 1 {
		for v := range set {
			if v != "" && !strings.ContainsAny(v, " \t") {
				return v
			}
		}
	}
	return "?"
}

func (p property) resources() []string {
	var out []string
	for _, r := range p.DisplayOptions.Show["resource"] {
		out = append(out, fmt.Sprint(r))
	}
	if len(out) == 0 {
		return []string{"*"}
	}
	return out
}

// in tells whether the property is there in a version of the node.
func (p property) in(version float64) bool {
	show, hide := p.DisplayOptions.Show["@version"], p.DisplayOptions.Hide["@version"]
	return (len(show) == 0 || meets(version, show)) && !(len(hide) > 0 && meets(version, hide))
}

func meets(version float64, wanted []any) bool {
	return slices.ContainsFunc(wanted, func(one any) bool {
		switch v := one.(type) {
		case float64:
			return version == v
		case map[string]any:
			return compare(version, v["_cnd"].(map[string]any))
		}
		return false
	})
}

func compare(version float64, cond map[string]any) bool {
	for op, to := range cond {
		if op == "between" {
			b := to.(map[string]any)
			return version >= b["from"].(float64) && version <= b["to"].(float64)
		}
		v, ok := to.(float64)
		if !ok {
			panic(fmt.Sprintf("a condition on the version that is not known: %v", cond))
		}
		switch op {
		case "eq":
			return version == v
		case "not":
			return version != v
		case "gte":
			return version >= v
		case "lte":
			return version <= v
		case "gt":
			return version > v
		case "lt":
			return version < v
		}
		panic(fmt.Sprintf("a condition on the version that is not known: %v", cond))
	}
	return false
}
