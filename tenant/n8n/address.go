package n8n

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"regexp"
	"strings"
)

// expression is a part of a text that n8n works out when it runs.
var expression = regexp.MustCompile(`(?s)\{\{.*?\}\}`)

// addressOf is the host and the path of an address, without what may be a
// secret: a name and password, the query, and the parts of a path that look
// like a key, of which a short fingerprint is left. What an expression fills
// in is "{?}". known is false where the host, or which way the path goes, is
// not certain: what browsers and n8n forgive in an address is not read here.
func addressOf(v value) (host, path string, known bool) {
	text := expression.ReplaceAllString(strings.TrimSpace(v.Text), "{}")
	text, _, _ = strings.Cut(text, "#")
	text, _, _ = strings.Cut(text, "?")
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok {
		scheme, rest = "http", text
	}
	if s := strings.ToLower(scheme); s != "http" && s != "https" || strings.ContainsAny(rest, "\\\t\r\n") {
		return "", "", false
	}
	host, path, _ = strings.Cut(rest, "/")
	host = strings.ToLower(host[strings.LastIndexByte(host, '@')+1:])
	u, err := url.Parse("https://" + host)
	if err != nil || host == "" || strings.Contains(host, "{") || u.Host != host {
		return "", "", false
	}
	if path == "" {
		return host, "", true
	}
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if plain, err := url.PathUnescape(p); err != nil || plain == "." || plain == ".." {
			return host, "/" + unknown, false
		}
		parts[i] = shown(p)
	}
	return host, "/" + strings.Join(parts, "/"), true
}

// shown is a part of a path as it may be shown.
func shown(part string) string {
	if strings.Contains(part, "{}") {
		if looksSecret(strings.ReplaceAll(part, "{}", "")) {
			return unknown
		}
		return strings.ReplaceAll(part, "{}", unknown)
	}
	if !looksSecret(part) {
		return part
	}
	sum := sha256.Sum256([]byte(part))
	return "{#" + hex.EncodeToString(sum[:4]) + "}"
}

// looksSecret tells whether a part of a path may be a key: long, and digits
// among its letters.
func looksSecret(part string) bool {
	return len(part) >= 20 && strings.ContainsAny(part, "0123456789") && strings.ContainsAny(strings.ToLower(part), "abcdefghijklmnopqrstuvwxyz")
}
