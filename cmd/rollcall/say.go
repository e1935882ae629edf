package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// slow says on a terminal what is being done, once it takes longer than two
// seconds. The function that it returns ends it.
func slow(w io.Writer, format string, args ...any) (done func()) {
	if !isTerminal(w) {
		return func() {}
	}
	began := time.Now()
	stop := make(chan struct{})
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		wait := 2 * time.Second
		for {
			select {
			case <-stop:
				return
			case <-time.After(wait):
				fmt.Fprintf(w, "\r\033[K%s … %ds", fmt.Sprintf(format, args...), int(time.Since(began).Seconds()))
				wait = time.Second
			}
		}
	}()
	return func() {
		close(stop)
		<-gone
		if time.Since(began) > 2*time.Second {
			fmt.Fprint(w, "\r\033[K")
		}
	}
}

// oneLine makes what others wrote harmless on a terminal.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if strconv.IsPrint(r) {
			return r
		}
		return ' '
	}, s)
}
