package sandbox

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// A Change is what a request asks of an item. Nil leaves a field as it is.
type Change struct {
	Active  *bool    `json:"active,omitempty"`
	Revoke  bool     `json:"revoke,omitempty"` // of a token; for good
	Scopes  []string `json:"scopes,omitzero"`
	Role    *string  `json:"role,omitempty"`
	Auth    *string  `json:"auth,omitempty"`
	Path    *string  `json:"path,omitempty"`
	Account *string  `json:"account,omitempty"`

	// Of a workflow: Content is saved as a new version, which is the draft;
	// Publish lets a version run, 0 for none, and -1 for the draft; Discard
	// turns the draft back to what runs. No version is ever lost.
	Content *Version `json:"content,omitempty"`
	Publish int      `json:"publish,omitempty"`
	Discard bool     `json:"discard,omitempty"`
}

// Apply makes a change, which is in the audit list from then on under the
// actor's name, and returns the item as it became. A change of nothing is no
// error and leaves no trace.
func (t *Tenant) Apply(actor string, kind tenant.Kind, id string, c Change) (*Item, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	it := t.find(kind, id)
	if it == nil {
		return nil, fmt.Errorf("%s %q: %w", kind, id, errNotFound)
	}
	next := it.clone()
	did, err := next.apply(kind, c)
	if err != nil {
		return nil, fmt.Errorf("%s %q: %w", kind, id, err)
	}
	if len(did) == 0 {
		return next, nil
	}
	if n := len(next.Versions); n > len(it.Versions) {
		next.Versions[n-1].By, next.Versions[n-1].At = actor, t.now()
	}
	next.Revision, next.Updated, next.Editor = it.Revision+1, t.now(), actor
	*it = *next
	t.note(actor, strings.Join(did, ", "), kind, it)
	return it.clone(), t.save()
}

// apply changes the item and says what it did.
func (it *Item) apply(kind tenant.Kind, c Change) (did []string, err error) {
	if it.Revoked && c.Active != nil && *c.Active {
		return nil, errors.New("it was revoked for good; make a new one")
	}
	if c.Active != nil && kind == registry.Token {
		return nil, errors.New("a token can be revoked, and nothing else")
	}
	if c.Active != nil && it.Active != *c.Active {
		it.Active = *c.Active
		did = append(did, map[bool]string{true: "enabled it", false: "disabled it"}[it.Active])
	}
	if c.Revoke && !it.Revoked {
		if kind != registry.Token {
			return nil, errors.New("only a token can be revoked")
		}
		it.Active, it.Revoked = false, true
		did = append(did, "revoked it")
	}
	if c.Scopes != nil && !slices.Equal(it.Scopes, c.Scopes) {
		it.Scopes = slices.Sorted(slices.Values(c.Scopes))
		did = append(did, "set the scopes to "+strings.Join(it.Scopes, " "))
	}
	for _, f := range []struct {
		name     string
		old, new *string
	}{{"role", &it.Role, c.Role}, {"authentication", &it.Auth, c.Auth}, {"path", &it.Path, c.Path}, {"account", &it.Account, c.Account}} {
		if f.new != nil && *f.old != *f.new {
			did = append(did, fmt.Sprintf("changed the %s from %s to %s", f.name, *f.old, *f.new))
			*f.old = *f.new
		}
	}
	more, err := it.edit(c)
	return append(did, more...), err
}

// edit changes a workflow's versions and says what it did.
func (it *Item) edit(c Change) (did []string, err error) {
	if c.Content != nil {
		v := *c.Content
		v.Number = len(it.Versions) + 1
		it.Versions = append(it.Versions, v)
		it.Draft = v.Number
		did = append(did, fmt.Sprintf("saved version %d", v.Number))
	}
	if c.Publish == -1 {
		c.Publish = it.Draft
	}
	if c.Publish != 0 && (it.Live != c.Publish || it.Draft != c.Publish) {
		if it.version(c.Publish) == nil {
			return nil, fmt.Errorf("there is no version %d", c.Publish)
		}
		it.Live, it.Draft = c.Publish, c.Publish
		did = append(did, fmt.Sprintf("published version %d", c.Publish))
	}
	if c.Discard && it.Draft != it.Live {
		did = append(did, fmt.Sprintf("put version %d aside", it.Draft))
		it.Draft = it.Live
	}
	return did, nil
}

// Add puts a new item into the tenant.
func (t *Tenant) Add(actor string, kind tenant.Kind, it Item) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	items := t.state.Items[kind]
	i, found := slices.BinarySearchFunc(items, it.ID, byID)
	if found {
		return fmt.Errorf("%s %q is there already", kind, it.ID)
	}
	it.Created, it.Updated, it.Editor, it.Revision = t.now(), t.now(), actor, 1
	t.state.Items[kind] = slices.Insert(items, i, it.clone())
	t.note(actor, "made it", kind, &it)
	return t.save()
}

// Remove takes an item out of the tenant, as a person at its console could:
// no driver can.
func (t *Tenant) Remove(actor string, kind tenant.Kind, id string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	it := t.find(kind, id)
	if it == nil {
		return fmt.Errorf("%s %q: %w", kind, id, errNotFound)
	}
	t.state.Items[kind] = slices.DeleteFunc(t.state.Items[kind], func(o *Item) bool { return o == it })
	t.note(actor, "deleted it", kind, it)
	return t.save()
}

// Reset puts everything back to a state.
func (t *Tenant) Reset(state State) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.state = New(state).state
	return t.save()
}

// note writes the audit list; the lock is held.
func (t *Tenant) note(actor, act string, kind tenant.Kind, it *Item) {
	t.state.Audit = append(t.state.Audit, Entry{At: t.now(), Actor: actor, Act: act, Kind: kind, ID: it.ID, Detail: it.Name})
	if n := len(t.state.Audit); n > mostAudit {
		t.state.Audit = slices.Delete(t.state.Audit, 0, n-mostAudit)
	}
}
