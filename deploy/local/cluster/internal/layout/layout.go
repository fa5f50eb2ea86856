// Package layout says where everything of the cluster lies: files, addresses and names.
package layout

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

const (
	// Run holds sockets, process records and what must be undone; it is gone after a reboot, as the processes are.
	Run = "/run/kintsugi-cluster"

	Bridge        = "kintsugi0"
	HostAddress   = "10.245.0.1"
	NodeNetwork   = "10.245.0.0/24"
	PodNetwork    = "10.244.0.0/16"
	ServiceRange  = "10.96.0.0/16"
	APIService    = "10.96.0.1"
	DNSService    = "10.96.0.10"
	DNSPort       = 10053
	APIServerPort = 6443
	EtcdPort      = 12379
	EtcdPeerPort  = 12380

	PauseImage = "kintsugi.local/pause:1"
	MaxNodes   = 2
)

// Layout is one cluster's directories: what it keeps and the programs it runs.
type Layout struct {
	// State survives stops: etcd's data, keys, images, volumes, logs.
	State string
	// Kube has etcd, kube-apiserver and the others; empty for commands that need none of them.
	Kube string
	// Tools has kintsugi-cluster and pause.
	Tools string
}

// FromEnvironment reads KINTSUGI_CLUSTER_DIR, KINTSUGI_KUBE_BIN and the place of this program.
func FromEnvironment() (Layout, error) {
	state := os.Getenv("KINTSUGI_CLUSTER_DIR")
	if state == "" {
		base := os.Getenv("XDG_STATE_HOME")
		if base == "" {
			home, err := os.UserHomeDir()
			if err != nil || home == "" {
				return Layout{}, errors.New("neither KINTSUGI_CLUSTER_DIR nor HOME is set: " +
					"set KINTSUGI_CLUSTER_DIR to the directory that is to keep the cluster's state")
			}
			base = filepath.Join(home, ".local", "state")
		}
		state = filepath.Join(base, "kintsugi", "cluster")
	}
	state, err := filepath.Abs(state)
	if err != nil {
		return Layout{}, err
	}
	self, err := os.Executable()
	if err != nil {
		return Layout{}, err
	}
	return Layout{State: state, Kube: os.Getenv("KINTSUGI_KUBE_BIN"), Tools: filepath.Dir(self)}, nil
}

func (l Layout) Path(parts ...string) string {
	return filepath.Join(append([]string{l.State}, parts...)...)
}

func (l Layout) Program(name string) string { return filepath.Join(l.Kube, name) }

func (l Layout) Kubeconfig() string { return l.Path("kubeconfig") }

func (l Layout) Log(name string) string { return l.Path("logs", name+".log") }

// APIServer is the address of the API server, without the scheme.
func (l Layout) APIServer() string { return fmt.Sprintf("%s:%d", HostAddress, APIServerPort) }

// Node is one of the cluster's nodes, all of them on this machine.
type Node struct {
	Number int
	layout Layout
}

func (l Layout) Node(number int) Node { return Node{number, l} }

func (n Node) Name() string       { return fmt.Sprintf("node%d", n.Number) }
func (n Node) Address() string    { return fmt.Sprintf("10.245.0.%d", n.Number) }
func (n Node) PodSubnet() string  { return fmt.Sprintf("10.244.%d.0/24", n.Number) }
func (n Node) PodGroup() string   { return n.Name() }
func (n Node) HostGroup() string  { return n.Name() + "-host" }
func (n Node) CNINetwork() string { return "kintsugi-" + n.Name() }

// Kept is a path below the node's part of the state, Runtime one that a stop removes.
func (n Node) Kept(parts ...string) string {
	return n.layout.Path(append([]string{"nodes", n.Name()}, parts...)...)
}

func (n Node) Runtime(parts ...string) string {
	return filepath.Join(append([]string{Run, n.Name()}, parts...)...)
}

func (n Node) Socket() string { return n.Runtime("containerd.sock") }
