// Package node runs the cluster's nodes. Each has a containerd, a kubelet, a subnet and control groups of its own, so
// that one of them can be lost while the other works on.
package node

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"dev.kintsugi/cluster/internal/cgroup"
	"dev.kintsugi/cluster/internal/controlplane"
	"dev.kintsugi/cluster/internal/host"
	"dev.kintsugi/cluster/internal/layout"
	"dev.kintsugi/cluster/internal/pki"
	"dev.kintsugi/cluster/internal/process"
)

// Runtime and Kubelet are the process names of a node's two programs.
func Runtime(n layout.Node) string { return n.Name() + "-containerd" }
func Kubelet(n layout.Node) string { return n.Name() + "-kubelet" }

// Prepare writes the node's configuration and keys, and clears what a dead node left.
func Prepare(l layout.Layout, n layout.Node, authority *pki.Authority) error {
	if !process.Alive(Runtime(n)) && !process.Alive(Kubelet(n)) {
		if err := Kill(n); err != nil {
			return err
		}
	}
	files := map[string]string{
		n.Kept("containerd.toml"):             containerdConfig(n, snapshotter(n)),
		n.Kept("kubelet.yaml"):                kubeletConfig(l, n),
		n.Kept("resolv.conf"):                 "nameserver " + layout.DNSService + "\n",
		n.Kept("cni", "10-kintsugi.conflist"): cniConfig(n),
	}
	for file, content := range files {
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			return err
		}
	}
	for _, group := range []string{n.PodGroup(), n.HostGroup()} {
		if err := cgroup.Create(group); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(n.Runtime(), 0o700); err != nil || process.Alive(Kubelet(n)) {
		return err
	}
	return controlplane.Kubeconfig(l, authority, pki.Subject{
		Name: "system:node:" + n.Name(), Groups: []string{"system:nodes"},
		DNSNames: []string{n.Name()}, Addresses: []string{n.Address()},
	}, n.Name())
}

// StartRuntime starts containerd and waits until it answers.
func StartRuntime(l layout.Layout, n layout.Node) error {
	containerd, err := exec.LookPath("containerd")
	if err != nil {
		return err
	}
	log := l.Log(Runtime(n))
	if err := process.Start(process.Spec{Name: Runtime(n), Group: n.HostGroup(), Log: log, Argv: []string{containerd, "--config", n.Kept("containerd.toml")}}); err != nil {
		return err
	}
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if exec.Command("ctr", "--address", n.Socket(), "--connect-timeout=5s", "plugins", "ls").Run() == nil {
			return nil
		}
		if !process.Alive(Runtime(n)) {
			break
		}
	}
	return fmt.Errorf("containerd of %s does not answer; the end of %s:\n%s", n.Name(), log, process.Tail(log, 5))
}

// StartKubelet starts the kubelet; the node joins the cluster on its own.
func StartKubelet(l layout.Layout, n layout.Node) error {
	return process.Start(process.Spec{Name: Kubelet(n), Group: n.HostGroup(), Log: l.Log(Kubelet(n)), Argv: []string{
		l.Program("kubelet"), "--config=" + n.Kept("kubelet.yaml"),
		"--kubeconfig=" + l.Path("pki", n.Name()+".kubeconfig"),
		"--hostname-override=" + n.Name(), "--node-ip=" + n.Address(), "--root-dir=" + n.Kept("kubelet"),
	}})
}

// Stop ends the node in order: no new pods, every container asked to end, their networks given back, the rest killed.
func Stop(l layout.Layout, n layout.Node) error {
	process.Kill(Kubelet(n))
	var stopped error
	if process.Alive(Runtime(n)) && l.Kube != "" {
		arguments := []string{"--runtime-endpoint=unix://" + n.Socket(), "--grace=6s", "--limit=60s"}
		output, err := exec.Command(l.Program("stop-pods"), arguments...).CombinedOutput()
		if err != nil {
			stopped = fmt.Errorf("not every pod of %s stopped in order: %s", n.Name(), output)
		}
	}
	return errors.Join(stopped, Kill(n))
}

// Kill ends the node as a power cut would: every process at once, no farewell, nothing of its network left.
func Kill(n layout.Node) error {
	process.Kill(Kubelet(n))
	process.Kill(Runtime(n))
	var failures []error
	for _, group := range []string{n.PodGroup(), n.HostGroup()} {
		failures = append(failures, cgroup.Kill(group, time.Minute))
	}
	// A pod's network lives as long as the mount of its namespace.
	failures = append(failures, host.Unmount(n.Runtime(), n.Kept()))
	return errors.Join(append(failures, os.RemoveAll(n.Runtime()))...)
}

// KillContainer ends a container's first process at once, and with it the others.
func KillContainer(n layout.Node, id string) error {
	arguments := []string{"--address", n.Socket(), "--namespace", "k8s.io", "tasks", "kill", "--signal", "SIGKILL", id}
	if output, err := exec.Command("ctr", arguments...).CombinedOutput(); err != nil {
		return fmt.Errorf("cannot kill the container %s: %s", id, output)
	}
	return nil
}

// snapshotter is overlayfs wherever the state's file system can carry it.
func snapshotter(n layout.Node) string {
	scratch, err := os.MkdirTemp(filepath.Dir(n.Kept()), ".overlay-")
	if err != nil {
		return "overlayfs"
	}
	defer os.RemoveAll(scratch)
	for _, part := range []string{"lower", "upper", "work", "merged"} {
		_ = os.Mkdir(filepath.Join(scratch, part), 0o700)
	}
	options := fmt.Sprintf("lowerdir=%s/lower,upperdir=%s/upper,workdir=%s/work", scratch, scratch, scratch)
	merged := filepath.Join(scratch, "merged")
	if exec.Command("mount", "-t", "overlay", "overlay", "-o", options, merged).Run() != nil {
		return "native"
	}
	_ = host.Unmount(merged)
	return "overlayfs"
}
