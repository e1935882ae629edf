package main

import (
	"context"
	"os"
	"runtime/debug"
	runtimemetrics "runtime/metrics"
	"time"
)

// usualMemory is what judging a hundred thousand identities may take, in
// bytes, without the program's own text.
const usualMemory = 266 << 20

// seldom is GOGC for work that mostly keeps what it makes: while memory is left,
// looking for garbage finds little.
const seldom = 200

// spareMemory keeps a command within usualMemory where what it works on leaves
// room for that, at the price of some time; a larger registry gets half as
// much again as it needs, for to collect garbage all the time would take twice
// as long. Who sets GOGC or GOMEMLIMIT knows better. It ends with ctx.
func spareMemory(ctx context.Context) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	limit := uint64(usualMemory)
	before, often := debug.SetMemoryLimit(usualMemory), debug.SetGCPercent(seldom)
	live := []runtimemetrics.Sample{{Name: "/gc/heap/live:bytes"}}
	go func() {
		defer debug.SetGCPercent(often)
		defer debug.SetMemoryLimit(before)
		look := time.NewTicker(50 * time.Millisecond)
		defer look.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-look.C:
			}
			runtimemetrics.Read(live)
			if n := live[0].Value.Uint64(); n > limit/10*9 {
				limit = n / 2 * 3
				debug.SetMemoryLimit(int64(limit))
			}
		}
	}()
}
