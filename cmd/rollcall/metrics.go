package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/rollcall-dev/rollcall/reconcile"
)

// metrics are what a daemon tells Prometheus, and whether it is ready.
type metrics struct {
	registry *prometheus.Registry
	passes   *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	last     *prometheus.GaugeVec
	readable *prometheus.GaugeVec
	drift    *prometheus.GaugeVec
	held     *prometheus.GaugeVec
	acts     *prometheus.CounterVec
	current  prometheus.Gauge

	mu      sync.Mutex
	waiting map[string]bool // tenants that were not called yet
}

func newMetrics(tenants []string) *metrics {
	m := &metrics{registry: prometheus.NewRegistry(), waiting: map[string]bool{}}
	gauge := func(name, help string, labels ...string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: "rollcall", Name: name, Help: help}, labels)
	}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "rollcall", Name: name, Help: help}, labels)
	}
	m.passes = counter("passes_total", "Passes over a tenant, by result: done, unreadable, failed.", "tenant", "result")
	m.acts = counter("acts_total", "Reverts that were tried, by verb and result.", "tenant", "verb", "result")
	m.last = gauge("last_pass_timestamp_seconds", "When a tenant was last called and read.", "tenant")
	m.readable = gauge("tenant_readable", "1 where the last pass could read the tenant.", "tenant")
	m.drift = gauge("drift", "Drifts of a tenant in its last pass, by class.", "tenant", "class")
	m.held = gauge("plan_held", "1 where a tenant's reverts are held and a person is needed.", "tenant")
	m.seconds = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: "rollcall", Name: "pass_seconds", Help: "How long passes took.", Buckets: []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300},
	}, []string{"tenant"})
	m.current = prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "rollcall", Name: "registry_current", Help: "1 where the registry's newest state is followed."})
	build := gauge("build_info", "Which rollcall this is.", "version")
	build.WithLabelValues(versionOf().Version).Set(1)
	m.registry.MustRegister(m.passes, m.acts, m.last, m.readable, m.drift, m.held, m.seconds, m.current, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, t := range tenants {
		m.waiting[t] = true
	}
	return m
}

func (m *metrics) followed(current bool) {
	m.current.Set(map[bool]float64{true: 1}[current])
}

// passed counts a pass and what came of it.
func (m *metrics) passed(tenant string, o reconcile.Outcome, err error, took time.Duration) {
	m.mu.Lock()
	delete(m.waiting, tenant)
	m.mu.Unlock()
	m.seconds.WithLabelValues(tenant).Observe(took.Seconds())
	for _, a := range append(o.Resolved, o.Acts...) {
		m.acts.WithLabelValues(tenant, string(a.Action.Verb), string(a.Result)).Inc()
	}
	switch {
	case err != nil:
		m.passes.WithLabelValues(tenant, "failed").Inc()
		return
	case o.Unreadable != "":
		m.passes.WithLabelValues(tenant, "unreadable").Inc()
		m.readable.WithLabelValues(tenant).Set(0)
	default:
		m.passes.WithLabelValues(tenant, "done").Inc()
		m.readable.WithLabelValues(tenant).Set(1)
		m.last.WithLabelValues(tenant).SetToCurrentTime()
	}
	m.drift.DeletePartialMatch(prometheus.Labels{"tenant": tenant})
	for _, a := range o.Plan.Actions {
		m.drift.WithLabelValues(tenant, string(a.Drift.Class)).Inc()
	}
	m.held.WithLabelValues(tenant).Set(map[bool]float64{true: 1}[o.Plan.Held != ""])
}

func (m *metrics) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		m.mu.Lock()
		n := len(m.waiting)
		m.mu.Unlock()
		if n > 0 {
			http.Error(w, fmt.Sprintf("%d tenants were not called yet", n), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	return mux
}
