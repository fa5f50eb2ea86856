// Package controlplane runs etcd, the API server and what works beside it on the host: controllers, scheduler, service
// proxy, name server and volumes.
package controlplane

import (
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"dev.kintsugi/cluster/internal/layout"
	"dev.kintsugi/cluster/internal/pki"
	"dev.kintsugi/cluster/internal/process"
)

const (
	// Group is the control group of these processes.
	Group = "control-plane"
	// APIServer is the API server's process name.
	APIServer = "kube-apiserver"
)

// clients are the users that the cluster's own programs are.
var clients = []pki.Subject{
	{Name: "kubernetes-admin", Groups: []string{"system:masters"}},
	{Name: "system:kube-controller-manager"},
	{Name: "system:kube-scheduler"},
	{Name: "system:kube-proxy"},
	{Name: "system:coredns"},
	{Name: "system:local-volumes"},
}

func fileName(user string) string {
	if user == "kubernetes-admin" {
		return "admin"
	}
	return strings.TrimPrefix(user, "system:")
}

// Keys makes the keys, certificates and kubeconfigs of the control plane, unless it runs with those it has: a change
// would cut the connections of everybody. It returns the authority that signs the nodes' certificates.
func Keys(l layout.Layout, now time.Time) (*pki.Authority, error) {
	authority, err := pki.LoadAuthority(l.Path("pki"), "ca", now)
	if err != nil || process.Alive(APIServer) {
		return authority, err
	}
	if err := pki.LoadSigningKey(l.Path("pki"), "service-accounts"); err != nil {
		return nil, err
	}
	if err := serverKeys(l, authority, now); err != nil {
		return nil, err
	}
	for _, client := range clients {
		if err := Kubeconfig(l, authority, client, fileName(client.Name)); err != nil {
			return nil, err
		}
	}
	admin, err := os.ReadFile(l.Path("pki", "admin.kubeconfig"))
	if err != nil {
		return nil, err
	}
	return authority, os.WriteFile(l.Kubeconfig(), admin, 0o600)
}

func serverKeys(l layout.Layout, authority *pki.Authority, now time.Time) error {
	dir := l.Path("pki")
	servers := []pki.Subject{
		{
			Name:      "kube-apiserver",
			DNSNames:  []string{"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"},
			Addresses: []string{layout.HostAddress, layout.APIService},
		},
		{Name: "kube-apiserver-kubelet-client", Groups: []string{"system:masters"}},
	}
	for _, server := range servers {
		if err := issue(authority, server, dir, server.Name); err != nil {
			return err
		}
	}
	for name, subject := range map[string]pki.Subject{
		"etcd":        {Name: "etcd", Addresses: []string{"127.0.0.1"}},
		"front-proxy": {Name: "front-proxy"},
	} {
		// Whoever the cluster's authority vouches for must neither reach the store nor speak for other users.
		own, err := pki.LoadAuthority(dir, name+"-ca", now)
		if err != nil {
			return err
		}
		if err := issue(own, subject, dir, name); err != nil {
			return err
		}
	}
	return nil
}

func issue(authority *pki.Authority, subject pki.Subject, dir, name string) error {
	pair, err := authority.Issue(subject)
	if err != nil {
		return err
	}
	return pair.Write(dir, name)
}

// Kubeconfig issues a certificate and writes it, with a kubeconfig that holds it, below the cluster's keys.
func Kubeconfig(l layout.Layout, authority *pki.Authority, subject pki.Subject, name string) error {
	pair, err := authority.Issue(subject)
	if err != nil {
		return err
	}
	if err := pair.Write(l.Path("pki"), name); err != nil {
		return err
	}
	encode := base64.StdEncoding.EncodeToString
	content := fmt.Sprintf(`apiVersion: v1
kind: Config
clusters:
- name: kintsugi
  cluster: {server: "https://%s", certificate-authority-data: %s}
users:
- name: %s
  user: {client-certificate-data: %s, client-key-data: %s}
contexts:
- name: kintsugi
  context: {cluster: kintsugi, user: "%s"}
current-context: kintsugi
`, l.APIServer(), encode(authority.Certificate()), `"`+subject.Name+`"`, encode(pair.Certificate), encode(pair.Key), subject.Name)
	return os.WriteFile(l.Path("pki", name+".kubeconfig"), []byte(content), 0o600)
}

