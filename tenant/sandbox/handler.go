package sandbox

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// Release is the version that the sandbox says its software has.
const Release = "1.0"

// A Handler puts a tenant on the web. The API below /api/ wants a token of the
// tenant as bearer; the pages, the drifts and the faults want nothing, so it
// belongs on an address that nobody else reaches. Make one with [NewHandler].
type Handler struct {
	Tenant   *Tenant
	PageSize int          // the most items on a page of a list; 100 where it is 0
	Seed     func() State // what POST /reset goes back to; [Seed] where it is nil

	faults faults
	mux    *http.ServeMux
	guard  *http.CrossOriginProtection
}

// NewHandler is a handler of a tenant.
func NewHandler(t *Tenant) *Handler {
	h := &Handler{Tenant: t, mux: http.NewServeMux(), guard: http.NewCrossOriginProtection()}
	h.mux.HandleFunc("GET /api/tenant", h.api(h.whoami))
	h.mux.HandleFunc("GET /api/audit", h.api(h.audit))
	h.mux.HandleFunc("GET /api/{kind}", h.api(h.list))
	h.mux.HandleFunc("GET /api/{kind}/{id}", h.api(h.one))
	h.mux.HandleFunc("PATCH /api/{kind}/{id}", h.api(h.patch))
	h.mux.HandleFunc("POST /api/{kind}/{id}/{act}", h.api(h.act))
	h.mux.HandleFunc("POST /drift/{name}", h.makeDrift)
	h.mux.HandleFunc("GET /faults", h.showFaults)
	h.mux.HandleFunc("POST /faults", h.setFault)
	h.mux.HandleFunc("POST /reset", h.reset)
	h.mux.HandleFunc("GET /{$}", h.home)
	h.mux.HandleFunc("GET /audit", h.auditPage)
	h.mux.HandleFunc("GET /items/{kind}/{id}", h.itemPage)
	h.mux.HandleFunc("GET /style.css", h.style)
	return h
}

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.guard.Handler(h.mux).ServeHTTP(w, r)
}

// words are the kinds as they stand in the API's paths, in order of show.
var words = []struct {
	kind tenant.Kind
	word string
}{
	{registry.Workflow, "workflows"}, {registry.Webhook, "webhooks"}, {registry.Connector, "connectors"},
	{registry.Token, "tokens"}, {registry.ServiceAccount, "accounts"},
}

func wordOf(k tenant.Kind) string {
	for _, w := range words {
		if w.kind == k {
			return w.word
		}
	}
	return ""
}

func kindOf(word string) tenant.Kind {
	for _, w := range words {
		if w.word == word {
			return w.kind
		}
	}
	return ""
}

// A problem is an answer that is no success.
type problem struct {
	status  int
	message string
}

func (p *problem) Error() string { return p.message }

// An endpoint answers a request of the token's holder with a value, which
// becomes JSON, or an error.
type endpoint func(r *http.Request, token *Item) (any, error)

// api is an endpoint behind the token and the faults.
func (h *Handler) api(do endpoint) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		kind := kindOf(r.PathValue("kind"))
		f := h.faults.meet(kind, r.Method != http.MethodGet)
		if f != nil && f.refuse(w, r) {
			return
		}
		token, err := h.token(r)
		var v any
		switch {
		case err != nil:
		case f != nil && f.Deaf && r.Method != http.MethodGet:
			v, err = h.one(r, token)
		default:
			v, err = do(r, token)
		}
		if err != nil {
			status, message := statusOf(err)
			answer(w, r, f, status, map[string]string{"message": message})
			return
		}
		answer(w, r, f, http.StatusOK, v)
	}
}

func statusOf(err error) (int, string) {
	var p *problem
	switch {
	case errors.As(err, &p):
		return p.status, p.message
	case errors.Is(err, errNotFound):
		return http.StatusNotFound, err.Error()
	}
	return http.StatusConflict, err.Error()
}

func answer(w http.ResponseWriter, r *http.Request, f *Fault, status int, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "cannot be written", http.StatusInternalServerError)
		return
	}
	sum := sha256.Sum256(data)
	tag := fmt.Sprintf(`"%x"`, sum[:8])
	w.Header().Set("Content-Type", "application/json")
	if r.Method == http.MethodGet && status == http.StatusOK {
		w.Header().Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	if f != nil && f.Half {
		_, _ = w.Write(data[:len(data)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(data)
}

// token is the token that the request is made with, if it may do so.
func (h *Handler) token(r *http.Request) (*Item, error) {
	secret, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	token := h.Tenant.use(secret)
	if !ok || token == nil {
		return nil, &problem{http.StatusUnauthorized, "the token is not known, or was revoked"}
	}
	need := "tenant:read"
	if r.Method != http.MethodGet {
		need = "tenant:write"
	}
	for _, s := range token.Scopes {
		if s == need {
			return token, nil
		}
	}
	return nil, &problem{http.StatusForbidden, "the token lacks the scope " + need}
}

// use finds the live token with a secret and notes the day of its use.
func (t *Tenant) use(secret string) *Item {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, it := range t.state.Items[registry.Token] {
		if secret != "" && it.Active && subtle.ConstantTimeCompare([]byte(it.Secret), []byte(secret)) == 1 {
			it.LastUsed = t.now().Truncate(24 * 3600e9)
			return it.clone()
		}
	}
	return nil
}

func (h *Handler) whoami(_ *http.Request, token *Item) (any, error) {
	h.Tenant.mu.RLock()
	defer h.Tenant.mu.RUnlock()
	return map[string]any{
		"id": h.Tenant.state.ID, "name": h.Tenant.state.Name, "version": Release,
		"token": map[string]any{"id": token.ID, "name": token.Name, "scopes": token.Scopes},
	}, nil
}

func (h *Handler) audit(*http.Request, *Item) (any, error) {
	return map[string]any{"items": h.Tenant.newest(mostAudit)}, nil
}
