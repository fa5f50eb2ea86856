package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"dev.kintsugi/cluster/internal/api"
	"dev.kintsugi/cluster/internal/cgroup"
	"dev.kintsugi/cluster/internal/controlplane"
	"dev.kintsugi/cluster/internal/host"
	"dev.kintsugi/cluster/internal/layout"
	"dev.kintsugi/cluster/internal/network"
	"dev.kintsugi/cluster/internal/node"
	"dev.kintsugi/cluster/internal/process"
)

func down(l layout.Layout) error {
	record, err := host.Current()
	if err != nil {
		return err
	}
	if record == nil {
		say("no cluster runs")
		return nil
	}
	if record.State != l.State {
		return anotherRuns(record)
	}
	// The programs that were started may be of an older build than this one.
	l.Kube = record.Kube
	var work []func() error
	for number := 1; number <= layout.MaxNodes; number++ {
		work = append(work, func() error { return node.Stop(l, l.Node(number)) })
	}
	if err := together(work...); err != nil {
		say("%v", err)
	}
	controlplane.Stop(l)
	err = errors.Join(
		cgroup.Kill("", time.Minute),
		host.Unmount(layout.Run, l.State),
		network.Down(),
		cgroup.Remove(""),
		record.Restore(),
	)
	if err != nil {
		return fmt.Errorf("not everything could be undone (run it again):\n%w", err)
	}
	if err := record.Forget(); err != nil {
		return err
	}
	say("the cluster is stopped; its state stays in %s", l.State)
	return nil
}

func clean(l layout.Layout) error {
	if err := down(l); err != nil {
		return err
	}
	if _, err := os.Stat(l.Path("pki", "ca.crt")); err != nil {
		if entries, _ := os.ReadDir(l.State); len(entries) > 0 {
			return fmt.Errorf("%s does not look like a cluster's state; nothing is removed", l.State)
		}
	}
	if mounts := host.Mounts(l.State); len(mounts) > 0 {
		return fmt.Errorf("%s holds mounts (%s); nothing is removed", l.State, strings.Join(mounts, ", "))
	}
	return os.RemoveAll(l.State)
}

// killNode is the loss of a node; what it ran is gone and nobody was told.
func killNode(l layout.Layout, n layout.Node) error {
	if err := node.Kill(n); err != nil {
		return err
	}
	say("%s is lost", n.Name())
	return nil
}

func restoreNode(l layout.Layout, n layout.Node) error {
	if process.Alive(node.Kubelet(n)) {
		return fmt.Errorf("%s runs", n.Name())
	}
	if err := os.MkdirAll(n.Runtime(), 0o700); err != nil {
		return err
	}
	if err := startRuntime(l, n); err != nil {
		return err
	}
	return node.StartKubelet(l, n)
}

// killContainer is the sudden end of a program, seen from outside its container.
func killContainer(l layout.Layout, names []string) error {
	client, err := api.Connect(l)
	if err != nil {
		return err
	}
	name, id, err := client.RunningContainer(names[0], names[1], names[2])
	if err != nil {
		return err
	}
	for number := 1; number <= layout.MaxNodes; number++ {
		if n := l.Node(number); n.Name() == name {
			return node.KillContainer(n, id)
		}
	}
	return fmt.Errorf("the pod runs on %s, which is no node of this machine", name)
}

func stopAPIServer() error {
	process.Stop(controlplane.APIServer, 2*time.Second)
	return nil
}

func startAPIServer(l layout.Layout) error {
	client, err := api.Connect(l)
	if err != nil {
		return err
	}
	if err := startStore(l, client); err != nil {
		return err
	}
	return controlplane.RestartControllers(l)
}

func status(l layout.Layout) error {
	return running(l, func(record *host.Record) error {
		var nodes []layout.Node
		for number := 1; number <= record.Nodes; number++ {
			nodes = append(nodes, l.Node(number))
		}
		var dead []string
		for _, name := range programs(l, nodes) {
			if pid, alive := process.PID(name); alive {
				fmt.Printf("%-26s runs, process %d\n", name, pid)
			} else {
				fmt.Printf("%-26s does not run; its log is %s\n", name, l.Log(name))
				dead = append(dead, name)
			}
		}
		client, err := api.Connect(l)
		if err != nil {
			return err
		}
		ready, all, err := client.ReadyNodes()
		if err != nil {
			return fmt.Errorf("the API server does not answer: %w", err)
		}
		fmt.Printf("%-26s %d of %d ready\n", "nodes", len(ready), len(all))
		if len(dead) > 0 || len(ready) < len(nodes) {
			return errors.New("not everything runs")
		}
		return nil
	})
}

func leftovers(l layout.Layout) error {
	found := network.Leftovers()
	for _, mount := range host.Mounts(layout.Run, l.State) {
		found = append(found, "mount "+mount)
	}
	for _, group := range cgroup.Existing() {
		found = append(found, "control group "+group)
	}
	found = append(found, processes(l)...)
	if _, err := os.Stat(layout.Run); err == nil {
		found = append(found, "directory "+layout.Run)
	}
	for _, line := range found {
		fmt.Println(line)
	}
	if len(found) > 0 {
		return fmt.Errorf("%d things of the cluster are on this machine", len(found))
	}
	return nil
}

// processes lists what runs with the cluster's directories on its command line, wherever it came from.
func processes(l layout.Layout) []string {
	var found []string
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		content, _ := os.ReadFile(file)
		line := strings.ReplaceAll(strings.TrimRight(string(content), "\x00"), "\x00", " ")
		pid := filepath.Base(filepath.Dir(file))
		if strings.Contains(line, layout.Run+"/") || strings.Contains(line, l.State+"/") {
			if pid != strconv.Itoa(os.Getpid()) {
				found = append(found, "process "+pid+" "+line[:min(len(line), 160)])
			}
		}
	}
	return found
}
