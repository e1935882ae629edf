package rules

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

// tenantsChanged tells of the tenants that the change adds, touches or removes.
// In which environment one is, who answers for it and what is reverted there
// holds for every identity on it.
func tenantsChanged(p *lint.Pass, said func(lint.Entry, string, string, registry.Pos, string)) {
	for _, is := range p.Head.Tenants {
		was := p.Base.Tenant(is.ID)
		if was == nil {
			said(lint.EntryTenant, is.ID, "", is.Pos(""), fmt.Sprintf("the change adds tenant %q", is.ID))
			continue
		}
		if first, changes := tenantChanges(was, is); len(changes) > 0 {
			said(lint.EntryTenant, is.ID, first, is.Pos(first), fmt.Sprintf("the change touches tenant %q: %s", is.ID, strings.Join(changes, ", ")))
		}
	}
	for _, was := range p.Base.Tenants {
		if p.Head.Tenant(was.ID) != nil || p.Head.Unread("tenants") {
			continue
		}
		what := fmt.Sprintf("the change removes tenant %q", was.ID)
		switch n := len(p.Head.InTenant(was.ID)); n {
		case 0:
		case 1:
			what += ", which 1 identity is on"
		default:
			what += fmt.Sprintf(", which %d identities are on", n)
		}
		said(lint.EntryTenant, was.ID, "", registry.Pos{File: was.Source()}, what)
	}
}

// tenantChanges says what is otherwise in a tenant, and names the first field.
func tenantChanges(was, is *registry.Tenant) (first string, changes []string) {
	old, now := map[string]string{}, map[string]string{}
	values("", reflect.ValueOf(was).Elem(), old)
	values("", reflect.ValueOf(is).Elem(), now)
	all := maps.Clone(old)
	maps.Copy(all, now)
	for _, field := range sortedKeys(all) {
		if old[field] == now[field] {
			continue
		}
		if first == "" {
			first = field
		}
		changes = append(changes, fmt.Sprintf("%s from %s to %s", field, orNothing(old[field]), orNothing(now[field])))
	}
	return first, changes
}

func orNothing(value string) string {
	if value == "" {
		return "nothing"
	}
	return value
}

// values are what stands in the fields of an entry, as messages say it, by the
// path that the registry has for them. What is not set has none.
func values(path string, v reflect.Value, into map[string]string) {
	below := func(name string) string { return strings.TrimPrefix(path+"."+name, ".") }
	switch d, isDuration := v.Interface().(registry.Duration); {
	case isDuration:
		into[path] = fmt.Sprintf("%q", d)
	case v.Kind() == reflect.Pointer:
		if !v.IsNil() {
			values(path, v.Elem(), into)
		}
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				values(below(strings.ToLower(f.Name[:1])+f.Name[1:]), v.Field(i), into)
			}
		}
	case v.Kind() == reflect.Map:
		for _, k := range v.MapKeys() {
			values(below(k.String()), v.MapIndex(k), into)
		}
	case v.IsZero():
	case v.Kind() == reflect.String:
		into[path] = fmt.Sprintf("%q", v)
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.String:
		if v.Len() > 0 {
			into[path] = "[" + strings.Join(quotedAll(v.Interface().([]string)), ", ") + "]"
		}
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			values(fmt.Sprintf("%s[%d]", path, i), v.Index(i), into)
		}
	default:
		into[path] = fmt.Sprint(v)
	}
}

func quotedAll(words []string) []string {
	quoted := slices.Clone(words)
	for i, w := range quoted {
		quoted[i] = fmt.Sprintf("%q", w)
	}
	return quoted
}