// StartStore starts etcd and the API server.
func StartStore(l layout.Layout) error {
	if err := process.Start(etcd(l)); err != nil {
		return err
	}
	return process.Start(apiServer(l))
}

func etcd(l layout.Layout) process.Spec {
	client, peer := fmt.Sprintf("https://127.0.0.1:%d", layout.EtcdPort), fmt.Sprintf("https://127.0.0.1:%d", layout.EtcdPeerPort)
	argv := []string{
		l.Program("etcd"), "--data-dir=" + l.Path("etcd"), "--name=kintsugi",
		"--listen-client-urls=" + client, "--advertise-client-urls=" + client,
		"--listen-peer-urls=" + peer, "--initial-advertise-peer-urls=" + peer, "--initial-cluster=kintsugi=" + peer,
		"--cert-file=" + l.Path("pki", "etcd.crt"), "--key-file=" + l.Path("pki", "etcd.key"),
		"--client-cert-auth", "--trusted-ca-file=" + l.Path("pki", "etcd-ca.crt"),
		"--peer-cert-file=" + l.Path("pki", "etcd.crt"), "--peer-key-file=" + l.Path("pki", "etcd.key"),
		"--peer-client-cert-auth", "--peer-trusted-ca-file=" + l.Path("pki", "etcd-ca.crt"),
		"--auto-compaction-retention=1h", "--log-level=warn",
	}
	if os.Getenv("KINTSUGI_CLUSTER_UNSAFE_NO_FSYNC") == "1" {
		argv = append(argv, "--unsafe-no-fsync")
	}
	return process.Spec{Name: "etcd", Group: Group, Log: l.Log("etcd"), Argv: argv}
}

func apiServer(l layout.Layout) process.Spec {
	key := func(name string) string { return l.Path("pki", name) }
	return process.Spec{Name: APIServer, Group: Group, Log: l.Log(APIServer), Argv: []string{
		l.Program("kube-apiserver"),
		fmt.Sprintf("--etcd-servers=https://127.0.0.1:%d", layout.EtcdPort),
		"--etcd-cafile=" + key("etcd-ca.crt"), "--etcd-certfile=" + key("etcd.crt"), "--etcd-keyfile=" + key("etcd.key"),
		"--bind-address=" + layout.HostAddress, "--advertise-address=" + layout.HostAddress,
		fmt.Sprintf("--secure-port=%d", layout.APIServerPort),
		"--service-cluster-ip-range=" + layout.ServiceRange,
		"--authorization-mode=Node,RBAC", "--enable-admission-plugins=NodeRestriction", "--anonymous-auth=false",
		"--allow-privileged", "--enable-aggregator-routing", "--profiling=false",
		"--tls-cert-file=" + key("kube-apiserver.crt"), "--tls-private-key-file=" + key("kube-apiserver.key"),
		"--client-ca-file=" + key("ca.crt"),
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-key-file=" + key("service-accounts.pub"),
		"--service-account-signing-key-file=" + key("service-accounts.key"),
		"--kubelet-certificate-authority=" + key("ca.crt"),
		"--kubelet-client-certificate=" + key("kube-apiserver-kubelet-client.crt"),
		"--kubelet-client-key=" + key("kube-apiserver-kubelet-client.key"),
		"--kubelet-preferred-address-types=InternalIP",
		"--proxy-client-cert-file=" + key("front-proxy.crt"), "--proxy-client-key-file=" + key("front-proxy.key"),
		"--requestheader-client-ca-file=" + key("front-proxy-ca.crt"), "--requestheader-allowed-names=front-proxy",
		"--requestheader-username-headers=X-Remote-User", "--requestheader-group-headers=X-Remote-Group",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		// A lost node is this cluster's usual exercise: nobody should wait the five minutes of the defaults for it.
		"--default-not-ready-toleration-seconds=30", "--default-unreachable-toleration-seconds=30",
	}}
}

