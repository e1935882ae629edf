package main

import (
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// patience is how long work may take before people are shown how far it is.
const patience = 2 * time.Second

// progress shows on a terminal how far work is that takes long; nil where
// nobody watches.
func progress(to io.Writer, what string) func(done, of int) {
	if f, ok := to.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	began := time.Now()
	var mu sync.Mutex
	var bar *progressbar.ProgressBar
	return func(done, of int) {
		mu.Lock()
		defer mu.Unlock()
		if bar == nil && (done == of || time.Since(began) < patience) {
			return
		}
		if bar == nil {
			bar = progressbar.NewOptions(of,
				progressbar.OptionSetWriter(to),
				progressbar.OptionSetDescription(what),
				progressbar.OptionShowCount(),
				progressbar.OptionSetWidth(30),
				progressbar.OptionThrottle(100*time.Millisecond),
				progressbar.OptionClearOnFinish(),
			)
		}
		if bar.GetMax() != of {
			bar.ChangeMax(of)
		}
		_ = bar.Set(done) // a terminal that is gone is no reason to stop
	}
}
