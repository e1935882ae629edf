package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// A shown item is an item as the API tells it: of a workflow's versions, the
// two that count.
type shown struct {
	*Item
	LiveVersion  *Version `json:"liveVersion,omitempty"`
	DraftVersion *Version `json:"draftVersion,omitempty"` // nil where nothing waits to be published
}

func show(it *Item) shown {
	s := shown{Item: it, LiveVersion: it.version(it.Live)}
	if it.Draft != it.Live {
		s.DraftVersion = it.version(it.Draft)
	}
	return s
}

// list answers a page of a kind: the items behind ?after, an id, at most
// ?limit of them, and in next the id to go on from.
func (h *Handler) list(r *http.Request, _ *Item) (any, error) {
	kind := kindOf(r.PathValue("kind"))
	if kind == "" {
		return nil, fmt.Errorf("%q: %w", r.PathValue("kind"), errNotFound)
	}
	limit := h.PageSize
	if limit <= 0 {
		limit = 100
	}
	if n, err := strconv.Atoi(r.FormValue("limit")); err == nil && n > 0 {
		limit = min(limit, n)
	}
	items, next := h.Tenant.page(kind, r.FormValue("after"), limit)
	all := make([]shown, len(items))
	for i, it := range items {
		all[i] = show(it)
		it.Versions = nil
	}
	return map[string]any{"items": all, "next": next}, nil
}

// page copies the items behind an id. Revoked tokens are in no list.
func (t *Tenant) page(kind tenant.Kind, after string, limit int) (items []*Item, next string) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	all := t.state.Items[kind]
	i, found := slices.BinarySearchFunc(all, after, byID)
	if found {
		i++
	}
	for ; i < len(all); i++ {
		if all[i].Revoked {
			continue
		}
		if len(items) == limit {
			return items, items[limit-1].ID
		}
		items = append(items, all[i].clone())
	}
	return items, ""
}

// one answers one item, with every version of a workflow.
func (h *Handler) one(r *http.Request, _ *Item) (any, error) {
	it, err := h.Tenant.item(kindOf(r.PathValue("kind")), r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return show(it), nil
}

func (t *Tenant) item(kind tenant.Kind, id string) (*Item, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	it := t.find(kind, id)
	if it == nil {
		return nil, fmt.Errorf("%s %q: %w", kind, id, errNotFound)
	}
	return it.clone(), nil
}

// patch makes the change that stands in the body.
func (h *Handler) patch(r *http.Request, token *Item) (any, error) {
	dec := json.NewDecoder(http.MaxBytesReader(nil, r.Body, 1<<20))
	dec.DisallowUnknownFields()
	var c Change
	if err := dec.Decode(&c); err != nil {
		return nil, &problem{http.StatusBadRequest, "the body is no change: " + err.Error()}
	}
	return h.change(r, token, c)
}

// act makes a change that has a name: enable, disable, revoke.
func (h *Handler) act(r *http.Request, token *Item) (any, error) {
	switch r.PathValue("act") {
	case "enable":
		return h.change(r, token, Change{Active: new(true)})
	case "disable":
		return h.change(r, token, Change{Active: new(false)})
	case "revoke":
		return h.change(r, token, Change{Revoke: true})
	}
	return nil, fmt.Errorf("%q: %w", r.PathValue("act"), errNotFound)
}

func (h *Handler) change(r *http.Request, token *Item, c Change) (any, error) {
	it, err := h.Tenant.Apply(token.Name, kindOf(r.PathValue("kind")), r.PathValue("id"), c)
	if err != nil {
		return nil, err
	}
	return show(it), nil
}

// makeDrift makes a named drift, for the buttons and for curl.
func (h *Handler) makeDrift(w http.ResponseWriter, r *http.Request) {
	if err := h.Tenant.Make(r.PathValue("name")); err != nil {
		status, message := statusOf(err)
		http.Error(w, message, status)
		return
	}
	done(w, r)
}

// reset puts content and faults back to the beginning.
func (h *Handler) reset(w http.ResponseWriter, r *http.Request) {
	seed := h.Seed
	if seed == nil {
		seed = Seed
	}
	h.faults.clear()
	if err := h.Tenant.Reset(seed()); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	done(w, r)
}

// done sends a browser back to the page, and tells a program that it worked.
func done(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Referer") != "" {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// newest are the last entries of the audit list, the newest first.
func (t *Tenant) newest(n int) []Entry {
	t.mu.RLock()
	defer t.mu.RUnlock()
	all := slices.Clone(t.state.Audit)
	slices.Reverse(all)
	return all[:min(n, len(all))]
}

// liveKinds are all kinds, which the tenant has all of.
func liveKinds() []tenant.Kind {
	return []tenant.Kind{registry.Workflow, registry.Webhook, registry.Connector, registry.Token, registry.ServiceAccount}
}
