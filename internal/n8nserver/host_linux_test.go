package n8nserver

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain lets this binary be a parent that launches a program and is then
// killed: see TestProgramDiesWithWhoLaunchedIt.
func TestMain(m *testing.M) {
	if os.Getenv("N8NSERVER_LAUNCH_AND_WAIT") == "" {
		os.Exit(m.Run())
	}
	p, err := launch(exec.Command("sleep", "600"))
	if err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
	fmt.Println(p.cmd.Process.Pid)
	<-p.exited
}

func TestProgramDiesWithWhoLaunchedIt(t *testing.T) {
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), "N8NSERVER_LAUNCH_AND_WAIT=yes")
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	parent.Wait()
	for range 100 {
		if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) || zombie(pid) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("process %d still runs 2 s after its parent was killed", pid)
	syscall.Kill(pid, syscall.SIGKILL)
}

// zombie says whether a process is dead and only waits to be counted, as orphans
// do in a container whose first process reaps none.
func zombie(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(stat), ") Z ")
}
