package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"sync"
	"time"

	"dev.kintsugi/cluster/internal/api"
	"dev.kintsugi/cluster/internal/cgroup"
	"dev.kintsugi/cluster/internal/controlplane"
	"dev.kintsugi/cluster/internal/host"
	"dev.kintsugi/cluster/internal/image"
	"dev.kintsugi/cluster/internal/layout"
	"dev.kintsugi/cluster/internal/network"
	"dev.kintsugi/cluster/internal/node"
	"dev.kintsugi/cluster/internal/pki"
	"dev.kintsugi/cluster/internal/process"
)

func up(l layout.Layout) error {
	record, err := preflight(l)
	if err != nil {
		return err
	}
	authority, err := prepare(l, record)
	if err != nil {
		return err
	}
	client, err := api.Connect(l)
	if err != nil {
		return err
	}
	fresh := !process.Alive(controlplane.APIServer)
	var nodes []layout.Node
	for number := 1; number <= record.Nodes; number++ {
		n := l.Node(number)
		if err := node.Prepare(l, n, authority); err != nil {
			return err
		}
		nodes = append(nodes, n)
	}
	work := []func() error{func() error { return startStore(l, client) }}
	for _, n := range nodes {
		work = append(work, func() error { return startRuntime(l, n) })
	}
	if err := together(work...); err != nil {
		return err
	}
	if fresh {
		if err := client.ForgetReadiness(); err != nil {
			return err
		}
	}
	work = []func() error{func() error { return controlplane.StartServices(l) }}
	for _, n := range nodes {
		work = append(work, func() error { return node.StartKubelet(l, n) })
	}
	if err := together(work...); err != nil {
		return err
	}
	if err := settle(l, client, nodes); err != nil {
		return err
	}
	say("the cluster is ready: export KUBECONFIG=%s", l.Kubeconfig())
	return nil
}

// preflight installs what is missing and refuses what cannot work, before anything is changed.
func preflight(l layout.Layout) (*host.Record, error) {
	nodes, err := wantedNodes()
	if err != nil {
		return nil, err
	}
	if l.Kube == "" {
		return nil, errors.New("KINTSUGI_KUBE_BIN is not set; call deploy/local/kintsugi-cluster, which builds the programs and sets it")
	}
	if err := host.InstallClusterPackages(say); err != nil {
		return nil, err
	}
	record, err := host.Current()
	if err != nil {
		return nil, err
	}
	if record != nil && record.State != l.State {
		return nil, anotherRuns(record)
	}
	if record == nil {
		if network.ProxyTables() {
			return nil, errors.New("a kube-proxy works on this machine (nft table kube-proxy): the local cluster cannot run beside another Kubernetes")
		}
		if err := network.Overlap(); err != nil {
			return nil, err
		}
		record = host.NewRecord(l.State)
	}
	if nodes < record.Nodes {
		return nil, fmt.Errorf("the cluster runs with %d nodes; to have %d, stop it first", record.Nodes, nodes)
	}
	record.Kube, record.Nodes = l.Kube, nodes
	return record, nil
}

func wantedNodes() (int, error) {
	switch wanted := os.Getenv("NODES"); wanted {
	case "", "1":
		return 1, nil
	case "2":
		return 2, nil
	default:
		return 0, fmt.Errorf("NODES=%q: the cluster has 1 or %d nodes", wanted, layout.MaxNodes)
	}
}

// prepare writes the record first, so that whatever follows can be undone even if it fails half way.
func prepare(l layout.Layout, record *host.Record) (*pki.Authority, error) {
	if err := os.MkdirAll(l.State, 0o700); err != nil {
		return nil, err
	}
	// Volumes are open to every user id inside, so nobody else may enter from above.
	if err := os.Chmod(l.State, 0o700); err != nil {
		return nil, err
	}
	if err := record.Save(); err != nil {
		return nil, err
	}
	if err := os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o644); err != nil {
		return nil, err
	}
	if err := network.Up(); err != nil {
		return nil, err
	}
	if err := cgroup.Create(controlplane.Group); err != nil {
		return nil, err
	}
	return controlplane.Keys(l, time.Now())
}

func startStore(l layout.Layout, client *api.Client) error {
	if err := controlplane.StartStore(l); err != nil {
		return err
	}
	if err := awaitAPIServer(l, client); err != nil {
		return err
	}
	say("the API server is ready")
	return nil
}

func awaitAPIServer(l layout.Layout, client *api.Client) error {
	return await(2*time.Minute, client.Ready, func() error {
		for _, name := range []string{"etcd", controlplane.APIServer} {
			if !process.Alive(name) {
				return fmt.Errorf("%s ended; the end of %s:\n%s", name, l.Log(name), process.Tail(l.Log(name), 5))
			}
		}
		return nil
	}, "the API server is not ready; see "+l.Log(controlplane.APIServer))
}

func startRuntime(l layout.Layout, n layout.Node) error {
	if err := node.StartRuntime(l, n); err != nil {
		return err
	}
	return image.LoadPause(l, n)
}

// settle waits until the nodes are ready and names resolve, and removes nodes of an earlier, larger cluster.
func settle(l layout.Layout, client *api.Client, nodes []layout.Node) error {
	var all []string
	ready := func() bool {
		names, known, err := client.ReadyNodes()
		all = known
		return err == nil && !slices.ContainsFunc(nodes, func(n layout.Node) bool { return !slices.Contains(names, n.Name()) })
	}
	err := await(2*time.Minute, ready, func() error { return ended(l, nodes) }, "the nodes are not ready; see "+l.Path("logs"))
	if err != nil {
		return err
	}
	for _, name := range all {
		if !slices.ContainsFunc(nodes, func(n layout.Node) bool { return n.Name() == name }) {
			if err := client.DeleteNode(name); err != nil {
				return err
			}
		}
	}
	say("%d of %d nodes ready", len(nodes), len(nodes))
	return await(2*time.Minute, resolves, func() error { return ended(l, nodes) },
		"names do not resolve through the Service "+layout.DNSService+"; see "+l.Log("coredns")+" and "+l.Log("kube-proxy"))
}

// ended names a program that should run and does not.
func ended(l layout.Layout, nodes []layout.Node) error {
	for _, name := range programs(l, nodes) {
		if !process.Alive(name) {
			return fmt.Errorf("%s ended; the end of %s:\n%s", name, l.Log(name), process.Tail(l.Log(name), 5))
		}
	}
	return nil
}

func programs(l layout.Layout, nodes []layout.Node) []string {
	names := controlplane.Names(l)
	for _, n := range nodes {
		names = append(names, node.Runtime(n), node.Kubelet(n))
	}
	return names
}

// resolves asks the cluster's name server through its Service, which also shows that Services answer.
func resolves() bool {
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", net.JoinHostPort(layout.DNSService, "53"))
	}}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	addresses, err := resolver.LookupHost(ctx, "kubernetes.default.svc.cluster.local.")
	return err == nil && slices.Contains(addresses, layout.APIService)
}

// await polls until done; broken may cut the wait short with the reason.
func await(limit time.Duration, done func() bool, broken func() error, late string) error {
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		if done() {
			return nil
		}
		if err := broken(); err != nil {
			return err
		}
	}
	return fmt.Errorf("after %s %s", limit, late)
}

func together(work ...func() error) error {
	failures := make([]error, len(work))
	var all sync.WaitGroup
	for i, one := range work {
		all.Add(1)
		go func() {
			defer all.Done()
			failures[i] = one()
		}()
	}
	all.Wait()
	return errors.Join(failures...)
}
