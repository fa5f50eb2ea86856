package image

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"dev.kintsugi/cluster/internal/host"
)

const (
	suite        = "bookworm"
	baseName     = "kintsugi.local/base:1"
	javaRelease  = 25
	basePackages = "ca-certificates,libgomp1,libstdc++6"
	javaModules  = "java.base,java.compiler,java.datatransfer,java.desktop,java.instrument,java.logging,java.management," +
		"java.management.rmi,java.naming,java.net.http,java.prefs,java.rmi,java.scripting,java.security.jgss," +
		"java.security.sasl,java.sql,java.sql.rowset,java.transaction.xa,java.xml,java.xml.crypto,jdk.attach," +
		"jdk.crypto.cryptoki,jdk.dynalink,jdk.httpserver,jdk.jcmd,jdk.jfr,jdk.localedata,jdk.management," +
		"jdk.management.agent,jdk.management.jfr,jdk.naming.dns,jdk.net,jdk.security.auth,jdk.unsupported,jdk.zipfs"
)

// trimmed is what a running service never reads.
var trimmed = []string{
	"var/lib/apt/lists", "var/cache/apt", "var/cache/debconf", "var/log", "usr/share/doc", "usr/share/man",
	"usr/share/info", "usr/share/locale", "usr/share/lintian", "usr/share/bash-completion", "usr/share/zoneinfo/right",
	"usr/share/zoneinfo/posix", "dev", "tmp",
}

// Base is the image that the services' images start from: a small Debian and a Java runtime.
type Base struct {
	Cache    string
	JavaHome string
	Say      func(string, ...any)
}

// Ensure makes the image unless one of the same ingredients is in the cache, and returns its file.
func (b Base) Ensure() (string, error) {
	version, err := b.javaVersion()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{"1", suite, basePackages, javaModules, version, strings.Join(trimmed, ",")}, "\n")))
	file := filepath.Join(b.Cache, "base-image", hex.EncodeToString(sum[:8])+".tar")
	if _, err := os.Stat(file); err == nil {
		return file, nil
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return "", err
	}
	lock, err := os.OpenFile(filepath.Join(filepath.Dir(file), ".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", err
	}
	if _, err := os.Stat(file); err == nil {
		return file, nil
	}
	return file, b.build(file)
}

func (b Base) javaVersion() (string, error) {
	release, err := os.ReadFile(filepath.Join(b.JavaHome, "release"))
	if err != nil {
		return "", fmt.Errorf("JAVA_HOME=%q is not a JDK: the base image needs the JDK %d or later that JAVA_HOME names", b.JavaHome, javaRelease)
	}
	_, version, _ := strings.Cut(string(release), `JAVA_VERSION="`)
	major := 0
	if _, err := fmt.Sscanf(version, "%d", &major); err != nil || major < javaRelease {
		return "", fmt.Errorf("JAVA_HOME=%q is not a JDK %d or later", b.JavaHome, javaRelease)
	}
	if _, err := os.Stat(filepath.Join(b.JavaHome, "bin", "jlink")); err != nil {
		return "", fmt.Errorf("JAVA_HOME=%q has no jlink: a whole JDK %d is needed, not only a runtime", b.JavaHome, javaRelease)
	}
	return string(release), nil
}

func (b Base) build(file string) error {
	if os.Geteuid() != 0 {
		return errors.New("making the images' base (debootstrap) needs root; run this once as root, or `make up CLUSTER=none`, which needs no images")
	}
	if err := host.InstallBaseImagePackages(b.Say); err != nil {
		return err
	}
	scratch, err := os.MkdirTemp(filepath.Dir(file), ".draft-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	system, java := filepath.Join(scratch, "system"), filepath.Join(scratch, "java")
	if err := b.shown("a small Debian (about half a minute)", func() error { return b.debian(system) }); err != nil {
		return err
	}
	link := func() error { return b.runtime(filepath.Join(java, "opt", "java")) }
	if err := b.shown("a Java runtime (some seconds)", link); err != nil {
		return err
	}
	var layers []string
	for _, directory := range []string{system, java} {
		layer := directory + ".tar"
		if err := step("tar", "--sort=name", "--mtime=@0", "--numeric-owner", "--owner=0", "--group=0", "-C", directory, "-cf", layer, "."); err != nil {
			return err
		}
		layers = append(layers, layer)
	}
	config := Config{
		Env:        []string{"PATH=/opt/java/bin:/usr/local/bin:/usr/bin:/bin", "JAVA_HOME=/opt/java", "LANG=C.UTF-8"},
		User:       "65532:65532",
		WorkingDir: "/",
	}
	return WriteArchive(file, baseName, config, layers...)
}

// shown tells a person now and then that the work goes on.
func (b Base) shown(what string, work func() error) error {
	b.Say("making the images' base: %s", what)
	done := make(chan error)
	go func() { done <- work() }()
	ticker := time.NewTicker(15 * time.Second)
	defer ticker.Stop()
	for {
		select {
		case err := <-done:
			return err
		case <-ticker.C:
			b.Say("making the images' base: still at it")
		}
	}
}

func (b Base) debian(directory string) error {
	if err := step("debootstrap", "--force-check-gpg", "--keyring="+host.DebianKeys, "--variant=minbase", "--include="+basePackages, suite, directory); err != nil {
		return fmt.Errorf("%w\n(debootstrap takes Debian's packages from the network)", err)
	}
	for _, part := range trimmed {
		if err := os.RemoveAll(filepath.Join(directory, part)); err != nil {
			return err
		}
	}
	for part, mode := range map[string]os.FileMode{"dev": 0o755, "tmp": 0o777 | os.ModeSticky, "var/log": 0o755, "home/kintsugi": 0o777} {
		path := filepath.Join(directory, part)
		if err := os.MkdirAll(path, 0o755); err != nil {
			return err
		}
		if err := os.Chmod(path, mode); err != nil {
			return err
		}
	}
	for file, line := range map[string]string{
		"passwd": "kintsugi:x:65532:65532::/home/kintsugi:/usr/sbin/nologin\n",
		"group":  "kintsugi:x:65532:\n",
	} {
		if err := appendTo(filepath.Join(directory, "etc", file), line); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(directory, "etc", "hostname"), nil, 0o644)
}

func (b Base) runtime(directory string) error {
	if err := os.MkdirAll(filepath.Dir(directory), 0o755); err != nil {
		return err
	}
	return step(filepath.Join(b.JavaHome, "bin", "jlink"), "--add-modules", javaModules, "--no-header-files", "--no-man-pages",
		"--generate-cds-archive", "--output", directory)
}

func appendTo(file, line string) error {
	opened, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer opened.Close()
	_, err = opened.WriteString(line)
	return err
}

func step(program string, arguments ...string) error {
	output, err := exec.Command(program, arguments...).CombinedOutput()
	if err != nil {
		text := strings.TrimSpace(string(output))
		return fmt.Errorf("%s failed (%w); the end of its output:\n%s", filepath.Base(program), err, text[max(0, len(text)-1500):])
	}
	return nil
}
