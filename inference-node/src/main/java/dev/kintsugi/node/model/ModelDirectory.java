package dev.kintsugi.node.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.core.quality.QualityThresholds;
import dev.kintsugi.node.model.ModelManifest.FileEntry;
import dev.kintsugi.protocol.digest.Sha256;
import dev.kintsugi.protocol.node.FailureClass;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A model directory whose every file was found to be what its manifest says. A lite model's base is
 * checked with it.
 */
public final class ModelDirectory {
  private static final int FORMAT_VERSION = 1;
  private static final int BUFFER = 1 << 18;
  private static final String MANIFEST = "manifest.json";
  private static final List<String> REQUIRED =
      List.of(
          "name",
          "version",
          "licence",
          "origin",
          "dtype",
          "scheduler",
          "experts",
          "defaults",
          "limits",
          "quality",
          "self_test",
          "files");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path directory;
  private final Path shared;
  private final ModelManifest manifest;
  private final String digest;

  private ModelDirectory(Path directory, Path shared, ModelManifest manifest, String digest) {
    this.directory = directory;
    this.shared = shared;
    this.manifest = manifest;
    this.digest = digest;
  }

  /**
   * Reads and checks a model directory.
   *
   * @throws ModelLoadException naming the first file that is missing, truncated, altered or
   *     unreadable
   */
  public static ModelDirectory open(Path directory) throws ModelLoadException {
    return open(directory, WeightReader.DISK);
  }

  /** The same, through a reader of files. */
  public static ModelDirectory open(Path directory, WeightReader reader) throws ModelLoadException {
    byte[] bytes = manifestBytes(directory);
    ModelManifest own = parse(directory.resolve(MANIFEST), bytes);
    checkFiles(directory, own.files(), reader);
    String digest = ManifestText.digest(bytes);
    ModelManifest.Base base = own.base();
    if (base == null) {
      return new ModelDirectory(directory, directory, complete(directory, own, own), digest);
    }
    Path shared = directory.resolve(base.directory()).normalize();
    String found = ManifestText.digest(manifestBytes(shared));
    if (!found.equals(base.manifestSha256())) {
      throw corrupt(
          shared.resolve(MANIFEST),
          "is not the base that "
              + own.name()
              + " was made for: expected digest "
              + base.manifestSha256()
              + ", found "
              + found);
    }
    ModelDirectory parent = open(shared, reader);
    return new ModelDirectory(directory, shared, complete(directory, own, parent.manifest), digest);
  }

  /**
   * Reads and checks a model directory whose base may have been checked already; a base of hundreds
   * of gigabytes is not read twice.
   */
  public static ModelDirectory openBeside(
      Path directory, ModelDirectory checked, WeightReader reader) throws ModelLoadException {
    byte[] bytes = manifestBytes(directory);
    ModelManifest own = parse(directory.resolve(MANIFEST), bytes);
    ModelManifest.Base base = own.base();
    if (base == null
        || !base.manifestSha256().equals(checked.digest)
        || !sameFile(directory.resolve(base.directory()), checked.directory)) {
      return open(directory, reader);
    }
    checkFiles(directory, own.files(), reader);
    return new ModelDirectory(
        directory,
        checked.directory,
        complete(directory, own, checked.manifest),
        ManifestText.digest(bytes));
  }

  private static boolean sameFile(Path one, Path other) {
    try {
      return Files.isSameFile(one, other);
    } catch (IOException e) {
      return false;
    }
  }

  /** The manifest; text and vae are never null here. */
  public ModelManifest manifest() {
    return manifest;
  }

  /** What identifies the model: {@link ManifestText#digest}. */
  public String digest() {
    return digest;
  }

  public Path directory() {
    return directory;
  }

  public Path tokenizer() {
    return shared.resolve(text().tokenizer());
  }

  public Path textEncoder() {
    return shared.resolve(text().encoder());
  }

  public Path decoder() {
    return shared.resolve(vae().decoder());
  }

  public Path transformer(ModelManifest.ExpertFile expert) {
    return directory.resolve(expert.transformer());
  }

  /** The golden folder of the self-test. */
  public Path selfTest() {
    return directory.resolve(manifest.selfTest().golden());
  }

  public ModelManifest.Text text() {
    return Objects.requireNonNull(manifest.text());
  }

  public ModelManifest.Vae vae() {
    return Objects.requireNonNull(manifest.vae());
  }

