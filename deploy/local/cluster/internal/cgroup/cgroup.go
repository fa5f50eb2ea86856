// Package cgroup keeps every process of the cluster below one control group, so that all of them can be found and ended
// without guessing, whatever started them.
package cgroup

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	// Parent is the group that everything of the cluster lies in.
	Parent = "kintsugi"
	mount  = "/sys/fs/cgroup"
)

// Unified tells cgroup v2 from v1.
func Unified() bool {
	_, err := os.Stat(filepath.Join(mount, "cgroup.controllers"))
	return err == nil
}

// roots are the hierarchies with controllers: one of v2, one for each controller set of v1.
func roots() ([]string, error) {
	if Unified() {
		return []string{mount}, nil
	}
	found := mounted("cgroup")
	if len(found) == 0 {
		return nil, errors.New("no control groups are mounted on /sys/fs/cgroup; the kubelet cannot run without them")
	}
	return found, nil
}

// mounted lists where hierarchies of the types lie; beside v1, v2 may be there without controllers, and runc uses both.
func mounted(types ...string) []string {
	mounts, _ := os.ReadFile("/proc/self/mounts")
	var found []string
	for line := range strings.Lines(string(mounts)) {
		if fields := strings.Fields(line); len(fields) > 2 && slices.Contains(types, fields[2]) {
			found = append(found, fields[1])
		}
	}
	return found
}

// tracker is the hierarchy whose membership says what belongs to the cluster.
func tracker() string {
	for _, controller := range []string{"pids", "memory", "systemd"} {
		if _, err := os.Stat(filepath.Join(mount, controller, "cgroup.procs")); err == nil && !Unified() {
			return filepath.Join(mount, controller)
		}
	}
	return mount
}

// Procs is the file that a process's id is written to for it to join the group.
func Procs(group string) string {
	return filepath.Join(tracker(), Parent, group, "cgroup.procs")
}

// Create makes a group below Parent, in every hierarchy.
func Create(group string) error {
	hierarchies, err := roots()
	if err != nil {
		return err
	}
	for _, root := range hierarchies {
		path := root
		for _, step := range []string{Parent, group} {
			if err := delegate(path); err != nil {
				return err
			}
			path = filepath.Join(path, step)
			if err := os.MkdirAll(path, 0o755); err != nil {
				return fmt.Errorf("cannot make the control group %s: %w", path, err)
			}
			if err := inheritCPUs(path); err != nil {
				return err
			}
		}
	}
	return nil
}

// wanted are the controllers of v2 that the kubelet asks for.
var wanted = []string{"cpu", "cpuset", "io", "memory", "pids", "hugetlb"}

// delegate lets groups below path use the controllers that path has; v1 needs no such thing.
func delegate(path string) error {
	controllers, err := os.ReadFile(filepath.Join(path, "cgroup.controllers"))
	if err != nil {
		return nil
	}
	enable := func() error {
		for _, controller := range strings.Fields(string(controllers)) {
			if !slices.Contains(wanted, controller) {
				continue
			}
			if err := os.WriteFile(filepath.Join(path, "cgroup.subtree_control"), []byte("+"+controller), 0o644); err != nil {
				return err
			}
		}
		return nil
	}
	err = enable()
	if !errors.Is(err, syscall.EBUSY) {
		return err
	}
	// Only the root group of a container holds processes and has rules for its children: its processes step down.
	if err := os.MkdirAll(filepath.Join(path, "init"), 0o755); err != nil {
		return err
	}
	for _, pid := range readPids(filepath.Join(path, "cgroup.procs")) {
		_ = os.WriteFile(filepath.Join(path, "init", "cgroup.procs"), []byte(strconv.Itoa(pid)), 0o644)
	}
	return enable()
}

// inheritCPUs fills a v1 cpuset, which starts empty and takes no process until it is filled.
func inheritCPUs(path string) error {
	for _, file := range []string{"cpuset.cpus", "cpuset.mems"} {
		own, err := os.ReadFile(filepath.Join(path, file))
		if err != nil || len(bytes.TrimSpace(own)) > 0 || Unified() {
			continue
		}
		above, err := os.ReadFile(filepath.Join(filepath.Dir(path), file))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(path, file), above, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Processes lists the ids of every process in the group or below; the empty name is the whole cluster.
func Processes(group string) []int {
	var pids []int
	_ = filepath.WalkDir(filepath.Join(tracker(), Parent, group), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Name() == "cgroup.procs" {
			pids = append(pids, readPids(path)...)
		}
		return nil
	})
	return pids
}

func readPids(file string) []int {
	content, _ := os.ReadFile(file)
	var pids []int
	for _, field := range strings.Fields(string(content)) {
		if pid, err := strconv.Atoi(field); err == nil && pid > 0 {
			pids = append(pids, pid)
		}
	}
	return pids
}

// Kill ends every process of the group at once and waits until none is left.
func Kill(group string, limit time.Duration) error {
	deadline := time.Now().Add(limit)
	for {
		pids := Processes(group)
		if len(pids) == 0 {
			return nil
		}
		for _, pid := range pids {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("processes %v of %s/%s did not end after SIGKILL within %s", pids, Parent, group, limit)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// Remove removes the emptied group in every hierarchy; the empty name is the whole cluster.
func Remove(group string) error {
	deadline := time.Now().Add(30 * time.Second)
	for _, root := range mounted("cgroup", "cgroup2") {
		for {
			err := removeTree(filepath.Join(root, Parent, group))
			if err == nil {
				break
			}
			if time.Now().After(deadline) {
				return err
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	return nil
}

func removeTree(path string) error {
	var directories []string
	_ = filepath.WalkDir(path, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			directories = append(directories, path)
		}
		return nil
	})
	slices.Reverse(directories)
	for _, directory := range directories {
		if err := syscall.Rmdir(directory); err != nil && !errors.Is(err, syscall.ENOENT) {
			return fmt.Errorf("cannot remove the control group %s: %w", directory, err)
		}
	}
	return nil
}

// Existing lists the cluster's top groups that exist in any hierarchy.
func Existing() []string {
	var found []string
	for _, root := range mounted("cgroup", "cgroup2") {
		path := filepath.Join(root, Parent)
		if _, err := os.Stat(path); err == nil {
			found = append(found, path)
		}
	}
	return found
}
