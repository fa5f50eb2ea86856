package node

import (
	"fmt"

	"dev.kintsugi/cluster/internal/cgroup"
	"dev.kintsugi/cluster/internal/host"
	"dev.kintsugi/cluster/internal/layout"
)

// containerdConfig: restrict_oom_score_adj lets pods start where the machine forbids lowering that score; the network
// namespaces lie in the node's own directory so that it is known whose they are; an AppArmor profile would stay loaded.
func containerdConfig(n layout.Node, snapshotter string) string {
	return fmt.Sprintf(`version = 2
root = %q
state = %q
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.tracing.processor.v1.otlp"]

[grpc]
  address = %q

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = %q
  restrict_oom_score_adj = true
  disable_apparmor = true
  netns_mounts_under_state_dir = true
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  max_concurrent_downloads = 1

[plugins."io.containerd.grpc.v1.cri".containerd]
  snapshotter = %q
  default_runtime_name = "runc"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
    SystemdCgroup = false

[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = %q
  conf_dir = %q
`, n.Kept("containerd"), n.Runtime("containerd"), n.Socket(), layout.PauseImage, snapshotter, host.CNIDirectory(), n.Kept("cni"))
}

// cniConfig gives each pod a routed link instead of a port on a bridge: traffic between two pods of a node then always
// passes the host's rules, so Services answer whether or not the kernel filters bridged traffic.
func cniConfig(n layout.Node) string {
	return fmt.Sprintf(`{
  "cniVersion": "0.4.0",
  "name": %q,
  "plugins": [
    {
      "type": "ptp",
      "ipam": {"type": "host-local", "dataDir": %q, "ranges": [[{"subnet": %q}]], "routes": [{"dst": "0.0.0.0/0"}]}
    }
  ]
}
`, n.CNINetwork(), n.Runtime("addresses"), n.PodSubnet())
}

// kubeletConfig never collects images, because none can be pulled again, and evicts only when the disk is all but full. What cannot start is tried
// again every ten seconds, and not after minutes, so that who mends it sees it start.
func kubeletConfig(l layout.Layout, n layout.Node) string {
	cgroupV1 := ""
	if !cgroup.Unified() {
		cgroupV1 = "failCgroupV1: false\n"
	}
	key := func(suffix string) string { return l.Path("pki", n.Name()+suffix) }
	return fmt.Sprintf(`apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: %s
healthzPort: 0
readOnlyPort: 0
authentication:
  anonymous: {enabled: false}
  webhook: {enabled: true}
  x509: {clientCAFile: %q}
authorization: {mode: Webhook}
tlsCertFile: %q
tlsPrivateKeyFile: %q
containerRuntimeEndpoint: unix://%s
cgroupDriver: cgroupfs
cgroupRoot: /%s/%s
%sfailSwapOn: false
clusterDNS: [%s]
clusterDomain: cluster.local
resolvConf: %q
podLogsDir: %q
volumePluginDir: %q
containerLogMaxSize: 10Mi
containerLogMaxFiles: 3
imageGCHighThresholdPercent: 100
makeIPTablesUtilChains: false
evictionHard: {memory.available: 100Mi, nodefs.available: 500Mi, nodefs.inodesFree: "1%%", imagefs.available: 500Mi}
serializeImagePulls: false
syncFrequency: 10s
nodeStatusUpdateFrequency: 5s
nodeLeaseDurationSeconds: 20
shutdownGracePeriod: 0s
featureGates: {KubeletCrashLoopBackOffMax: true}
crashLoopBackOff: {maxContainerRestartPeriod: 10s}
`, n.Address(), l.Path("pki", "ca.crt"), key(".crt"), key(".key"), n.Socket(), cgroup.Parent, n.PodGroup(), cgroupV1,
		layout.DNSService, n.Kept("resolv.conf"), n.Kept("pod-logs"), n.Kept("volume-plugins"))
}
