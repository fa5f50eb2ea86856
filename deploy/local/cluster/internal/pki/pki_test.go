package pki

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestIssuedCertificatesAreTrustedAfterTheAuthorityIsReadAgain(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	first, err := LoadAuthority(dir, "ca", now)
	if err != nil {
		t.Fatal(err)
	}
	second, err := LoadAuthority(dir, "ca", now.AddDate(1, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	pair, err := second.Issue(Subject{Name: "system:node:node1", Groups: []string{"system:nodes"}, Addresses: []string{"10.245.0.1"}})
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := tls.X509KeyPair(pair.Certificate, pair.Key)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(first.Certificate())
	_, err = loaded.Leaf.Verify(x509.VerifyOptions{
		Roots: pool, DNSName: "10.245.0.1", CurrentTime: now.AddDate(2, 0, 0),
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	if err != nil {
		t.Error(err)
	}
	if loaded.Leaf.Subject.Organization[0] != "system:nodes" {
		t.Errorf("groups are %v", loaded.Leaf.Subject.Organization)
	}
}

func TestAuthoritiesDoNotVouchForEachOther(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	cluster, err := LoadAuthority(dir, "ca", now)
	if err != nil {
		t.Fatal(err)
	}
	store, err := LoadAuthority(dir, "etcd-ca", now)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := cluster.Issue(Subject{Name: "system:node:node1"})
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := tls.X509KeyPair(pair.Certificate, pair.Key)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(store.Certificate())
	if _, err := loaded.Leaf.Verify(x509.VerifyOptions{Roots: pool, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}); err == nil {
		t.Error("the store's authority vouches for a node of the cluster")
	}
}

func TestDamagedAuthorityIsNamed(t *testing.T) {
	dir := t.TempDir()
	if _, err := LoadAuthority(dir, "ca", time.Now()); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "ca.crt")
	if err := os.WriteFile(file, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadAuthority(dir, "ca", time.Now()); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("the message is %v", err)
	}
}
