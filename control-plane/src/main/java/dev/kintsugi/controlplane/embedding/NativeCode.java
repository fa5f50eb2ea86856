package dev.kintsugi.controlplane.embedding;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Points the libraries' loaders to {@code natives/} beside the program, where the build unpacked
 * their native code: a start then writes nothing. Without that folder they unpack it themselves,
 * into the temporary and the home directory.
 */
final class NativeCode {

  private static final int LEVELS = 3;

  private NativeCode() {}

  /** Must run before a library is touched. */
  static void use() {
    setDefault("ai.djl.offline", "true");
    setDefault("OPT_OUT_TRACKING", "true");
    setDefault("RUST_FLAVOR", "cpu");
    find("natives")
        .ifPresent(
            natives -> {
              setDefault("onnxruntime.native.path", natives.toString());
              setDefault("RUST_LIBRARY_PATH", natives.resolve("libtokenizers.so").toString());
            });
  }

  private static Optional<Path> find(String name) {
    Path directory = programDirectory();
    for (int i = 0; i < LEVELS && directory != null; i++) {
      Path candidate = directory.resolve(name);
      if (Files.isDirectory(candidate)) {
        return Optional.of(candidate);
      }
      directory = directory.getParent();
    }
    return Optional.empty();
  }

  private static @Nullable Path programDirectory() {
    try {
      return Path.of(NativeCode.class.getProtectionDomain().getCodeSource().getLocation().toURI())
          .getParent();
    } catch (URISyntaxException e) {
      return null;
    }
  }

  private static void setDefault(String name, String value) {
    if (System.getenv(name) == null && System.getProperty(name) == null) {
      System.setProperty(name, value);
    }
  }
}
