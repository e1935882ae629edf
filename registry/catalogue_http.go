package registry

import (
	"net/url"
	"path"
	"strings"
)

// cutRequest splits "METHOD host/path" as a step that calls an address by
// itself is written.
func cutRequest(operation string) (method, target string, ok bool) {
	method, target, ok = strings.Cut(operation, " ")
	if !ok || method == "" || strings.ToUpper(method) != method {
		return "", "", false
	}
	if strings.ContainsFunc(method, func(r rune) bool { return r < 'A' || r > 'Z' }) {
		return "", "", false
	}
	return method, strings.TrimSpace(target), true
}

// requestEffect judges an HTTP request. That a write leaves access alone is
// never known: one path may stand for many things.
func (c *Catalogue) requestEffect(method, target string) Effect {
	switch method {
	case "GET", "HEAD", "OPTIONS":
		return Effect{Power: ReadOnly, Access: "none"}
	}
	host, clean := cutTarget(target)
	for _, a := range c.Apps {
		if a.hasHost(host) && a.rulesAccess(clean) {
			return Effect{Power: Privileged, Access: "modify"}
		}
	}
	return Effect{Power: ChangeCapable}
}

// cutTarget gives the host in lower case, without a port, and the path without
// a query, as a server would understand it.
func cutTarget(target string) (host, clean string) {
	if _, rest, ok := strings.Cut(target, "://"); ok {
		target = rest
	}
	target = strings.ReplaceAll(target, "{?}", "{}") // no start of a query
	target, _, _ = strings.Cut(target, "?")
	target, _, _ = strings.Cut(target, "#")
	host, clean, _ = strings.Cut(target, "/")
	host, _, _ = strings.Cut(host, ":")
	if plain, err := url.PathUnescape(clean); err == nil {
		clean = plain
	}
	return strings.ToLower(host), path.Clean("/" + clean)
}

func (a *App) hasHost(host string) bool {
	for _, h := range a.Hosts {
		if domain, ok := strings.CutPrefix(h, "*"); ok && strings.HasSuffix(host, domain) || h == host {
			return true
		}
	}
	return false
}

func (a *App) rulesAccess(path string) bool {
	got := segments(path)
	for _, p := range a.AccessPaths {
		if startsWith(got, segments(p)) {
			return true
		}
	}
	return false
}

func segments(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}

// startsWith compares paths segment by segment, in any case, for several
// applications do not mind it. A part that is only known when the step runs
// ("{?}") may be anything: to say "rules access" too often is the safe mistake.
func startsWith(got, want []string) bool {
	if len(got) < len(want) {
		return false
	}
	for i, w := range want {
		if w != "*" && !strings.Contains(got[i], "{}") && !strings.EqualFold(w, got[i]) {
			return false
		}
	}
	return true
}
