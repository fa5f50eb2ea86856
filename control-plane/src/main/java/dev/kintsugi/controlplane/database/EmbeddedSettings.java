package dev.kintsugi.controlplane.database;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How to run the embedded PostgreSQL.
 *
 * @param directory holds the data directory, the password and the log; kept between runs
 * @param binaries where the programs are unpacked
 * @param durable false turns fsync off: for tests that do not test durability
 * @param startTimeout longest wait for it to accept connections, recovery included
 */
public record EmbeddedSettings(
    Path directory, Path binaries, boolean durable, Duration startTimeout) {

  public static EmbeddedSettings in(Path directory) {
    return new EmbeddedSettings(
        directory, directory.resolve("binaries"), true, Duration.ofSeconds(120));
  }
}
