// Package process starts the cluster's programs so that they outlive the command that started them, and finds them
// again by id and start time, so that a reused id is never signalled.
package process

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"dev.kintsugi/cluster/internal/cgroup"
	"dev.kintsugi/cluster/internal/layout"
)

// Spec is a program to run.
type Spec struct {
	Name  string
	Group string
	Log   string
	Argv  []string
}

type record struct {
	PID     int    `json:"pid"`
	Started string `json:"started"`
}

func recordFile(name string) string { return filepath.Join(layout.Run, "processes", name+".json") }

// Start runs the program unless it runs already.
func Start(spec Spec) error {
	if Alive(spec.Name) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(recordFile(spec.Name)), 0o700); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(spec.Log), 0o700); err != nil {
		return err
	}
	// What the last run wrote is worth keeping once: it often holds the reason for this start.
	_ = os.Rename(spec.Log, spec.Log+".1")
	log, err := os.OpenFile(spec.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	// The shell joins the group before the program starts, so that no child of it can be born outside.
	join := []string{"-c", `echo $$ > "$0" && exec "$@"`, cgroup.Procs(spec.Group)}
	command := exec.Command("/bin/sh", append(join, spec.Argv...)...)
	command.Stdout, command.Stderr, command.Dir = log, log, "/"
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := command.Start(); err != nil {
		return fmt.Errorf("cannot start %s: %w", spec.Name, err)
	}
	go func() { _ = command.Wait() }()
	started, _ := startTime(command.Process.Pid)
	content, err := json.Marshal(record{command.Process.Pid, started})
	if err != nil {
		return err
	}
	return os.WriteFile(recordFile(spec.Name), content, 0o600)
}

// startTime is the kernel's start time of a live process; a zombie counts as ended.
func startTime(pid int) (string, bool) {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return "", false
	}
	// The second field is the name in parentheses and may hold spaces, so count from its end.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 20 || fields[0] == "Z" || fields[0] == "X" {
		return "", false
	}
	return fields[19], true
}

// PID is the id of the program started under the name, if it still runs.
func PID(name string) (int, bool) {
	content, err := os.ReadFile(recordFile(name))
	if err != nil {
		return 0, false
	}
	var r record
	if json.Unmarshal(content, &r) != nil {
		return 0, false
	}
	started, alive := startTime(r.PID)
	return r.PID, alive && started == r.Started
}

// Alive says whether the program started under the name still runs.
func Alive(name string) bool {
	_, alive := PID(name)
	return alive
}

// Stop asks the program to end and kills it where it does not within the limit.
func Stop(name string, limit time.Duration) {
	pid, alive := PID(name)
	if !alive {
		return
	}
	_ = syscall.Kill(pid, syscall.SIGTERM)
	for deadline := time.Now().Add(limit); Alive(name) && time.Now().Before(deadline); {
		time.Sleep(20 * time.Millisecond)
	}
	Kill(name)
}

// Kill ends the program at once.
func Kill(name string) {
	if pid, alive := PID(name); alive {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	for deadline := time.Now().Add(5 * time.Second); Alive(name) && time.Now().Before(deadline); {
		time.Sleep(20 * time.Millisecond)
	}
}

// Tail is the end of a log, for the message of a program that would not start.
func Tail(file string, lines int) string {
	content, _ := os.ReadFile(file)
	all := strings.Split(strings.TrimSpace(string(content)), "\n")
	return "    " + strings.Join(all[max(0, len(all)-lines):], "\n    ")
}
