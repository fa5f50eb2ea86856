// Package host is what the cluster asks of, and gives back to, the machine: packages, kernel settings, directories,
// mounts, and the record of all that must be undone.
package host

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"dev.kintsugi/cluster/internal/layout"
)

// Record says which cluster runs and how the machine was before.
type Record struct {
	State   string            `json:"state"`
	Kube    string            `json:"kube"`
	Nodes   int               `json:"nodes"`
	Sysctls map[string]string `json:"sysctls"`
	// Absent are directories that were not there before and that programs of the cluster make on their own.
	Absent []string `json:"absent"`
}

// changed are kernel settings that the cluster or its kubelets change.
var changed = []string{
	"net/ipv4/ip_forward",
	"vm/overcommit_memory",
	"kernel/panic",
	"kernel/panic_on_oops",
	"kernel/keys/root_maxkeys",
	"kernel/keys/root_maxbytes",
}

// fixed are directories that containerd, CNI and the kubelet insist on, whatever they are told.
var fixed = []string{"/run/containerd", "/var/lib/cni", "/var/lib/kubelet", "/var/log/containers", "/var/log/pods", "/usr/libexec/kubernetes"}

// unfinishedFile is the record's copy in the cluster's state, there from a start to the stop that undoes it.
const unfinishedFile = "started.json"

func recordFile() string { return filepath.Join(layout.Run, "cluster.json") }

// Current reads the record of the cluster that runs; nil where none does.
func Current() (*Record, error) {
	content, err := os.ReadFile(recordFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	record := &Record{}
	if err := json.Unmarshal(content, record); err != nil {
		return nil, fmt.Errorf("%s is damaged: %w", recordFile(), err)
	}
	return record, nil
}

// NewRecord notes the machine as it is now. After a power cut the directories of the last run are still there: what the
// cluster's state remembers of that run then counts.
func NewRecord(state string) *Record {
	record := &Record{State: state, Sysctls: map[string]string{}}
	unfinished := Record{}
	if content, err := os.ReadFile(filepath.Join(state, unfinishedFile)); err == nil {
		_ = json.Unmarshal(content, &unfinished)
	}
	for _, name := range changed {
		if content, err := os.ReadFile(filepath.Join("/proc/sys", name)); err == nil {
			record.Sysctls[name] = strings.TrimSpace(string(content))
		}
	}
	for _, directory := range fixed {
		if _, err := os.Stat(directory); errors.Is(err, fs.ErrNotExist) || slices.Contains(unfinished.Absent, directory) {
			record.Absent = append(record.Absent, directory)
		}
	}
	return record
}

// Save keeps the record for the command that will undo it all.
func (r *Record) Save() error {
	content, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(layout.Run, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(r.State, unfinishedFile), content, 0o600); err != nil {
		return err
	}
	return os.WriteFile(recordFile(), content, 0o600)
}

// Forget removes the record once everything is undone.
func (r *Record) Forget() error {
	return errors.Join(os.RemoveAll(filepath.Join(r.State, unfinishedFile)), os.RemoveAll(layout.Run))
}

// Restore sets the machine back to what the record says.
func (r *Record) Restore() error {
	var failures []error
	for name, value := range r.Sysctls {
		file := filepath.Join("/proc/sys", name)
		if content, err := os.ReadFile(file); err == nil && strings.TrimSpace(string(content)) != value {
			failures = append(failures, os.WriteFile(file, []byte(value), 0o644))
		}
	}
	for _, directory := range r.Absent {
		failures = append(failures, os.RemoveAll(directory))
	}
	cached, _ := filepath.Glob("/var/lib/cni/results/kintsugi-*")
	for _, file := range cached {
		failures = append(failures, os.Remove(file))
	}
	return errors.Join(failures...)
}

// Lock keeps other commands out until it is released.
func Lock(waiting func()) (release func(), err error) {
	file, err := os.OpenFile("/run/lock/kintsugi-cluster", os.O_CREATE|os.O_RDWR|syscall.O_CLOEXEC, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		file, err = os.OpenFile("/tmp/.kintsugi-cluster.lock", os.O_CREATE|os.O_RDWR|syscall.O_CLOEXEC|syscall.O_NOFOLLOW, 0o600)
	}
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		waiting()
		if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
			return nil, err
		}
	}
	return func() { _ = file.Close() }, nil
}

// Mounts lists mount points at or below any of the directories, the latest first.
func Mounts(directories ...string) []string {
	content, _ := os.ReadFile("/proc/self/mountinfo")
	var found []string
	for line := range strings.Lines(string(content)) {
		fields := strings.Fields(line)
		if len(fields) < 5 {
			continue
		}
		point := strings.NewReplacer(`\040`, " ", `\011`, "\t", `\134`, `\`).Replace(fields[4])
		for _, directory := range directories {
			if point == directory || strings.HasPrefix(point, directory+"/") {
				found = append([]string{point}, found...)
				break
			}
		}
	}
	return found
}

// Unmount removes every mount at or below the directories.
func Unmount(directories ...string) error {
	var failures []error
	for _, point := range Mounts(directories...) {
		// Lazily: a process that is just dying must not keep the others' mounts in place.
		if err := syscall.Unmount(point, syscall.MNT_DETACH); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, syscall.ENOENT) {
			failures = append(failures, fmt.Errorf("cannot unmount %s: %w", point, err))
		}
	}
	return errors.Join(failures...)
}
