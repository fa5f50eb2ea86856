// Package api asks the cluster's API server the few things that starting and stopping need.
package api

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
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
			Timeout:   10 * time.Second,
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
		Conditions []condition `json:"conditions"`
	} `json:"status"`
}

func (o object) ready() bool {
	for _, condition := range o.Status.Conditions {
		if condition.Type == "Ready" {
			return condition.Status == "True"
		}
	}
	return false
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
		if node.ready() {
			ready = append(ready, node.Metadata.Name)
		}
	}
	return ready, all, err
}

// ForgetReadiness marks nodes and pods as not ready. After a stop the stored state still calls everything ready, and
// whoever waits for readiness after the next start must not be told so before it is true.
func (c *Client) ForgetReadiness() error {
	nodes, err := c.list("/api/v1/nodes")
	if err != nil {
		return err
	}
	pods, err := c.list("/api/v1/pods")
	if err != nil {
		return err
	}
	var failures []error
	for _, node := range nodes {
		failures = append(failures, c.notReady("/api/v1/nodes/"+node.Metadata.Name, "Ready"))
	}
	for _, pod := range pods {
		if pod.ready() {
			failures = append(failures, c.notReady("/api/v1/namespaces/"+pod.Metadata.Namespace+"/pods/"+pod.Metadata.Name, "Ready", "ContainersReady"))
		}
	}
	return errors.Join(failures...)
}

func (c *Client) notReady(path string, types ...string) error {
	conditions := make([]map[string]string, 0, len(types))
	for _, kind := range types {
		conditions = append(conditions, map[string]string{
			"type": kind, "status": "False", "reason": "ClusterStarting", "message": "the local cluster was stopped",
		})
	}
	body, err := json.Marshal(map[string]any{"status": map[string]any{"conditions": conditions}})
	if err != nil {
		return err
	}
	return c.do(http.MethodPatch, path+"/status", "application/strategic-merge-patch+json", body, nil)
}

// DeleteNode removes a node that this start does not have.
func (c *Client) DeleteNode(name string) error {
	return c.do(http.MethodDelete, "/api/v1/nodes/"+name, "application/json", nil, nil)
}
