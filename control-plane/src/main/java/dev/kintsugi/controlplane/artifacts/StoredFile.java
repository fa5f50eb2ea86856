package dev.kintsugi.controlplane.artifacts;

import java.io.IOException;
import java.io.InputStream;

/** A finished file. */
@FunctionalInterface
public interface StoredFile {

  /**
   * Some of its bytes; the caller closes the stream. Once open it can be read to its end, even if
   * the file is pruned meanwhile.
   *
   * @param first offset of the first byte
   * @param length bytes, at least 1, within the file
   * @throws java.nio.file.NoSuchFileException when it was pruned
   */
  InputStream open(long first, long length) throws IOException;
}
