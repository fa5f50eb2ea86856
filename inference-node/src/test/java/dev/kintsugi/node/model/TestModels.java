package dev.kintsugi.node.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Copies of the built-in models, to be damaged. */
public final class TestModels {
  private static final ObjectMapper JSON = new ObjectMapper();

  private TestModels() {}

  /** Copies a built-in model into a folder. */
  public static Path copy(String name, Path into) throws IOException {
    Path from = Path.of("models", name);
    Path to = into.resolve(name);
    try (Stream<Path> files = Files.walk(from)) {
      files.forEach(
          file -> {
            try {
              Files.copy(file, to.resolve(from.relativize(file)));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
    return to;
  }

  /** Changes a manifest. */
  public static void edit(Path model, Consumer<ObjectNode> change) throws IOException {
    Path file = model.resolve("manifest.json");
    ObjectNode manifest = (ObjectNode) JSON.readTree(file.toFile());
    change.accept(manifest);
    JSON.writeValue(file.toFile(), manifest);
  }

  /** Replaces a file and lets the manifest say so, as a careless exporter would. */
  public static void replace(Path model, String path, byte[] content) throws IOException {
    Files.write(model.resolve(path), content);
    edit(
        model,
        manifest ->
            manifest
                .get("files")
                .forEach(
                    entry -> {
                      if (entry.get("path").asText().equals(path)) {
                        ((ObjectNode) entry)
                            .put("size", content.length)
                            .put("sha256", HexFormat.of().formatHex(sha256(content)));
                      }
                    }));
  }

  private static byte[] sha256(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
