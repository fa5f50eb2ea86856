// Package api asks the cluster's API server the few things that starting and stopping need.
package api

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"dev.kintsugi/cluster/internal/layout"
)

// Client speaks as the cluster's administrator.
type Client struct {
	base string
	http *http.Client
}

// Connect reads the administrator's certificate from the cluster's keys; it needs no running server.
func Connect(l layout.Layout) (*Client, error) {
	pair, err := tls.LoadX509KeyPair(l.Path("pki", "admin.crt"), l.Path("pki", "admin.key"))
	if err != nil {
		return nil, err
	}
	authority, err := os.ReadFile(l.Path("pki", "ca.crt"))
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(authority)
	return &Client{
		base: "https://" + l.APIServer(),
		http: &http.Client{
			Timeout:   30 * time.Second,
			Transport: &http.Transport{TLSClientConfig: &tls.Config{Certificates: []tls.Certificate{pair}, RootCAs: pool}},
		},
	}, nil
}

func (c *Client) do(method, path, kind string, body []byte, into any) error {
	request, err := http.NewRequest(method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", kind)
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s", method, path, response.Status)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(content, into)
}

// Ready says whether the API server answers and is ready.
func (c *Client) Ready() bool {
	return c.do(http.MethodGet, "/readyz", "application/json", nil, nil) == nil
}

type condition struct {
	Type   string `json:"type"`
	Status string `json:"status"`
}

type object struct {
	Metadata struct {
		Name      string `json:"name"`
		Namespace string `json:"namespace"`
	} `json:"metadata"`
	Status struct {
		Conditions    []condition `json:"conditions"`
		ReadyReplicas int         `json:"readyReplicas"`
	} `json:"status"`
}

func (o object) has(conditionType string) bool {
	return slices.Contains(o.Status.Conditions, condition{conditionType, "True"})
}

// claims says whether the stored state calls the object, or any part of it, ready.
func (o object) claims() bool {
	return o.Status.ReadyReplicas > 0 || o.has("Ready") || o.has("Available")
}

// path is the object's own path, given the one that lists its kind in every namespace.
func (o object) path(list string) string {
	if o.Metadata.Namespace == "" {
		return list + "/" + o.Metadata.Name
	}
	group, kind := path.Split(list)
	return group + "namespaces/" + o.Metadata.Namespace + "/" + kind + "/" + o.Metadata.Name
}

func (c *Client) list(path string) ([]object, error) {
	var list struct {
		Items []object `json:"items"`
	}
	err := c.do(http.MethodGet, path, "application/json", nil, &list)
	return list.Items, err
}

// ReadyNodes lists the nodes that are ready, and all.
func (c *Client) ReadyNodes() (ready, all []string, err error) {
	nodes, err := c.list("/api/v1/nodes")
	for _, node := range nodes {
		all = append(all, node.Metadata.Name)
		if node.has("Ready") {
			ready = append(ready, node.Metadata.Name)
		}
	}
	return ready, all, err
}

// ForgetReadiness marks nodes, pods and what is made of pods as not ready. After a stop the stored state still calls
// everything ready, and whoever waits for readiness after the next start must not be told so before it is true.
func (c *Client) ForgetReadiness() error {
	noReplicas := map[string]any{"readyReplicas": 0, "availableReplicas": 0}
	for _, kind := range []struct {
		path   string
		status map[string]any
	}{
		{"/api/v1/nodes", notReady("Ready")},
		{"/api/v1/pods", notReady("Ready", "ContainersReady")},
		{"/apis/apps/v1/replicasets", noReplicas},
		{"/apis/apps/v1/statefulsets", noReplicas},
		{"/apis/apps/v1/deployments", merge(noReplicas, notReady("Available"))},
	} {
		body, err := json.Marshal(map[string]any{"status": kind.status})
		if err != nil {
			return err
		}
		objects, err := c.list(kind.path)
		if err != nil {
			return err
		}
		for _, object := range objects {
			if !object.claims() {
				continue
			}
			status := object.path(kind.path) + "/status"
			if err := c.do(http.MethodPatch, status, "application/strategic-merge-patch+json", body, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

func notReady(types ...string) map[string]any {
	conditions := make([]map[string]string, 0, len(types))
	for _, kind := range types {
		conditions = append(conditions, map[string]string{
			"type": kind, "status": "False", "reason": "ClusterStarting", "message": "the local cluster was stopped",
		})
	}
	return map[string]any{"conditions": conditions}
}

func merge(maps ...map[string]any) map[string]any {
	merged := map[string]any{}
	for _, one := range maps {
		for key, value := range one {
			merged[key] = value
		}
	}
	return merged
}

// RunningContainer is the node and the runtime's id of a pod's container; without a name, of the pod's first one.
func (c *Client) RunningContainer(namespace, pod, name string) (node, id string, err error) {
	var found struct {
		Spec struct {
			NodeName string `json:"nodeName"`
		} `json:"spec"`
		Status struct {
			ContainerStatuses []struct {
				Name        string         `json:"name"`
				ContainerID string         `json:"containerID"`
				State       map[string]any `json:"state"`
			} `json:"containerStatuses"`
		} `json:"status"`
	}
	path := "/api/v1/namespaces/" + url.PathEscape(namespace) + "/pods/" + url.PathEscape(pod)
	if err := c.do(http.MethodGet, path, "application/json", nil, &found); err != nil {
		return "", "", err
	}
	for _, container := range found.Status.ContainerStatuses {
		if _, running := container.State["running"]; running && (name == "" || container.Name == name) {
			return found.Spec.NodeName, strings.TrimPrefix(container.ContainerID, "containerd://"), nil
		}
	}
	return "", "", fmt.Errorf("pod %s/%s has no running container %s", namespace, pod, name)
}

// DeleteNode removes a node that this start does not have.
func (c *Client) DeleteNode(name string) error {
	return c.do(http.MethodDelete, "/api/v1/nodes/"+name, "application/json", nil, nil)
}
