//go:build !linux

package n8nserver

import (
	"context"
	"fmt"
	"os/exec"
)

// None of this is reached: able has refused every other system before. It is here
// so that the packages whose tests use a real n8n compile on every machine.

var errNotLinux = fmt.Errorf("%w: it runs on linux alone", ErrUnavailable)

func lock(context.Context, string, func()) (func(), error) { return nil, errNotLinux }

func freeBytes(string) (uint64, error) { return 0, errNotLinux }

func runContained(*exec.Cmd) (string, error) { return "", errNotLinux }

type process struct{ exited chan struct{} }

func launch(*exec.Cmd) (*process, error) { return nil, errNotLinux }

func (p *process) terminate() {}

func (p *process) kill() {}