// StartServices starts everything that needs a ready API server.
func StartServices(l layout.Layout) error {
	if err := writeCorefile(l); err != nil {
		return err
	}
	// What reads the cluster with rights of its own starts after it has them, or it would wait before asking again.
	if err := startAll(coreServices(l)); err != nil {
		return err
	}
	if err := applyAddons(l); err != nil {
		return err
	}
	return startAll(addonServices(l))
}

// RestartControllers lets them look at once: while the API server was away they waited longer and longer, up to a minute.
func RestartControllers(l layout.Layout) error {
	for _, spec := range coreServices(l) {
		if spec.Name == "kube-proxy" {
			continue
		}
		process.Stop(spec.Name, 5*time.Second)
		if err := process.Start(spec); err != nil {
			return err
		}
	}
	return nil
}

func startAll(specs []process.Spec) error {
	for _, spec := range specs {
		if err := process.Start(spec); err != nil {
			return err
		}
	}
	return nil
}

func client(l layout.Layout, name string, arguments ...string) process.Spec {
	argv := append([]string{l.Program(name), "--kubeconfig=" + l.Path("pki", name+".kubeconfig")}, arguments...)
	return process.Spec{Name: name, Group: Group, Log: l.Log(name), Argv: argv}
}

func coreServices(l layout.Layout) []process.Spec {
	return []process.Spec{
		client(l, "kube-controller-manager", "--leader-elect=false", "--secure-port=0",
			"--use-service-account-credentials", "--root-ca-file="+l.Path("pki", "ca.crt"),
			"--service-account-private-key-file="+l.Path("pki", "service-accounts.key"),
			"--cluster-signing-cert-file="+l.Path("pki", "ca.crt"), "--cluster-signing-key-file="+l.Path("pki", "ca.key"),
			"--node-monitor-period=2s", "--node-monitor-grace-period=20s",
			// Somebody watches: the defaults are 15 s and five minutes.
			"--horizontal-pod-autoscaler-sync-period=3s", "--horizontal-pod-autoscaler-downscale-stabilization=10s"),
		client(l, "kube-scheduler", "--leader-elect=false", "--secure-port=0"),
		client(l, "kube-proxy", "--proxy-mode=nftables", "--cluster-cidr="+layout.PodNetwork,
			"--hostname-override="+l.Node(1).Name(), "--conntrack-max-per-core=0", "--conntrack-tcp-timeout-established=0s",
			"--conntrack-tcp-timeout-close-wait=0s", "--nodeport-addresses="+layout.NodeNetwork,
			"--healthz-bind-address="+layout.HostAddress+":10256", "--metrics-bind-address=127.0.0.1:10249"),
	}
}

func addonServices(l layout.Layout) []process.Spec {
	return []process.Spec{
		{Name: "coredns", Group: Group, Log: l.Log("coredns"), Argv: []string{l.Program("coredns"), "-conf", l.Path("etc", "Corefile")}},
		client(l, "local-volumes", "--root="+l.Path("volumes")),
	}
}

// Names are the programs of the control plane in the order of their start.
func Names(l layout.Layout) []string {
	names := []string{"etcd", APIServer}
	for _, spec := range append(coreServices(l), addonServices(l)...) {
		names = append(names, spec.Name)
	}
	return names
}

func applyAddons(l layout.Layout) error {
	apply := exec.Command(l.Program("kubectl"), "--kubeconfig="+l.Kubeconfig(), "apply", "--server-side", "--force-conflicts", "-f", "-")
	apply.Stdin = strings.NewReader(addons)
	if output, err := apply.CombinedOutput(); err != nil {
		return fmt.Errorf("cannot apply the cluster's own objects: %s", strings.TrimSpace(string(output)))
	}
	return nil
}

// Stop ends the control plane, the store last.
func Stop(l layout.Layout) {
	names := Names(l)
	for _, name := range names[2:] {
		process.Kill(name)
	}
	process.Stop(APIServer, 5*time.Second)
	process.Stop("etcd", 5*time.Second)
}
