package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/spf13/cobra"
	noop "go.opentelemetry.io/otel/trace/noop"
	cri "k8s.io/cri-api/pkg/apis"
	"k8s.io/cri-api/pkg/apis/runtime/v1"
	remote "k8s.io/cri-client/pkg"
	"k8s.io/klog/v2"
)

// newStopPodsCommand ends the pods of a node whose kubelet is stopped: the distribution's containerd comes without a
// client that can do it, and a pod that is only killed leaves its network behind.
func newStopPodsCommand() *cobra.Command {
	var endpoint string
	var grace, limit time.Duration
	command := &cobra.Command{
		Use:   "stop-pods",
		Short: "Stops and removes every pod of one container runtime",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			ctx, cancel := context.WithTimeout(context.Background(), limit)
			defer cancel()
			logger := klog.Background()
			runtime, err := remote.NewRemoteRuntimeService(endpoint, limit, noop.NewTracerProvider(), &logger)
			if err != nil {
				return err
			}
			return stopPods(ctx, runtime, grace)
		},
	}
	command.Flags().StringVar(&endpoint, "runtime-endpoint", "", "address of the container runtime, unix:///…")
	command.Flags().DurationVar(&grace, "grace", 8*time.Second, "time a container has between SIGTERM and SIGKILL")
	command.Flags().DurationVar(&limit, "limit", 20*time.Second, "time for everything")
	return command
}

func stopPods(ctx context.Context, runtime cri.RuntimeService, grace time.Duration) error {
	running := &v1.ContainerFilter{State: &v1.ContainerStateValue{State: v1.ContainerState_CONTAINER_RUNNING}}
	containers, err := runtime.ListContainers(ctx, running)
	if err != nil {
		return err
	}
	stopped := inParallel(containers, func(c *v1.Container) error {
		return runtime.StopContainer(ctx, c.Id, int64(grace.Seconds()))
	})
	sandboxes, err := runtime.ListPodSandbox(ctx, nil)
	if err != nil {
		return errors.Join(stopped, err)
	}
	return errors.Join(stopped, inParallel(sandboxes, func(s *v1.PodSandbox) error {
		if err := runtime.StopPodSandbox(ctx, s.Id); err != nil {
			return err
		}
		return runtime.RemovePodSandbox(ctx, s.Id)
	}))
}

func inParallel[T any](items []T, work func(T) error) error {
	failures := make([]error, len(items))
	var all sync.WaitGroup
	for i, item := range items {
		all.Add(1)
		go func() {
			defer all.Done()
			failures[i] = work(item)
		}()
	}
	all.Wait()
	return errors.Join(failures...)
}
