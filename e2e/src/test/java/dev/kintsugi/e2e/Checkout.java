package dev.kintsugi.e2e;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the checkout under test lies. */
final class Checkout {
  private Checkout() {}

  static Path root() {
    Path dir = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(dir.resolve("deploy/none"))) {
      dir = dir.getParent();
      if (dir == null) {
        throw new IllegalStateException("the tests run inside a checkout of Kintsugi");
      }
    }
    return dir;
  }
}
