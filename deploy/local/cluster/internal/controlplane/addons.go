package controlplane

import (
	_ "embed"
	"fmt"
	"os"
	"strings"

	"dev.kintsugi/cluster/internal/layout"
)

//go:embed addons.yaml
var addons string

// writeCorefile answers for the cluster's names, and passes others on where this machine has a name server itself.
func writeCorefile(l layout.Layout) error {
	forward := ""
	if resolver, err := os.ReadFile("/etc/resolv.conf"); err == nil && strings.Contains("\n"+string(resolver), "\nnameserver") {
		forward = "    forward . /etc/resolv.conf\n"
	}
	corefile := fmt.Sprintf(`.:%d {
    bind %s
    errors
    cache 30 {
        disable success cluster.local
        disable denial cluster.local
    }
    kubernetes cluster.local in-addr.arpa {
        kubeconfig %s
        ttl 5
    }
%s}
`, layout.DNSPort, layout.HostAddress, l.Path("pki", "coredns.kubeconfig"), forward)
	if err := os.MkdirAll(l.Path("etc"), 0o700); err != nil {
		return err
	}
	return os.WriteFile(l.Path("etc", "Corefile"), []byte(corefile), 0o600)
}
