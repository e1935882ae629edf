package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"syscall"
	"time"
)

type task struct {
	name   string
	series string // of the plot
	dir    string // where it runs
	args   []string
}

// A result is the median of several runs of a whole process.
type result struct {
	wall, cpu float64 // seconds
	memory    int     // peak, MB
}

// inTurn runs the tasks one after the other, again and again, so that a
// machine whose speed drifts is fair to all.
func inTurn(work []task, runs int, env string) ([]result, error) {
	all := make([][]result, len(work))
	for range runs {
		for i, t := range work {
			r, err := measure(t, env)
			if err != nil {
				return nil, err
			}
			all[i] = append(all[i], r)
		}
	}
	results := make([]result, len(work))
	for i, rs := range all {
		results[i] = result{
			wall:   median(rs, func(r result) float64 { return r.wall }),
			cpu:    median(rs, func(r result) float64 { return r.cpu }),
			memory: int(median(rs, func(r result) float64 { return float64(r.memory) })),
		}
	}
	return results, nil
}

func median(rs []result, of func(result) float64) float64 {
	var values []float64
	for _, r := range rs {
		values = append(values, of(r))
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// measure runs a process and takes the operating system's own account of it.
// An exit code of 1 is a finding, and fine.
func measure(t task, env string) (result, error) {
	c := exec.Command(t.args[0], t.args[1:]...)
	c.Dir = t.dir
	c.Env = append(os.Environ(), "TOKEN=sandbox-rollcall", "CUE_REGISTRY=none", env)
	began := time.Now()
	out, err := c.CombinedOutput()
	wall := time.Since(began).Seconds()
	if exit := (*exec.ExitError)(nil); err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		return result{}, fmt.Errorf("measure %s: %w\n%.2000s", t.name, err, out)
	}
	usage, ok := c.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return result{}, fmt.Errorf("measure %s: this system does not account for processes", t.name)
	}
	cpu := c.ProcessState.UserTime() + c.ProcessState.SystemTime()
	return result{wall, cpu.Seconds(), int(usage.Maxrss / 1024)}, nil
}

var addressLine = regexp.MustCompile(`http://\S+:\d+`)

// sandbox starts a sandbox tenant with n workflows.
func (b *bench) sandbox(n int) (stop func(), address string, err error) {
	c := exec.Command(b.rollcall, "sandbox", "--generated", fmt.Sprint(n), "--listen", "127.0.0.1:0")
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, "", err
	}
	if err := c.Start(); err != nil {
		return nil, "", fmt.Errorf("start a sandbox: %w", err)
	}
	stop = func() {
		_ = c.Process.Signal(os.Interrupt)
		_ = c.Wait()
	}
	lines := bufio.NewScanner(out)
	if lines.Scan() {
		if address = addressLine.FindString(lines.Text()); address != "" {
			return stop, address, nil
		}
	}
	stop()
	return nil, "", errors.New("start a sandbox: it did not say its address")
}
