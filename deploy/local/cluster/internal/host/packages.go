package host

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// need is a program and the package of Debian and Ubuntu that has it.
type need struct{ program, pkg string }

var clusterNeeds = []need{
	{"containerd", "containerd"}, {"containerd-shim-runc-v2", "containerd"}, {"ctr", "containerd"},
	{"runc", "runc"}, {"nft", "nftables"}, {"ip", "iproute2"},
}

var cniDirectories = []string{"/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni"}

// CNIDirectory is where the network plugins lie; empty where they are not installed.
func CNIDirectory() string {
	for _, directory := range cniDirectories {
		if _, err := os.Stat(filepath.Join(directory, "ptp")); err == nil {
			return directory
		}
	}
	return ""
}

// InstallClusterPackages installs what the cluster needs and this machine lacks.
func InstallClusterPackages(say func(string, ...any)) error {
	var missing []string
	for _, need := range clusterNeeds {
		if _, err := exec.LookPath(need.program); err != nil {
			missing = append(missing, need.pkg)
		}
	}
	if CNIDirectory() == "" {
		missing = append(missing, "containernetworking-plugins")
	}
	return install(missing, say)
}

// DebianKeys is what Debian's packages are checked against; on other distributions it comes with a package.
const DebianKeys = "/usr/share/keyrings/debian-archive-keyring.gpg"

// InstallBaseImagePackages installs what the images' base is made with and this machine lacks.
func InstallBaseImagePackages(say func(string, ...any)) error {
	var missing []string
	for _, program := range []string{"debootstrap", "tar"} {
		if _, err := exec.LookPath(program); err != nil {
			missing = append(missing, program)
		}
	}
	if _, err := os.Stat(DebianKeys); err != nil {
		missing = append(missing, "debian-archive-keyring")
	}
	return install(missing, say)
}

func install(packages []string, say func(string, ...any)) error {
	slices.Sort(packages)
	packages = slices.Compact(packages)
	if len(packages) == 0 {
		return nil
	}
	command := "apt-get install -y --no-install-recommends " + strings.Join(packages, " ")
	if _, err := exec.LookPath("apt-get"); err != nil {
		return fmt.Errorf("these packages are missing (Debian's names), and there is no apt-get to install them with: %s",
			strings.Join(packages, ", "))
	}
	if os.Geteuid() != 0 {
		return fmt.Errorf("packages are missing; install them as root: %s", command)
	}
	say("installing %s", strings.Join(packages, ", "))
	restore, err := keepServicesStopped()
	if err != nil {
		return err
	}
	defer restore()
	// Nothing may be removed: Debian's containerd conflicts with the one that Docker ships.
	arguments := append([]string{"install", "-y", "--no-install-recommends", "--no-remove"}, packages...)
	if lists, _ := filepath.Glob("/var/lib/apt/lists/*_Packages*"); len(lists) == 0 {
		if output, err := apt("update"); err != nil {
			return fmt.Errorf("`apt-get update` failed:\n%s", output)
		}
	}
	output, err := apt(arguments...)
	if err != nil {
		_, _ = apt("update")
		output, err = apt(arguments...)
	}
	if err != nil {
		return fmt.Errorf("`%s` failed; the end of its output:\n%s", command, output)
	}
	if slices.Contains(packages, "containerd") {
		_ = exec.Command("systemctl", "disable", "--now", "containerd").Run()
	}
	return nil
}

func apt(arguments ...string) (string, error) {
	command := exec.Command("apt-get", append([]string{"-q", "-o", "DPkg::Lock::Timeout=120"}, arguments...)...)
	command.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	output, err := command.CombinedOutput()
	text := string(output)
	return text[max(0, len(text)-1500):], err
}

// keepServicesStopped tells Debian's scripts not to start the services of what is being installed.
func keepServicesStopped() (restore func(), err error) {
	const policy = "/usr/sbin/policy-rc.d"
	if _, err := os.Lstat(policy); err == nil {
		return func() {}, nil
	}
	if err := os.WriteFile(policy, []byte("#!/bin/sh\nexit 101\n"), 0o755); err != nil {
		return nil, errors.Join(errors.New("cannot keep installed services from starting"), err)
	}
	return func() { _ = os.Remove(policy) }, nil
}
