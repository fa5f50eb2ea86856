package image

import (
	"archive/tar"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestNormalizeWritesReferencesAsContainerdStoresThem(t *testing.T) {
	for reference, want := range map[string]string{
		"base":                            "docker.io/library/base:latest",
		"kintsugi/node:dev":               "docker.io/kintsugi/node:dev",
		"kintsugi.local/pause:1":          "kintsugi.local/pause:1",
		"localhost/a/b":                   "localhost/a/b:latest",
		"registry.example:5000/team/node": "registry.example:5000/team/node:latest",
	} {
		if got := normalize(reference); got != want {
			t.Errorf("normalize(%q) = %q, want %q", reference, got, want)
		}
	}
}

func TestArchiveSaysWhatItHolds(t *testing.T) {
	archive, err := Inspect(write(t, "one", Config{User: "65532"}))
	if err != nil {
		t.Fatal(err)
	}
	if len(archive.References) != 1 || archive.References[0] != "kintsugi.local/test:1" {
		t.Errorf("references are %v", archive.References)
	}
}

func TestIdentityFollowsContentAndConfigurationOnly(t *testing.T) {
	identity := func(content string, config Config) string {
		archive, err := Inspect(write(t, content, config))
		if err != nil {
			t.Fatal(err)
		}
		return archive.Identity
	}
	first := identity("one", Config{})
	if again := identity("one", Config{}); again != first {
		t.Error("the same image has two identities")
	}
	if identity("two", Config{}) == first {
		t.Error("another layer has the same identity")
	}
	if identity("one", Config{User: "1"}) == first {
		t.Error("another configuration has the same identity")
	}
}

func TestIdentityReadsConfigurationsThatShareAName(t *testing.T) {
	manifest := []byte(`[{"Config":"config.json","RepoTags":["a/b:1"],"Layers":[]}]`)
	one, err := describe("one", map[string][]byte{"manifest.json": manifest, "config.json": []byte(`{"a":1}`)})
	if err != nil {
		t.Fatal(err)
	}
	two, err := describe("two", map[string][]byte{"manifest.json": manifest, "config.json": []byte(`{"a":2}`)})
	if err != nil {
		t.Fatal(err)
	}
	if one.Identity == two.Identity {
		t.Error("two images whose configurations differ have one identity")
	}
}

func TestFilesThatAreNoImagesAreNamed(t *testing.T) {
	text := filepath.Join(t.TempDir(), "notes.txt")
	if err := os.WriteFile(text, bytes.Repeat([]byte("not a tar "), 200), 0o600); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(t.TempDir(), "empty.tar")
	if err := os.WriteFile(empty, make([]byte, 1024), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{text, empty, filepath.Join(t.TempDir(), "absent.tar")} {
		if _, err := Inspect(file); err == nil || !strings.Contains(err.Error(), filepath.Base(file)) {
			t.Errorf("Inspect(%s) says %v", file, err)
		}
	}
}

func write(t *testing.T, content string, config Config) string {
	t.Helper()
	var layer bytes.Buffer
	archive := tar.NewWriter(&layer)
	if err := addEntry(archive, "file", int64(len(content)), strings.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "layer.tar"), layer.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "image.tar")
	if err := WriteArchive(file, "kintsugi.local/test:1", config, filepath.Join(dir, "layer.tar")); err != nil {
		t.Fatal(err)
	}
	return file
}
