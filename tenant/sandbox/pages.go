package sandbox

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/rollcall-dev/rollcall/tenant"
)

//go:embed pages
var pageFiles embed.FS

var pageSet = template.Must(template.New("").Funcs(template.FuncMap{
	"day":   func(t time.Time) string { return t.Format("2 Jan 2006") },
	"clock": func(t time.Time) string { return t.Format("2 Jan 2006 15:04:05") + " UTC" },
	"join":  func(s []string) string { return strings.Join(s, " ") },
	"word":  wordOf,
}).ParseFS(pageFiles, "pages/*.html"))

// A section is a kind on the page.
type section struct {
	Kind  tenant.Kind
	Title string
	Items []shown
	More  int // that are not shown
}

// mostShown is how many items of a kind stand on the page.
const mostShown = 100

func (h *Handler) sections() []section {
	var all []section
	for _, w := range words {
		items := h.Tenant.state.Items[w.kind]
		s := section{Kind: w.kind, Title: strings.ToUpper(w.word[:1]) + w.word[1:], More: max(0, len(items)-mostShown)}
		for _, it := range items[:len(items)-s.More] {
			s.Items = append(s.Items, show(it.clone()))
		}
		all = append(all, s)
	}
	return all
}

func (h *Handler) home(w http.ResponseWriter, _ *http.Request) {
	h.Tenant.mu.RLock()
	name, id, sections := h.Tenant.state.Name, h.Tenant.state.ID, h.sections()
	h.Tenant.mu.RUnlock()
	render(w, "home.html", map[string]any{
		"Title": name, "ID": id, "Sections": sections, "Drifts": Drifts,
		"Audit": h.Tenant.newest(8), "Faults": h.Faults(),
	})
}

func (h *Handler) auditPage(w http.ResponseWriter, _ *http.Request) {
	render(w, "audit.html", map[string]any{"Title": "Audit list", "Audit": h.Tenant.newest(mostAudit)})
}

func (h *Handler) itemPage(w http.ResponseWriter, r *http.Request) {
	kind := kindOf(r.PathValue("kind"))
	it, err := h.Tenant.item(kind, r.PathValue("id"))
	if err != nil {
		http.Error(w, fmt.Sprintf("There is no %q here.", r.PathValue("id")), http.StatusNotFound)
		return
	}
	var trail []Entry
	for _, e := range h.Tenant.newest(mostAudit) {
		if e.Kind == kind && e.ID == it.ID {
			trail = append(trail, e)
		}
	}
	render(w, "item.html", map[string]any{"Title": it.Name, "Kind": kind, "Item": it, "Audit": trail})
}

func (h *Handler) style(w http.ResponseWriter, r *http.Request) {
	http.ServeFileFS(w, r, pageFiles, "pages/style.css")
}

// render writes a page whole or not at all.
func render(w http.ResponseWriter, name string, data map[string]any) {
	var page bytes.Buffer
	if err := pageSet.ExecuteTemplate(&page, name, data); err != nil {
		http.Error(w, "the page cannot be shown", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	w.Header().Set("Referrer-Policy", "same-origin")
	_, _ = page.WriteTo(w)
}
