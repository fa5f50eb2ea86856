// Command kintsugi-cluster runs a real Kubernetes of one or two nodes on this machine, without Docker or a registry.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"dev.kintsugi/cluster/internal/host"
	"dev.kintsugi/cluster/internal/image"
	"dev.kintsugi/cluster/internal/layout"
)

const usage = `kintsugi-cluster: a real Kubernetes on this machine (Linux, root)

  up                  start it, or what of it does not run; NODES=2 for a second node
  down                stop it; nothing of it stays on the machine but its state
  clean               down, and remove its state
  status              what runs; exit 1 unless everything does
  status --leftovers  what of it is on the machine; exit 1 if anything is
  load FILE.tar …     put images into every node (docker save or OCI layout); what is there is skipped
  kill-node N         end node N as a power cut would
  restore-node N      start node N again
  kill-container NAMESPACE POD [CONTAINER]
                      end a container's first process with SIGKILL, which no process inside can do
  stop-apiserver      stop the API server only
  start-apiserver     start it again
  base-image          make the base of the services' images if needed, print its file
  kubeconfig          print the kubeconfig's file

Environment:
  NODES                                1 (default) or 2
  KINTSUGI_CLUSTER_DIR                 state; default ~/.local/state/kintsugi/cluster
  KINTSUGI_CLUSTER_UNSAFE_NO_FSYNC=1   etcd does not wait for the disk; for tests only
  KINTSUGI_CACHE                       built programs; default ~/.cache/kintsugi
`

func main() {
	if len(os.Args) < 2 || os.Args[1] == "--help" || os.Args[1] == "-h" || os.Args[1] == "help" {
		fmt.Print(usage)
		return
	}
	if err := dispatch(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintf(os.Stderr, "kintsugi-cluster %s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
}

var started = time.Now()

func say(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, "  %5.1f s  %s\n", time.Since(started).Seconds(), fmt.Sprintf(format, arguments...))
}

func dispatch(command string, arguments []string) error {
	l, err := layout.FromEnvironment()
	if err != nil {
		return err
	}
	if err := checkArguments(command, arguments); err != nil {
		return err
	}
	switch command {
	case "kubeconfig":
		fmt.Println(l.Kubeconfig())
		return nil
	case "base-image":
		return baseImage(l)
	}
	if os.Geteuid() != 0 {
		return errors.New("the local cluster needs root, for it makes containers and networks; " +
			"without root there is `make up CLUSTER=none`")
	}
	switch command {
	case "status":
		if len(arguments) > 0 {
			return leftovers(l)
		}
		return status(l)
	case "kill-container":
		return running(l, func(*host.Record) error { return killContainer(l, append(arguments, "")) })
	case "load":
		return running(l, func(record *host.Record) error { return load(l, record, arguments) })
	}
	release, err := host.Lock(func() { say("waiting for another kintsugi-cluster command to finish") })
	if err != nil {
		return err
	}
	defer release()
	return change(l, command, arguments)
}

func checkArguments(command string, arguments []string) error {
	least, most := 0, 0
	switch command {
	case "kill-node", "restore-node":
		least, most = 1, 1
	case "kill-container":
		least, most = 2, 3
	case "load":
		least, most = 1, len(arguments)
	case "status":
		if len(arguments) == 1 && arguments[0] == "--leftovers" {
			return nil
		}
	}
	if len(arguments) < least || len(arguments) > most {
		return fmt.Errorf("takes other arguments than %q; see --help", arguments)
	}
	return nil
}

func change(l layout.Layout, command string, arguments []string) error {
	switch command {
	case "up":
		return up(l)
	case "down":
		return down(l)
	case "clean":
		return clean(l)
	case "kill-node":
		return onNode(l, arguments[0], killNode)
	case "restore-node":
		return onNode(l, arguments[0], restoreNode)
	case "stop-apiserver":
		return running(l, func(*host.Record) error { return stopAPIServer() })
	case "start-apiserver":
		return running(l, func(*host.Record) error { return startAPIServer(l) })
	default:
		return errors.New("there is no such command; see --help")
	}
}

// running hands over the record of this cluster, or says which other one runs.
func running(l layout.Layout, work func(*host.Record) error) error {
	record, err := host.Current()
	switch {
	case err != nil:
		return err
	case record == nil:
		return errors.New("the cluster does not run; start it with `kintsugi-cluster up`")
	case record.State != l.State:
		return anotherRuns(record)
	}
	return work(record)
}

func anotherRuns(record *host.Record) error {
	return fmt.Errorf("a cluster with its state in %[1]s runs on this machine, and one machine carries one; "+
		"stop it with `KINTSUGI_CLUSTER_DIR=%[1]s kintsugi-cluster down`", record.State)
}

func onNode(l layout.Layout, number string, work func(layout.Layout, layout.Node) error) error {
	return running(l, func(record *host.Record) error {
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 || n > record.Nodes {
			return fmt.Errorf("there is no node %q; the cluster has the nodes 1 to %d", number, record.Nodes)
		}
		return work(l, l.Node(n))
	})
}

func load(l layout.Layout, record *host.Record, files []string) error {
	var archives []image.Archive
	for _, file := range files {
		archive, err := image.Inspect(file)
		if err != nil {
			return err
		}
		archives = append(archives, archive)
	}
	var work []func() error
	for number := 1; number <= record.Nodes; number++ {
		work = append(work, func() error { return loadInto(l.Node(number), archives) })
	}
	return together(work...)
}

func loadInto(n layout.Node, archives []image.Archive) error {
	for _, archive := range archives {
		loaded, err := image.Load(n, archive)
		if err != nil {
			return err
		}
		if loaded {
			say("%s loaded into %s", filepath.Base(archive.File), n.Name())
		} else {
			say("%s is in %s already", filepath.Base(archive.File), n.Name())
		}
	}
	return nil
}

func baseImage(l layout.Layout) error {
	// This program lies in <cache>/cluster/<hash>/bin.
	cache := filepath.Dir(filepath.Dir(filepath.Dir(l.Tools)))
	file, err := image.Base{Cache: cache, JavaHome: os.Getenv("JAVA_HOME"), Say: say}.Ensure()
	if err != nil {
		return err
	}
	fmt.Println(file)
	return nil
}
