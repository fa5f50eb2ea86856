package dev.kintsugi.controlplane.artifacts;

import java.io.IOException;
import java.io.InputStream;

/** A finished file. Once open it can be read to its end, even if the file is pruned meanwhile. */
public interface StoredFile {

  /** Its length. */
  long bytes() throws IOException;

  /**
   * All of its bytes; the caller closes the stream.
   *
   * @throws java.nio.file.NoSuchFileException when it was pruned
   */
  InputStream open() throws IOException;

  /**
   * Some of its bytes; the caller closes the stream.
   *
   * @param first offset of the first byte
   * @param length bytes, at least 1, within the file
   * @throws java.nio.file.NoSuchFileException when it was pruned
   */
  InputStream open(long first, long length) throws IOException;
}
