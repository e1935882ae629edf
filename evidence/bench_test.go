package evidence_test

import (
	"flag"
	"fmt"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/rollcall-dev/rollcall/evidence"
)

func BenchmarkAppendOneAtATime(b *testing.B) {
	l := open(b, filepath.Join(b.TempDir(), "log"), evidence.Options{})
	for b.Loop() {
		if _, err := l.Append(intent("act")); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendInParallel(b *testing.B) {
	l := open(b, filepath.Join(b.TempDir(), "log"), evidence.Options{})
	var n atomic.Int64
	b.SetParallelism(64)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := l.Append(intent(fmt.Sprint(n.Add(1)))); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "entries/s")
}

var verifySize = flag.Int("entries", 50_000, "how many entries BenchmarkVerify verifies")

// One operation is the verification of a whole log, of 50,000 entries or of
// -entries.
func BenchmarkVerify(b *testing.B) {
	size := int64(*verifySize)
	l := open(b, filepath.Join(b.TempDir(), "log"), evidence.Options{})
	var n atomic.Int64
	done := make(chan struct{}, 1000)
	for range cap(done) {
		go func() {
			for i := n.Add(1); i <= size; i = n.Add(1) {
				e := intent(fmt.Sprint(i / 2))
				if i%2 == 1 {
					e = outcome(e.Act)
				}
				if _, err := l.Append(e); err != nil {
					b.Error(err)
				}
			}
			done <- struct{}{}
		}()
	}
	for range cap(done) {
		<-done
	}
	l.Close()
	var most uint64
	for b.Loop() {
		if r := verify(b, l.Dir, l.Key); !r.Holds() || r.Entries != uint64(size) {
			b.Fatalf("%d entries, %q", r.Entries, r.Faults)
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		most = max(most, m.HeapInuse)
	}
	b.ReportMetric(float64(most)/(1<<20), "MB-heap")
	b.ReportMetric(float64(size)*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
}
