// Package sandbox is a small working integration platform, and the driver that
// reads it: the tenant of the demo, and the example to copy for a new platform.
//
// [Tenant] is the platform, in memory and, if wished, in a file. [Handler] puts
// it on the web: a JSON API, pages for people, buttons that make drift and
// faults. [Driver] is what a driver is to copy from: it knows the tenant by its
// API alone.
//
// To add a platform: copy driver.go, decode.go and act.go into a folder of its
// own, say in them what the platform's API answers, and run the suite of
// tenant/tenanttest on it as driver_test.go does.
package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rollcall-dev/rollcall/tenant"
)

// State is everything that a tenant holds. Its items are in order of id.
type State struct {
	ID    string                  `json:"id"`
	Name  string                  `json:"name"`
	Items map[tenant.Kind][]*Item `json:"items"`
	Audit []Entry                 `json:"audit"`
}

// An Item is one thing in the tenant; its kind says which fields it has.
type Item struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Active   bool      `json:"active"`
	Revoked  bool      `json:"revoked,omitempty"` // a token that was ended for good
	Owner    string    `json:"owner,omitempty"`   // the login of an account
	Editor   string    `json:"editor,omitempty"`
	Created  time.Time `json:"created"`
	Updated  time.Time `json:"updated"`
	LastUsed time.Time `json:"lastUsed,omitzero"` // to the day
	Revision int       `json:"revision"`

	Scopes   []string `json:"scopes,omitempty"`   // connector, token
	App      string   `json:"app,omitempty"`      // connector
	Account  string   `json:"account,omitempty"`  // connector
	Auth     string   `json:"auth,omitempty"`     // webhook
	Path     string   `json:"path,omitempty"`     // webhook
	Workflow string   `json:"workflow,omitempty"` // webhook
	Login    string   `json:"login,omitempty"`    // account
	Role     string   `json:"role,omitempty"`     // account: member or admin

	// Secret is shown in lists, as some platforms do it: a driver that takes
	// an answer over whole, instead of what it knows, is caught by that.
	Secret string `json:"secret,omitempty"`

	Live     int       `json:"live,omitempty"`  // workflow: the version that runs
	Draft    int       `json:"draft,omitempty"` // workflow: the version that is edited; the same as Live where nothing waits
	Versions []Version `json:"versions,omitempty"`
}

// A Version is what a workflow does. It never changes once it is there.
type Version struct {
	Number  int       `json:"number"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
	Trigger string    `json:"trigger"` // schedule, webhook, manual
	Cron    string    `json:"cron,omitempty"`
	Nodes   []Node    `json:"nodes"`
}

// A Node is one step of a workflow.
type Node struct {
	Name      string `json:"name"`
	App       string `json:"app"`
	Operation string `json:"operation"`
	Connector string `json:"connector,omitempty"` // id of the connector it signs in with
}

// An Entry says who did what.
type Entry struct {
	At     time.Time   `json:"at"`
	Actor  string      `json:"actor"`
	Act    string      `json:"act"`
	Kind   tenant.Kind `json:"kind"`
	ID     string      `json:"id"`
	Detail string      `json:"detail,omitempty"`
}

// mostAudit is how many of the newest entries are kept.
const mostAudit = 1000

// errNotFound is for an item that is not there.
var errNotFound = errors.New("not found")

// A Tenant is the platform at work. It is safe for any number of goroutines.
type Tenant struct {
	mu    sync.RWMutex
	state State
	file  string
	now   func() time.Time
}

// ID is the tenant's own id, as it tells whoever signs in.
func (t *Tenant) ID() string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.state.ID
}

// New is a tenant that holds state, which is the tenant's from then on.
func New(state State) *Tenant {
	t := &Tenant{state: state, now: func() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }}
	for _, items := range state.Items {
		slices.SortFunc(items, func(a, b *Item) int { return strings.Compare(a.ID, b.ID) })
	}
	return t
}

// Open is the tenant of a file, which keeps every change from then on. A file
// that is not there yet begins with seed.
func Open(file string, seed State) (*Tenant, error) {
	data, err := os.ReadFile(file)
	switch {
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("open the sandbox: %w", err)
	default:
		seed = State{}
		if err := json.Unmarshal(data, &seed); err != nil {
			return nil, fmt.Errorf("open the sandbox: %s is no sandbox; move it away: %w", file, err)
		}
	}
	t := New(seed)
	t.file = file
	return t, t.save()
}

// State is a copy of what the tenant holds, secrets and all.
func (t *Tenant) State() State {
	t.mu.RLock()
	defer t.mu.RUnlock()
	s := t.state
	s.Audit = slices.Clone(s.Audit)
	s.Items = map[tenant.Kind][]*Item{}
	for kind, items := range t.state.Items {
		for _, it := range items {
			s.Items[kind] = append(s.Items[kind], it.clone())
		}
	}
	return s
}

// find is the item itself; the lock is held.
func (t *Tenant) find(kind tenant.Kind, id string) *Item {
	items := t.state.Items[kind]
	if i, ok := slices.BinarySearchFunc(items, id, byID); ok {
		return items[i]
	}
	return nil
}

func byID(it *Item, id string) int { return strings.Compare(it.ID, id) }

// clone is a copy that shares nothing that changes: a version never does.
func (it *Item) clone() *Item {
	c := *it
	c.Scopes = slices.Clone(it.Scopes)
	c.Versions = slices.Clone(it.Versions)
	return &c
}

// version is the version with a number, or nil.
func (it *Item) version(number int) *Version {
	for i := range it.Versions {
		if it.Versions[i].Number == number {
			return &it.Versions[i]
		}
	}
	return nil
}

// save writes the file anew, whole or not at all; the lock is held.
func (t *Tenant) save() error {
	if t.file == "" {
		return nil
	}
	data, err := json.MarshalIndent(t.state, "", "  ")
	if err != nil {
		return fmt.Errorf("keep the sandbox: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(t.file), ".sandbox-*") // readable by its owner alone
	if err != nil {
		return fmt.Errorf("keep the sandbox: %w", err)
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), t.file)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("keep the sandbox: %w", err)
	}
	return nil
}
