package dev.kintsugi.controlplane.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Finds the embedded PostgreSQL that another process of this product runs, to work beside it. */
final class RunningPostgres {

  /** Lines of {@code postmaster.pid}: the port and, last, whether connections are accepted. */
  private static final int PORT_LINE = 3;

  private static final int STATUS_LINE = 7;

  private RunningPostgres() {}

  /** How to reach it; empty when none accepts connections. */
  static Optional<DatabaseSettings> in(EmbeddedSettings embedded, int poolSize) {
    try {
      Path pidFile = embedded.directory().resolve("data").resolve("postmaster.pid");
      List<String> lines = Files.readAllLines(pidFile);
      if (lines.size() <= STATUS_LINE || !lines.get(STATUS_LINE).startsWith("ready")) {
        return Optional.empty();
      }
      String url = "jdbc:postgresql://127.0.0.1:" + lines.get(PORT_LINE).trim() + "/postgres";
      String password = Files.readString(embedded.directory().resolve("password")).trim();
      return Optional.of(new DatabaseSettings(url, PostgresPrograms.USER, password, poolSize));
    } catch (IOException notRunning) {
      return Optional.empty();
    }
  }
}
