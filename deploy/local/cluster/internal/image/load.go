package image

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"dev.kintsugi/cluster/internal/layout"
)

// Archive is what an image file says about itself.
type Archive struct {
	File string
	// Identity changes with any change of the images in the file.
	Identity string
	// References are the names the images get, with the registry's part; empty where the file does not say.
	References []string
}

// Inspect reads the descriptions in a file of `docker save` or of the OCI layout, not its layers.
func Inspect(file string) (Archive, error) {
	content, err := os.Open(file)
	if err != nil {
		return Archive{}, err
	}
	defer content.Close()
	small := map[string][]byte{}
	for reader := tar.NewReader(content); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Archive{}, fmt.Errorf("%s is not an image file (a tar of `docker save` or of the OCI layout): %w", file, err)
		}
		if name := filepath.Clean(header.Name); strings.HasSuffix(name, ".json") && header.Size < 4<<20 {
			if small[name], err = io.ReadAll(reader); err != nil {
				return Archive{}, err
			}
		}
	}
	return describe(file, small)
}

func describe(file string, small map[string][]byte) (Archive, error) {
	archive := Archive{File: file}
	hash := sha256.New()
	if index, ok := small["index.json"]; ok {
		hash.Write(index)
	}
	if manifest, ok := small["manifest.json"]; ok {
		hash.Write(manifest)
		var images []struct {
			Config   string
			RepoTags []string
		}
		if err := json.Unmarshal(manifest, &images); err != nil {
			return archive, fmt.Errorf("%s: manifest.json: %w", file, err)
		}
		for _, image := range images {
			// Jib calls every configuration config.json, so its content counts, not its name.
			hash.Write(small[filepath.Clean(image.Config)])
			for _, tag := range image.RepoTags {
				archive.References = append(archive.References, normalize(tag))
			}
		}
	} else if _, ok := small["index.json"]; !ok {
		return archive, fmt.Errorf("%s is not an image file: it has neither manifest.json nor index.json", file)
	}
	archive.Identity = hex.EncodeToString(hash.Sum(nil))
	return archive, nil
}

// normalize writes a reference out as containerd stores it.
func normalize(reference string) string {
	first, _, found := strings.Cut(reference, "/")
	switch {
	case !found:
		reference = "docker.io/library/" + reference
	case !strings.ContainsAny(first, ".:") && first != "localhost":
		reference = "docker.io/" + reference
	}
	if last := reference[strings.LastIndexByte(reference, '/'):]; !strings.Contains(last, ":") {
		reference += ":latest"
	}
	return reference
}

// Load imports the file into the node's containerd unless the same images are there; it says whether it did.
func Load(n layout.Node, archive Archive) (loaded bool, err error) {
	marker := n.Kept("loaded", archive.Identity)
	if _, err := os.Stat(marker); err == nil && present(n, archive.References) {
		return false, nil
	}
	output, err := exec.Command("ctr", "--address", n.Socket(), "--namespace", "k8s.io", "images", "import", archive.File).CombinedOutput()
	if err != nil {
		return false, fmt.Errorf("%s does not take the image file %s: %s", n.Name(), archive.File, strings.TrimSpace(string(output)))
	}
	return true, mark(n, archive)
}

// mark remembers the import, and forgets earlier ones that had the same names.
func mark(n layout.Node, archive Archive) error {
	if err := os.MkdirAll(n.Kept("loaded"), 0o700); err != nil {
		return err
	}
	content := strings.Join(archive.References, "\n")
	earlier, _ := filepath.Glob(n.Kept("loaded", "*"))
	for _, file := range earlier {
		old, _ := os.ReadFile(file)
		for _, reference := range strings.Fields(string(old)) {
			if slices.Contains(archive.References, reference) {
				_ = os.Remove(file)
			}
		}
	}
	return os.WriteFile(n.Kept("loaded", archive.Identity), []byte(content), 0o600)
}

func present(n layout.Node, references []string) bool {
	output, err := exec.Command("ctr", "--address", n.Socket(), "--namespace", "k8s.io", "images", "ls", "--quiet").Output()
	if err != nil {
		return false
	}
	there := strings.Fields(string(output))
	return !slices.ContainsFunc(references, func(reference string) bool { return !slices.Contains(there, reference) })
}

// LoadPause puts the pause image, made of the program beside this one, into the node's containerd.
func LoadPause(l layout.Layout, n layout.Node) error {
	file := n.Kept("pause.tar")
	if err := writePause(filepath.Join(l.Tools, "pause"), file, layout.PauseImage); err != nil {
		return err
	}
	archive, err := Inspect(file)
	if err != nil {
		return err
	}
	_, err = Load(n, archive)
	return err
}
