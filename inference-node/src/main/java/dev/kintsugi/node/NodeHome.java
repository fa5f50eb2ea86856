package dev.kintsugi.node;

import dev.kintsugi.node.quality.OpenCv;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds what is laid out beside the program: {@code natives/} (native code unpacked at build) and
 * {@code models/}. Points the native libraries' loaders there, so that a start unpacks and
 * downloads nothing; a setting of the environment wins, which is how a CUDA build is chosen.
 */
public final class NodeHome {
  private static final int LEVELS = 3;

  private NodeHome() {}

  /** Sets what the loaders read; must run before any of them is touched. */
  static void useNatives() {
    setDefault("ai.djl.offline", "true");
    setDefault("OPT_OUT_TRACKING", "true");
    setDefault("java.awt.headless", "true");
    find("natives/torch")
        .ifPresent(
            torch -> {
              setDefault("PYTORCH_LIBRARY_PATH", torch.toString());
              setDefault("PYTORCH_VERSION", "2.7.1");
              setDefault("PYTORCH_FLAVOR", "cpu");
            });
    find("natives/tokenizers")
        .ifPresent(
            // The file, not its folder: DJL looks for a GPU before it looks into a folder.
            t -> setDefault("RUST_LIBRARY_PATH", t.resolve("libtokenizers.so").toString()));
    find("natives/opencv").ifPresent(opencv -> setDefault(OpenCv.NATIVES, opencv.toString()));
    find("natives/ffmpeg")
        .ifPresent(
            ffmpeg -> {
              System.setProperty("java.library.path", ffmpeg.toString());
              setDefault("org.bytedeco.javacpp.pathsFirst", "true");
            });
  }

  /** The tiny model that comes with the program. */
  public static Optional<Path> builtInModel() {
    return find("models/wan-tiny");
  }

  /** The tiny lite model that comes with the program. */
  public static Optional<Path> builtInLiteModel() {
    return find("models/wan-tiny-lite");
  }

  private static Optional<Path> find(String relative) {
    Path directory = programDirectory();
    for (int i = 0; i < LEVELS && directory != null; i++) {
      Path candidate = directory.resolve(relative);
      if (Files.isDirectory(candidate)) {
        return Optional.of(candidate);
      }
      directory = directory.getParent();
    }
    return Optional.empty();
  }

  private static @Nullable Path programDirectory() {
    try {
      return Path.of(NodeHome.class.getProtectionDomain().getCodeSource().getLocation().toURI())
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
