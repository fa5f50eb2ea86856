// Package image makes, inspects and loads container images without a registry.
package image

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
)

// Config is the part of an image's configuration that this cluster's own images need.
type Config struct {
	Entrypoint []string `json:"Entrypoint,omitempty"`
	Env        []string `json:"Env,omitempty"`
	User       string   `json:"User,omitempty"`
	WorkingDir string   `json:"WorkingDir,omitempty"`
}

// WriteArchive writes the layers, each a tar file, as an image in the format of `docker save`.
func WriteArchive(file, reference string, config Config, layers ...string) error {
	var diffIDs, names []string
	for _, layer := range layers {
		digest, err := fileDigest(layer)
		if err != nil {
			return err
		}
		diffIDs = append(diffIDs, "sha256:"+digest)
		names = append(names, digest+"/layer.tar")
	}
	described, err := json.Marshal(map[string]any{
		"architecture": runtime.GOARCH,
		"os":           "linux",
		"config":       config,
		"rootfs":       map[string]any{"type": "layers", "diff_ids": diffIDs},
	})
	if err != nil {
		return err
	}
	sum := sha256.Sum256(described)
	configName := hex.EncodeToString(sum[:]) + ".json"
	manifest, err := json.Marshal([]map[string]any{{"Config": configName, "RepoTags": []string{reference}, "Layers": names}})
	if err != nil {
		return err
	}
	draft := file + ".draft"
	out, err := os.Create(draft)
	if err != nil {
		return err
	}
	defer os.Remove(draft)
	defer out.Close()
	archive := tar.NewWriter(out)
	// The descriptions go first, so that whoever asks what the archive holds need not read its layers.
	if err := addEntry(archive, "manifest.json", int64(len(manifest)), bytes.NewReader(manifest)); err != nil {
		return err
	}
	if err := addEntry(archive, configName, int64(len(described)), bytes.NewReader(described)); err != nil {
		return err
	}
	for i, layer := range layers {
		if err := addFile(archive, names[i], layer); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return os.Rename(draft, file)
}

func addFile(archive *tar.Writer, name, source string) error {
	content, err := os.Open(source)
	if err != nil {
		return err
	}
	defer content.Close()
	info, err := content.Stat()
	if err != nil {
		return err
	}
	return addEntry(archive, name, info.Size(), content)
}

func addEntry(archive *tar.Writer, name string, size int64, content io.Reader) error {
	if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: size, Format: tar.FormatGNU}); err != nil {
		return err
	}
	_, err := io.Copy(archive, content)
	return err
}

func fileDigest(file string) (string, error) {
	content, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer content.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, content); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// writePause makes the image that every pod's first container runs.
func writePause(program, file, reference string) error {
	scratch, err := os.MkdirTemp(filepath.Dir(file), ".pause-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	content, err := os.ReadFile(program)
	if err != nil {
		return err
	}
	layer, err := os.Create(filepath.Join(scratch, "layer.tar"))
	if err != nil {
		return err
	}
	defer layer.Close()
	archive := tar.NewWriter(layer)
	if err := archive.WriteHeader(&tar.Header{Name: "pause", Mode: 0o755, Size: int64(len(content)), Format: tar.FormatGNU}); err != nil {
		return err
	}
	if _, err := archive.Write(content); err != nil {
		return err
	}
	if err := archive.Close(); err != nil {
		return err
	}
	if err := WriteArchive(file, reference, Config{Entrypoint: []string{"/pause"}, User: "65535:65535"}, layer.Name()); err != nil {
		return fmt.Errorf("cannot make the pause image: %w", err)
	}
	return nil
}