  private static byte[] manifestBytes(Path directory) throws ModelLoadException {
    Path file = directory.resolve(MANIFEST);
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new ModelLoadException(FailureClass.WEIGHTS_CORRUPT, file + " is missing", e);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static ModelManifest parse(Path file, byte[] bytes) throws ModelLoadException {
    try {
      JsonNode tree = JSON.readTree(bytes);
      int format = tree.path("format_version").asInt();
      if (format != FORMAT_VERSION) {
        throw corrupt(file, "format_version must be " + FORMAT_VERSION + ", not " + format);
      }
      Optional<String> missing = REQUIRED.stream().filter(f -> !tree.hasNonNull(f)).findFirst();
      if (missing.isPresent()) {
        throw corrupt(file, "lacks " + missing.get());
      }
      return JSON.treeToValue(tree, ModelManifest.class);
    } catch (JsonProcessingException e) {
      throw corrupt(file, "is not a manifest: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static ModelManifest complete(Path directory, ModelManifest own, ModelManifest parts)
      throws ModelLoadException {
    Path file = directory.resolve(MANIFEST);
    if (parts.text() == null || parts.vae() == null) {
      throw corrupt(file, "lacks text or vae, and so does its base");
    }
    int experts = own.experts().size();
    if (experts != (own.boundaryRatio() == null ? 1 : 2)) {
      throw corrupt(file, "names " + experts + " experts, which does not fit its boundary_ratio");
    }
    Stream<String> named =
        Stream.concat(
            own.text() == null
                ? Stream.of()
                : Stream.of(own.text().tokenizer(), own.text().encoder()),
            own.vae() == null ? Stream.of() : Stream.of(own.vae().decoder()));
    Set<String> listed = own.files().stream().map(FileEntry::path).collect(Collectors.toSet());
    Optional<String> unlisted =
        Stream.concat(named, own.experts().stream().map(ModelManifest.ExpertFile::transformer))
            .filter(f -> !listed.contains(f))
            .findFirst();
    if (unlisted.isPresent()) {
      throw corrupt(file, "does not list " + unlisted.get() + " among its files");
    }
    try {
      QualityThresholds.of(own.quality());
    } catch (IllegalArgumentException e) {
      throw corrupt(file, "has a limit that cannot be used: " + e.getMessage());
    }
    ModelManifest.Vae vae = parts.vae();
    if (vae.latentsMean().size() != vae.latentChannels()
        || vae.latentsStd().size() != vae.latentChannels()) {
      throw corrupt(file, "latents_mean and latents_std need one number per latent channel");
    }
    return new ModelManifest(
        own.formatVersion(),
        own.name(),
        own.version(),
        own.licence(),
        own.origin(),
        own.dtype(),
        own.boundaryRatio(),
        own.scheduler(),
        parts.text(),
        vae,
        own.base(),
        own.experts(),
        own.defaults(),
        own.limits(),
        own.quality(),
        own.selfTest(),
        own.files());
  }

  private static void checkFiles(Path directory, List<FileEntry> files, WeightReader reader)
      throws ModelLoadException {
    List<Optional<ModelLoadException>> found =
        files.parallelStream()
            .map(f -> Optional.ofNullable(problem(directory, f, reader)))
            .toList();
    for (Optional<ModelLoadException> problem : found) {
      if (problem.isPresent()) {
        throw problem.get();
      }
    }
  }

  private static @Nullable ModelLoadException problem(
      Path directory, FileEntry entry, WeightReader reader) {
    Path file = directory.resolve(entry.path());
    if (!file.normalize().startsWith(directory.normalize())) {
      return corrupt(file, "lies outside the model directory");
    }
    if (!Files.isRegularFile(file)) {
      return corrupt(file, Files.exists(file) ? "is not a file" : "is missing");
    }
    try {
      long size = Files.size(file);
      if (size != entry.size()) {
        return corrupt(
            file,
            (size < entry.size() ? "is truncated: " : "is altered: ")
                + size
                + " bytes instead of "
                + entry.size());
      }
      String sha256 = digestOf(file, reader);
      return sha256.equals(entry.sha256())
          ? null
          : corrupt(file, "is altered: sha256 " + sha256 + " instead of " + entry.sha256());
    } catch (IOException e) {
      return unreadable(file, e);
    }
  }

  private static String digestOf(Path file, WeightReader reader) throws IOException {
    MessageDigest sha = Sha256.begin();
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = reader.open(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        sha.update(buffer, 0, n);
      }
    }
    return Sha256.end(sha);
  }

  private static ModelLoadException corrupt(Path file, String what) {
    return new ModelLoadException(FailureClass.WEIGHTS_CORRUPT, file + " " + what);
  }

  private static ModelLoadException unreadable(Path file, IOException e) {
    return new ModelLoadException(
        FailureClass.MODEL_LOAD_FAILED,
        file + " cannot be read: " + e.getClass().getSimpleName() + ": " + e.getMessage(),
        e);
  }
}
