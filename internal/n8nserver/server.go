package n8nserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	startWithin = 2 * time.Minute // it takes 6 s on an idle machine, but tests load theirs
	stopWithin  = 15 * time.Second
)

// Server is a running n8n. It is used by one goroutine at a time, and ended with
// Stop or Kill; it ends in any case with the program that started it.
type Server struct {
	URL string // of the loopback device, without a slash at the end; survives Restart
	Dir string // its data, in .n8n, and its log

	installation Installation
	env          []string
	process      *process
}

// Start starts n8n on the data in dir, which may be empty, and returns when it
// answers: a new one after 7 seconds or so. The context bounds the start only.
func (i Installation) Start(ctx context.Context, dir string, opts Options) (*Server, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	port, broker, err := freePorts()
	if err != nil {
		return nil, err
	}
	s := &Server{
		URL:          "http://127.0.0.1:" + strconv.Itoa(port),
		Dir:          dir,
		installation: i,
		env:          i.environment(dir, port, broker, opts),
	}
	if err := s.run(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// run starts the process and waits until it answers, or ends it.
func (s *Server) run(ctx context.Context) error {
	log, err := os.OpenFile(s.LogFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(s.installation.node(), "--max-old-space-size=512", s.installation.program(), "start")
	cmd.Dir, cmd.Env = s.Dir, s.env
	cmd.Stdout, cmd.Stderr = log, log
	p, err := launch(cmd)
	if err != nil {
		return fmt.Errorf("start n8n in %s: %w", s.Dir, err)
	}
	s.process = p
	if err := s.await(ctx); err != nil {
		s.Kill()
		return fmt.Errorf("start n8n in %s: %w; the end of its log: %s", s.Dir, err, s.LogEnd())
	}
	return nil
}

// await returns when all of n8n answers. Its health says ready before its two
// APIs are there, so each of them is asked.
func (s *Server) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	for _, probe := range []struct {
		path string
		want int
	}{
		{"/healthz/readiness", http.StatusOK},
		{"/api/v1/workflows", http.StatusUnauthorized},
		{"/rest/settings", http.StatusOK},
	} {
		for status(ctx, s.URL+probe.path) != probe.want {
			select {
			case <-s.process.exited:
				return errors.New("it ended before it answered")
			case <-ctx.Done():
				return fmt.Errorf("wait for %s: %w", probe.path, ctx.Err())
			case <-time.After(50 * time.Millisecond):
			}
		}
	}
	return nil
}

// status is the status code that a GET is answered with, 0 if with none.
func status(ctx context.Context, url string) int {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	io.Copy(io.Discard, res.Body)
	return res.StatusCode
}

// Stop ends n8n the way an operator would, in a second or two, and kills it if it
// does not end. To stop what does not run is no error.
func (s *Server) Stop() {
	s.process.terminate()
	select {
	case <-s.process.exited:
	case <-time.After(stopWithin):
		s.Kill()
	}
}

// Kill ends n8n as a power cut would.
func (s *Server) Kill() {
	s.process.kill()
	<-s.process.exited
}

// Restart stops n8n, if it runs, and starts it at the same URL with the same data.
func (s *Server) Restart(ctx context.Context) error {
	s.Stop()
	return s.run(ctx)
}

// LogFile is where all runs of this server write.
func (s *Server) LogFile() string { return filepath.Join(s.Dir, "n8n.log") }

// LogEnd is the last of what it wrote there, on one line.
func (s *Server) LogEnd() string {
	text, err := os.ReadFile(s.LogFile())
	if err != nil {
		return err.Error()
	}
	return lastLines(string(text), 8)
}

// lastLines is the end of a program's output, on one line.
func lastLines(output string, n int) string {
	lines := strings.FieldsFunc(output, func(r rune) bool { return r == '\n' })
	return strings.Join(lines[max(0, len(lines)-n):], " | ")
}
