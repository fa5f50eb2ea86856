// Package network gives the cluster its addresses on this machine and takes them away again: one bridge that holds the
// nodes' addresses, and one nft table. Pods get routed point-to-point links, so no bridge carries traffic.
package network

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"dev.kintsugi/cluster/internal/layout"
)

const (
	table   = "kintsugi"
	comment = "kintsugi-cluster"
)

// rules keep other machines away from the cluster's addresses, which this machine would route for them, and let pods
// out with the machine's own address.
const rules = `
table ip ` + table + ` {
	chain guard {
		type filter hook prerouting priority -150; policy accept;
		iifname != "lo" ip daddr { ` + layout.PodNetwork + `, ` + layout.NodeNetwork + `, ` + layout.ServiceRange + ` } ip saddr != { ` + layout.PodNetwork + `, ` + layout.NodeNetwork + ` } ct direction original drop
	}
	chain leave {
		type nat hook postrouting priority 100; policy accept;
		ip saddr ` + layout.PodNetwork + ` ip daddr != { ` + layout.PodNetwork + `, ` + layout.NodeNetwork + `, ` + layout.ServiceRange + ` } masquerade
	}
}
`

// Up makes the bridge, addresses, routes and rules; it may be called again on a running cluster.
func Up() error {
	if !exists(layout.Bridge) {
		if err := run("ip", "link", "add", layout.Bridge, "type", "bridge"); err != nil {
			return err
		}
	}
	for number := 1; number <= layout.MaxNodes; number++ {
		if err := run("ip", "address", "replace", fmt.Sprintf("10.245.0.%d/32", number), "dev", layout.Bridge); err != nil {
			return err
		}
	}
	if err := run("ip", "link", "set", layout.Bridge, "up"); err != nil {
		return err
	}
	// Without it a machine that has no default route could not reach a Service.
	if err := run("ip", "route", "replace", layout.ServiceRange, "dev", layout.Bridge, "src", layout.HostAddress); err != nil {
		return err
	}
	// The address of a pod that is gone leads nowhere: the machine's default route would take it to a stranger who answers.
	if err := run("ip", "route", "replace", layout.PodNetwork, "dev", layout.Bridge); err != nil {
		return err
	}
	_ = exec.Command("nft", "delete", "table", "ip", table).Run()
	nft := exec.Command("nft", "-f", "-")
	nft.Stdin = strings.NewReader(rules)
	if output, err := nft.CombinedOutput(); err != nil {
		return fmt.Errorf("nft refuses the cluster's rules (does the kernel have nftables with NAT?): %s", strings.TrimSpace(string(output)))
	}
	return openFirewall()
}

// Overlap names a network of this machine that the cluster's fixed addresses would hide.
func Overlap() error {
	for _, network := range []string{layout.PodNetwork, "10.245.0.0/16", layout.ServiceRange} {
		output, _ := exec.Command("ip", "-4", "route", "show", "root", network).Output()
		for line := range strings.Lines(string(output)) {
			if strings.Contains(line, "dev "+layout.Bridge) || strings.Contains(line, "dev veth") {
				continue
			}
			return fmt.Errorf("this machine has a route inside the cluster's network %s: %s; the local cluster cannot run beside it",
				network, strings.TrimSpace(line))
		}
	}
	return nil
}

// passes are what a machine that drops by default, as container engines and firewalls make it, must let through.
var passes = [][]string{
	{"FORWARD", "-s", layout.PodNetwork},
	{"FORWARD", "-d", layout.PodNetwork},
	{"INPUT", "-s", layout.PodNetwork},
}

func passesFirewall(change, chain, direction, network string) []string {
	return []string{"-w", "5", change, chain, direction, network, "-m", "comment", "--comment", comment, "-j", "ACCEPT"}
}

