package registry

import (
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
)

// safe are the methods that read by what HTTP says of them, others those that
// write.
var (
	safe   = []string{"GET", "HEAD", "OPTIONS"}
	writes = []string{"POST", "PUT", "PATCH", "DELETE"}
)

// cutRequest splits "METHOD host/path" as a step that calls an address by
// itself is written.
func cutRequest(operation string) (method, target string, ok bool) {
	method, target, ok = strings.Cut(strings.TrimSpace(operation), " ")
	if upper := strings.ToUpper(method); slices.Contains(safe, upper) || slices.Contains(writes, upper) {
		method = upper
	}
	if !ok || method == "" || strings.ContainsFunc(method, func(r rune) bool { return r < 'A' || r > 'Z' }) {
		return "", "", false
	}
	return method, strings.TrimSpace(target), true
}

// requestEffect judges an HTTP request of a step in an application, which may
// be nil: its paths count on whatever host it has, those of the others on their
// own hosts. That a write leaves access alone is never known, for one path may
// stand for many things; nor is what is done at an unknown host, which may be
// any application's and may not keep to what HTTP says of methods.
func (c *Catalogue) requestEffect(of *App, method, target string) (Effect, bool) {
	reading := slices.Contains(safe, method)
	host, paths := cutTarget(target)
	for _, a := range c.Apps {
		if a != of && !a.hasHost(host) {
			continue
		}
		switch rule := a.rulesAccess(paths); {
		case rule == "" || reading && !isCall(rule) && rule != "/":
		case reading && (rule == "/" || strings.Contains(paths[0], "{}")):
			return Effect{}, false // what it does stands in its query, or is not known before it runs
		default:
			return Effect{Power: Privileged, Access: "modify"}, true
		}
	}
	if !certainHost(host) {
		return Effect{}, false
	}
	if !reading {
		return Effect{Power: ChangeCapable}, true
	}
	return Effect{Power: ReadOnly, Access: "none"}, true
}

// isCall tells whether a path names something to do and not a thing, as Slack's
// /api/usergroups.create: its method says nothing then.
func isCall(rule string) bool {
	return strings.Contains(rule[strings.LastIndexByte(rule, '/')+1:], ".")
}

// unknownPart is a part of an address that is only known when the step runs:
// as drivers write it, and as platforms do.
var unknownPart = regexp.MustCompile(`(?s)\{\{.*?\}\}|\{[?]\}|\$\{[^}]*\}`)

// hiddenPart is a part of a path that a driver does not show, since it may be
// a key: one of which it is only known that it is always the same.
var hiddenPart = regexp.MustCompile(`\{#[0-9a-f]*\}`)

// cutTarget gives the host of an address, in small letters and without a port,
// a name and password or a dot at its end, and its path, as servers understand
// it: some decode it once more than others, so there may be several.
func cutTarget(target string) (host string, paths []string) {
	target = unknownPart.ReplaceAllString(target, "{}")
	target = hiddenPart.ReplaceAllString(target, "~")
	target = strings.ReplaceAll(strings.TrimLeft(target, "= "), `\`, "/")
	if _, rest, ok := strings.Cut(target, "://"); ok {
		target = rest
	}
	target = strings.TrimLeft(target, "/")
	target, _, _ = strings.Cut(target, "?")
	target, _, _ = strings.Cut(target, "#")
	host, raw, _ := strings.Cut(target, "/")
	host = host[strings.LastIndexByte(host, '@')+1:]
	if plain, err := url.PathUnescape(host); err == nil {
		host = plain
	}
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	host = strings.TrimRight(strings.ToLower(host), ".")
	for range 3 {
		paths = append(paths, cleanPath(raw))
		plain, err := url.PathUnescape(raw)
		if err != nil || plain == raw {
			break
		}
		raw = strings.ReplaceAll(plain, `\`, "/")
	}
	return host, paths
}

// cleanPath takes dot segments and what stands behind ";" in a segment out of a
// path.
func cleanPath(raw string) string {
	parts := strings.Split(raw, "/")
	for i, p := range parts {
		parts[i], _, _ = strings.Cut(p, ";")
	}
	return path.Clean("/" + strings.Join(parts, "/"))
}

// certainHost tells whether a host is one, and none that is worked out when the
// step runs.
func certainHost(host string) bool {
	return host != "" && !strings.ContainsAny(host, "{} \t")
}

func (a *App) hasHost(host string) bool {
	for _, h := range a.Hosts {
		if domain, ok := strings.CutPrefix(h, "*"); ok && strings.HasSuffix(host, domain) || h == host {
			return true
		}
	}
	return false
}

// rulesAccess is the access path of the application that one of the paths lies
// under, or nothing.
func (a *App) rulesAccess(paths []string) string {
	for _, p := range paths {
		got := segments(p)
		for _, rule := range a.AccessPaths {
			if startsWith(got, segments(rule)) {
				return rule
			}
		}
	}
	return ""
}

func segments(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}

// startsWith compares paths segment by segment, in any case, for several
// applications do not mind it. A part that is only known when the step runs
// may be anything, and more than one segment: to say "rules access" too often
// is the safe mistake.
func startsWith(got, want []string) bool {
	for i, w := range want {
		if i == len(got) {
			return false
		}
		if got[i] == "{}" && i == len(got)-1 {
			return true // the rest of the path
		}
		if w != "*" && !strings.Contains(got[i], "{}") && !strings.EqualFold(w, got[i]) {
			return false
		}
	}
	return true
}
