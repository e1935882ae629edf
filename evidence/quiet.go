package evidence

import (
	"bytes"
	"context"
	"flag"
	"io"
	"log/slog"
	"sync"

	"k8s.io/klog/v2"
)

// quiet keeps the storage library from writing to the terminal on its own, and
// hands its warnings to slog.
var quiet = sync.OnceFunc(func() {
	flags := flag.NewFlagSet("storage", flag.ContinueOnError)
	klog.InitFlags(flags)
	flags.Set("stderrthreshold", "FATAL") // a flag that there is, and a value that it knows
	klog.LogToStderr(false)
	klog.SetOutputBySeverity("INFO", io.Discard)
	klog.SetOutputBySeverity("WARNING", warnings{})
	klog.SetOutputBySeverity("ERROR", io.Discard)
	klog.SetOutputBySeverity("FATAL", io.Discard)
})

type warnings struct{}

func (warnings) Write(line []byte) (int, error) {
	_, text, found := bytes.Cut(line, []byte("] "))
	if !found {
		text = line
	}
	slog.WarnContext(context.Background(), "evidence storage", "err", string(bytes.TrimSpace(text)))
	return len(line), nil
}
