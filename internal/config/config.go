// Package config is the daemon's own configuration: where the registry is, the
// tenants' addresses, and references to their credentials. It is one YAML file
// that stands apart from the registry, so that nobody who can write a pull
// request can aim a credential at another host.
//
// To add a setting, add a field with its yaml name here, its default in
// defaults.go, what it must satisfy in check.go, and a line with a comment in
// examples/rollcall.yaml.
package config

import (
	"time"

	"github.com/rollcall-dev/rollcall/internal/secret"
)

// A Config is the daemon's configuration, whole and with defaults filled in.
// Paths are absolute.
type Config struct {
	Registry Registry          `yaml:"registry"`
	State    string            `yaml:"state"` // file of the SQLite database; the folder it is in is also this machine's own with a Database
	Database Ref               `yaml:"-"`     // the PostgreSQL database instead, where "state" has its URL or a reference to it
	Evidence Evidence          `yaml:"evidence"`
	Interval time.Duration     `yaml:"interval"` // between two passes over a tenant
	Listen   string            `yaml:"listen"`   // host:port of health and metrics
	Tenants  map[string]Tenant `yaml:"tenants"`  // by the name that the registry gives them
	Alerts   Alerts            `yaml:"alerts"`
	Revert   bool              `yaml:"revert"` // false stops every revert, whatever the registry's enforcement says
}

// Registry says what is declared and where: a repository elsewhere (URL), or a
// repository or folder on this machine (Path), one of the two.
type Registry struct {
	URL        string        `yaml:"url"`
	Token      Ref           `yaml:"token"` // to fetch from an https URL, and to push proposals to it
	Path       string        `yaml:"path"`
	Branch     string        `yaml:"branch"` // empty only for a Path that is read as the folder that it is
	Folder     string        `yaml:"folder"` // inside the repository; empty is its root
	FetchEvery time.Duration `yaml:"fetchEvery"`
	Propose    bool          `yaml:"propose"` // pushes branches of proposals to the repository; false pushes nothing, whatever the registry's enforcement says
}

// Evidence says where the evidence log is.
type Evidence struct {
	Dir    string `yaml:"dir"`
	Key    string `yaml:"key"`    // file of the private key
	Origin string `yaml:"origin"` // the log's name when it is made; empty makes one up
}

// A Tenant says how one tenant is reached.
type Tenant struct {
	Platform   string        `yaml:"platform"` // one of [Platforms]
	URL        string        `yaml:"url"`
	APIKey     Ref           `yaml:"apiKey"`
	Email      Ref           `yaml:"email"` // or the address itself; with Password: a signed-in account, which sees more
	Password   Ref           `yaml:"password"`
	InstanceID string        `yaml:"instanceID"` // the tenant's own id; another one is refused
	Timeout    time.Duration `yaml:"timeout"`    // of one request
	Interval   time.Duration `yaml:"interval"`   // between two passes
}

// A Ref is a reference to a secret, and, after [Config.Resolve], the secret.
type Ref struct {
	Text   string // env:NAME and so on; empty where there is none
	Line   int
	Column int
	Secret secret.Secret
}

// Given tells whether there is a reference.
func (r Ref) Given() bool { return r.Text != "" }

// Platforms are those that a tenant can be of.
var Platforms = []string{"n8n", "sandbox"}
