package dev.kintsugi.node.quality;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.opencv.core.Core;

/**
 * OpenCV's native code, loaded file by file from where the build unpacked it: a tenth of a second,
 * where the bindings' own loader takes more than one.
 */
public final class OpenCv {
  /** System property with the folder of the libraries. */
  public static final String NATIVES = "kintsugi.opencv.natives";

  private static boolean loaded;

  private OpenCv() {}

  /**
   * Makes OpenCV usable in this process, each picture on one thread: the cores belong to the model.
   *
   * @throws IllegalStateException saying what is missing
   */
  public static synchronized void load() {
    if (loaded) {
      return;
    }
    String folder = System.getProperty(NATIVES);
    if (folder == null) {
      throw new IllegalStateException(
          "the native code of OpenCV was not found: no natives/opencv beside the program and no "
              + NATIVES
              + " set");
    }
    loadAll(libraries(Path.of(folder)));
    Core.setNumThreads(1);
    loaded = true;
  }

  // Each needs others, by name: whichever is refused is tried again when more are there.
  private static void loadAll(List<Path> libraries) {
    List<Path> left = new ArrayList<>(libraries);
    while (!left.isEmpty()) {
      int before = left.size();
      String refusal = "";
      for (Iterator<Path> rest = left.iterator(); rest.hasNext(); ) {
        try {
          System.load(rest.next().toString());
          rest.remove();
        } catch (UnsatisfiedLinkError e) {
          refusal = String.valueOf(e.getMessage());
        }
      }
      if (left.size() == before) {
        throw new IllegalStateException("the native code of OpenCV cannot be loaded: " + refusal);
      }
    }
  }

  private static List<Path> libraries(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> found =
          files
              .filter(f -> f.toString().contains(".so"))
              .map(Path::toAbsolutePath)
              .sorted()
              .toList();
      if (found.isEmpty()) {
        throw new IllegalStateException("no native code of OpenCV lies in " + folder);
      }
      return found;
    } catch (IOException e) {
      throw new IllegalStateException("no native code of OpenCV in " + folder + ": " + e, e);
    }
  }
}
