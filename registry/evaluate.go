package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Evaluate evaluates the files of policy, organisation and tenants, by name,
// as one CUE package together with the schema's definitions. It returns what
// [EvaluateMain] writes.
//
// [ErrBudget] says that the files take more time or memory than they may,
// which is their mistake; every other error is ours.
type Evaluate func(ctx context.Context, files map[string][]byte) ([]byte, error)

// ErrBudget says that an evaluation ran over its budget.
var ErrBudget = errors.New("the evaluation takes more time or memory than it may")

// The budget of an evaluation.
const (
	evaluateTime   = 10 * time.Second
	evaluateMemory = 1 << 30 // bytes
	evaluateOutput = 64 << 20
)

// evaluating marks the child's environment: a child starts no child.
const evaluating = "ROLLCALL_EVALUATING"

// EvaluateIn evaluates in a process of its own, which is started as
// `exe evaluate`, is to call [EvaluateMain], and dies when it takes more than
// its budget. Nothing inside a process can cancel an evaluation.
func EvaluateIn(exe string) Evaluate {
	return func(ctx context.Context, files map[string][]byte) ([]byte, error) {
		input, err := json.Marshal(files)
		if err != nil {
			return nil, fmt.Errorf("write files for the evaluation: %w", err)
		}
		within, cancel := context.WithTimeout(ctx, evaluateTime)
		defer cancel()
		cmd := exec.CommandContext(within, exe, "evaluate")
		cmd.Env = []string{evaluating + "=1", "CUE_REGISTRY=none", "CUE_DEBUG=", "GOMAXPROCS=2", "GOTRACEBACK=none"}
		cmd.Stdin = strings.NewReader(string(input))
		cmd.WaitDelay = time.Second
		out := capped{most: evaluateOutput}
		cmd.Stdout = &out
		err = cmd.Run()
		var exit *exec.ExitError
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case within.Err() != nil, out.over, errors.As(err, &exit):
			return nil, ErrBudget
		case err != nil:
			return nil, fmt.Errorf("start %s evaluate: %w", filepath.Base(exe), err)
		}
		return out.text, nil
	}
}

// capped keeps what is written, up to a size.
type capped struct {
	text []byte
	most int
	over bool
}

func (c *capped) Write(p []byte) (int, error) {
	if len(c.text)+len(p) > c.most {
		c.over = true
		return 0, errors.New("the output is too large")
	}
	c.text = append(c.text, p...)
	return len(p), nil
}

// EvaluateMain is the child's side of [EvaluateIn], the whole of the hidden
// command `rollcall evaluate`: it limits its own process, reads files from
// stdin and writes what they come to. What goes wrong on our side is part of
// what it writes, so that a process that ends otherwise was ended by its input;
// the error is that nothing can be written.
func EvaluateMain(stdin io.Reader, stdout io.Writer) error {
	out, err := evaluateInput(stdin)
	if err != nil {
		out, _ = json.Marshal(evaluation{Error: err.Error()})
	}
	if _, err := stdout.Write(out); err != nil {
		return fmt.Errorf("write what was evaluated: %w", err)
	}
	return nil
}

func evaluateInput(stdin io.Reader) ([]byte, error) {
	if err := limitProcess(); err != nil {
		return nil, fmt.Errorf("limit the evaluation: %w", err)
	}
	var files map[string][]byte
	if err := json.NewDecoder(stdin).Decode(&files); err != nil {
		return nil, fmt.Errorf("read files to evaluate: %w", err)
	}
	return EvaluateHere(context.Background(), files)
}

// itself is the running program as an evaluator.
func itself() (Evaluate, error) {
	exe, err := os.Executable()
	switch {
	case err != nil:
		return nil, fmt.Errorf("find the running program: %w", err)
	case os.Getenv(evaluating) != "":
		return nil, errors.New("an evaluation must not start another one")
	case strings.HasSuffix(strings.TrimSuffix(filepath.Base(exe), ".exe"), ".test"):
		return nil, errors.New("a test program has no evaluate command; set Loader.Evaluate")
	}
	return EvaluateIn(exe), nil
}
