package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/rollcall-dev/rollcall/internal/n8nserver/n8ntest"
)

// TestTimeFromDriftToAlert measures for docs/performance.md; it judges nothing.
func TestTimeFromDriftToAlert(t *testing.T) {
	if os.Getenv("ROLLCALL_MEASURE") == "" {
		t.Skip("a measurement of some minutes; ROLLCALL_MEASURE=1 runs it")
	}
	n8ntest.Install(t)
	h := house{dir: t.TempDir(), test: startInstance(t, "n8n-test"), prod: startInstance(t, "n8n-prod")}
	h.test.await(t)
	h.prod.await(t)
	h.layOut(t)
	rollcall(t, exitFine, "import", h.roll(), "--config", h.config())
	h.fillIn(t)
	p := h.post(t, h.prod, fmt.Sprintf("path: %q", h.roll()))
	edit(t, p.config, "interval: 1s", "interval: 30s")
	d := p.start(t)
	var took []time.Duration
	for i := range 9 {
		time.Sleep(rand.N(30 * time.Second)) // not in step with the passes
		name := fmt.Sprintf("Side door %d", i)
		id, err := h.prod.owner.CreateWorkflow(t.Context(), h.prod.nightly(name, "CRM admin", "GET"))
		ok(t, err)
		ok(t, h.prod.owner.Activate(t.Context(), id))
		began := time.Now()
		for p.count("drift.opened", name) == 0 {
			if time.Since(began) > 2*time.Minute {
				t.Fatalf("nobody was told of %q within two minutes", name)
			}
			time.Sleep(10 * time.Millisecond)
		}
		took = append(took, time.Since(began).Round(10*time.Millisecond))
	}
	d.stop(t)
	slices.Sort(took)
	t.Logf("from drift in n8n to the alert at a webhook, at an interval of 30 s: median %s, longest %s, of %v", took[len(took)/2], took[len(took)-1], took)
}
