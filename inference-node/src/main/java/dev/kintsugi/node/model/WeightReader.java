package dev.kintsugi.node.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads the files of a model where they are compared with their digests. */
@FunctionalInterface
public interface WeightReader {

  /** As they lie on the disk. */
  WeightReader DISK = Files::newInputStream;

  InputStream open(Path file) throws IOException;

  /** Where the reader of one comparison comes from. */
  @FunctionalInterface
  interface Source {

    /** The reader for all files of one model directory. */
    WeightReader forVerification();
  }
}
