package config

import (
	"fmt"
	"maps"
	"net"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/rollcall-dev/rollcall/internal/secret"
)

// want tells of a field that does not satisfy what is wanted of it, unless
// something was told about it before.
func (d *decoder) want(ok bool, field, format string, args ...any) {
	if !ok && !d.faulty(field) {
		d.problem(d.at(field), field, format, args...)
	}
}

func (d *decoder) check(c *Config) {
	d.checkRegistry(c.Registry)
	d.checkState(c)
	d.want(listenable(c.Listen), "listen", "listen: %q is no address; write host:port, like 127.0.0.1:8350", c.Listen)
	d.want(len(c.Tenants) > 0, "tenants", "no tenants are configured; there is nothing to call the roll of")
	for _, name := range slices.Sorted(maps.Keys(c.Tenants)) {
		d.checkTenant("tenants."+name, name, c.Tenants[name])
	}
	d.checkAlerts(c.Alerts)
	inside := c.Evidence.Dir != "" && (c.Evidence.Key == c.Evidence.Dir || strings.HasPrefix(c.Evidence.Key, c.Evidence.Dir+"/"))
	d.want(!inside, "evidence.key", "evidence.key lies in evidence.dir, which is copied to auditors; keep the private key elsewhere")
}

func (d *decoder) checkRegistry(r Registry) {
	url, local := d.given("registry.url"), d.given("registry.path")
	d.want(url || local, "registry", "registry: say where it is, by url or by path")
	d.want(!url || !local, "registry.path", "registry: url and path are both given; keep one")
	if url {
		message := badGitURL(r.URL)
		d.want(message == "", "registry.url", "registry.url: %s", message)
	}
	d.want(url || !local || r.Branch != "" || !d.given("registry.fetchEvery"), "registry.fetchEvery", "registry.fetchEvery has no use with a folder, which is watched; take it out, or say which branch of it is followed")
	clean := r.Folder == "" || path.Clean(r.Folder) == r.Folder && !path.IsAbs(r.Folder) && r.Folder != ".." && !strings.HasPrefix(r.Folder, "../")
	d.want(clean, "registry.folder", "registry.folder: %q is no plain path inside the repository", r.Folder)
	d.want(url || r.Branch != "" || !r.Propose, "registry.propose", "registry.propose needs a repository, and a folder takes no branches; say which branch of it is followed, or take it out")
	d.checkRef("registry.token", r.Token)
	used := !r.Token.Given() || strings.HasPrefix(r.URL, "https://")
	d.want(used, "registry.token", "registry.token is a secret that nothing uses: only an https url takes one; take it out")
}

var tenantName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*$`)

func (d *decoder) checkTenant(at, name string, t Tenant) {
	if d.broken[at] {
		return
	}
	d.want(tenantName.MatchString(name), at, "tenants: %q is no name that the registry can give a tenant; use lower-case letters, digits, dot, underscore and hyphen", name)
	d.want(d.given(at+".platform"), at+".platform", "%s has no platform; known are %s", at, strings.Join(Platforms, ", "))
	hint := "known are " + strings.Join(Platforms, ", ")
	if near := nearest(t.Platform, Platforms); near != "" {
		hint = fmt.Sprintf("did you mean %q", near)
	}
	d.want(slices.Contains(Platforms, t.Platform), at+".platform", "%s.platform: %q is unknown; %s", at, t.Platform, hint)

	d.want(d.given(at+".url"), at+".url", "%s has no url", at)
	message := badURL(t.URL)
	d.want(message == "", at+".url", "%s.url: %s", at, message)

	d.checkRef(at+".apiKey", t.APIKey)
	if !isMail(t.Email.Text) {
		d.checkRef(at+".email", t.Email)
	}
	d.checkRef(at+".password", t.Password)
	d.want(t.APIKey.Given(), at+".apiKey", "%s has no apiKey", at)
	switch t.Platform {
	case "n8n":
		d.want(t.Password.Given() || !t.Email.Given(), at+".email", "%s.email has no use without a password; add it or take the email out", at)
		d.want(t.Email.Given() || !t.Password.Given(), at+".password", "%s.password is a secret that nothing uses without an email; add it or take the password out", at)
	case "sandbox":
		d.want(t.InstanceID != "", at+".instanceID", "%s has no instanceID; a sandbox prints its own when it starts", at)
		d.want(!t.Email.Given(), at+".email", "%s.email has no use: a sandbox has no accounts; take it out", at)
		d.want(!t.Password.Given(), at+".password", "%s.password is a secret that nothing uses: a sandbox has no accounts; take it out", at)
	}
}

func (d *decoder) checkRef(field string, r Ref) {
	if !r.Given() {
		return
	}
	if err := secret.Check(r.Text); err != nil {
		d.want(false, field, "%s: %v", field, err)
	}
}

func listenable(address string) bool {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	n, err := strconv.Atoi(port)
	return err == nil && n >= 0 && n < 1<<16
}

// badURL says what is wrong with the address of a service; "" is nothing. It
// does not repeat what may hold a password.
func badURL(text string) string {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https":
		return "this is no http or https URL; write it like https://n8n.example.com"
	case u.User != nil:
		return "there is a user or password in the URL; refer to it by apiKey or secret"
	case u.Fragment != "":
		return "there is a fragment in the URL; take it out"
	}
	return ""
}

var scpLike = regexp.MustCompile(`^[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:[^:]+$`)

func badGitURL(text string) string {
	if scpLike.MatchString(text) {
		return ""
	}
	u, err := url.Parse(text)
	if err != nil || !slices.Contains([]string{"https", "http", "ssh", "git", "file"}, u.Scheme) || u.Host == "" && u.Scheme != "file" {
		return "this is no address of a git repository; write it like https://git.example.com/roll.git, or use path for a folder"
	}
	if _, password := u.User.Password(); password {
		return "there is a password in the URL; refer to it by token"
	}
	if u.Scheme == "http" && u.Hostname() != "localhost" && !net.ParseIP(u.Hostname()).IsLoopback() {
		return "http lets anybody on the way rewrite the registry; use https or ssh"
	}
	if u.Scheme == "git" {
		return "git:// lets anybody on the way rewrite the registry; use https or ssh"
	}
	return ""
}

// isMail tells a mail address that is written out from a reference to one.
func isMail(text string) bool {
	return strings.Contains(text, "@") && !strings.ContainsAny(text, ": ")
}
