package registry

import (
	"path"
	"strings"
)

// A section is one of the top-level fields of a registry file.
type section struct {
	name  string // the field: "identities"
	noun  string // one of its entries, for people
	def   string // the definition that judges an entry
	many  bool   // entries by id, or one entry
	one   bool   // its entries stand together in one file
	loose bool   // its files may use all of CUE
	limit limits
}

// limits is the most that a file may hold before it is refused unread.
type limits struct{ bytes, fields, text int }

var (
	small = limits{bytes: 64 << 10, fields: 1000, text: 16 << 10}
	large = limits{bytes: 2 << 20, fields: 50_000, text: 16 << 10}
)

const maxDepth = 16 // of structs and lists inside each other

var sections = []section{
	{name: "identities", noun: "identity", def: "#Identity", many: true, limit: small},
	{name: "tenants", noun: "tenant", def: "#Tenant", many: true, loose: true, limit: small},
	{name: "organisation", noun: "organisation", def: "#Organisation", loose: true, limit: large},
	{name: "policy", noun: "policy", def: "#Policy", loose: true, limit: large},
	{name: "exceptions", noun: "exception", def: "#Exception", many: true, limit: small},
	{name: "access", noun: "access entry", def: "#Access", many: true, limit: small},
	{name: "catalogue", noun: "application", def: "#Application", many: true, limit: small},
	{name: "rules", noun: "rule", def: "#OrganisationRule", many: true, one: true, limit: large},
}

func sectionOf(name string) (section, bool) {
	for _, s := range sections {
		if s.name == name {
			return s, true
		}
	}
	return section{}, false
}

// place is where an entry belongs, without the extension.
func (s section) place(id string) string {
	if s.many && !s.one {
		return "registry/" + s.name + "/" + id
	}
	return "registry/" + s.name
}

// homeOf is the section that a file's place is for, and the id of the entry
// that belongs there.
func homeOf(file string) (s section, id string, ok bool) {
	rest := strings.TrimSuffix(strings.TrimPrefix(file, "registry/"), path.Ext(file))
	first, id, nested := strings.Cut(rest, "/")
	s, ok = sectionOf(first)
	if !ok || nested != (s.many && !s.one) {
		return section{}, "", false
	}
	return s, id, true
}

// format is how a file's text is written, by its extension: "cue", "yaml",
// "json", or "" for what is no registry file.
func format(file string) string {
	switch path.Ext(file) {
	case ".cue":
		return "cue"
	case ".yaml", ".yml":
		return "yaml"
	case ".json":
		return "json"
	}
	return ""
}