// openFirewall adds the passes where the chain's policy is to drop.
func openFirewall() error {
	if _, err := exec.LookPath("iptables"); err != nil {
		return nil
	}
	closeFirewall()
	for _, pass := range passes {
		policy, err := exec.Command("iptables", "-w", "5", "-S", pass[0]).Output()
		if err != nil || !strings.HasPrefix(string(policy), "-P "+pass[0]+" DROP") {
			continue
		}
		if err := run("iptables", passesFirewall("-I", pass[0], pass[1], pass[2])...); err != nil {
			return err
		}
	}
	return nil
}

func closeFirewall() {
	if _, err := exec.LookPath("iptables"); err != nil {
		return
	}
	for _, pass := range passes {
		for exec.Command("iptables", passesFirewall("-D", pass[0], pass[1], pass[2])...).Run() == nil {
		}
	}
}

// Down removes everything that Up and kube-proxy made.
func Down() error {
	awaitPodLinks()
	var failures []error
	for _, name := range tables() {
		failures = append(failures, run("nft", append([]string{"delete", "table"}, strings.Fields(name)...)...))
	}
	closeFirewall()
	if exists(layout.Bridge) {
		failures = append(failures, run("ip", "link", "delete", layout.Bridge))
	}
	return errors.Join(failures...)
}

// Leftovers lists what of the cluster's network is there.
func Leftovers() []string {
	var found []string
	if exists(layout.Bridge) {
		found = append(found, "interface "+layout.Bridge)
	}
	for _, name := range tables() {
		found = append(found, "nft table "+name)
	}
	routes, _ := exec.Command("ip", "-4", "route", "show").Output()
	for line := range strings.Lines(string(routes)) {
		for _, prefix := range []string{"10.244.", "10.245.", "10.96."} {
			if strings.HasPrefix(line, prefix) {
				found = append(found, "route "+strings.TrimSpace(line))
			}
		}
	}
	for _, link := range podLinks() {
		found = append(found, "interface "+link)
	}
	// iptables is a face of nft on every current distribution, so the one listing shows the rules of both.
	ruleset, _ := exec.Command("nft", "list", "ruleset").Output()
	for line := range strings.Lines(string(ruleset)) {
		if strings.Contains(line, comment) || strings.Contains(line, "chain KUBE-") {
			found = append(found, "firewall rule "+strings.TrimSpace(line))
		}
	}
	return found
}

// podLinks are the host's ends of the links to pods, with their addresses.
func podLinks() []string {
	addresses, _ := exec.Command("ip", "-4", "-o", "address", "show").Output()
	var found []string
	for line := range strings.Lines(string(addresses)) {
		if strings.Contains(line, "inet 10.244.") {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return found
}

// awaitPodLinks gives the kernel time: it takes a link away some moments after the last process and the last mount of
// the pod's namespace are gone.
func awaitPodLinks() {
	for deadline := time.Now().Add(30 * time.Second); len(podLinks()) > 0 && time.Now().Before(deadline); {
		time.Sleep(50 * time.Millisecond)
	}
}

// tables are the nft tables of the cluster that exist, as "family name".
func tables() []string {
	output, err := exec.Command("nft", "list", "tables").Output()
	if err != nil {
		return nil
	}
	var found []string
	for line := range strings.Lines(string(output)) {
		name := strings.TrimPrefix(strings.TrimSpace(line), "table ")
		if strings.HasSuffix(name, " "+table) || strings.HasSuffix(name, " kube-proxy") {
			found = append(found, name)
		}
	}
	return found
}

// ProxyTables says whether a kube-proxy left, or works with, tables on this machine.
func ProxyTables() bool {
	for _, name := range tables() {
		if strings.HasSuffix(name, "kube-proxy") {
			return true
		}
	}
	return false
}

func exists(link string) bool {
	_, err := os.Stat(filepath.Join("/sys/class/net", link))
	return err == nil
}

func run(program string, arguments ...string) error {
	output, err := exec.Command(program, arguments...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %s", program, strings.Join(arguments, " "), strings.TrimSpace(string(output)))
	}
	return nil
}
