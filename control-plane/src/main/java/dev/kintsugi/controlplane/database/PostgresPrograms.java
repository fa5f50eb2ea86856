package dev.kintsugi.controlplane.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs initdb, postgres and pg_ctl on one directory. */
final class PostgresPrograms {

  static final String USER = "kintsugi";

  private static final Logger LOG = LoggerFactory.getLogger(PostgresPrograms.class);
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(20);

  /**
   * Small, and tuned for a queue: rows die young, so vacuum looks often; planner surprises that a
   * queue cannot use (JIT, parallel plans) are off; statements never reach the log, because they
   * would carry prompts.
   */
  private static final List<String> SETTINGS =
      List.of(
          "listen_addresses=127.0.0.1",
          "unix_socket_directories=",
          "max_connections=100",
          "shared_buffers=128MB",
          "wal_buffers=16MB",
          "max_wal_size=2GB",
          "checkpoint_timeout=15min",
          "autovacuum_naptime=5s",
          "autovacuum_vacuum_cost_delay=0",
          "jit=off",
          "max_parallel_workers_per_gather=0",
          "password_encryption=scram-sha-256",
          "log_min_messages=warning",
          "log_min_error_statement=panic",
          "log_checkpoints=off",
          "log_timezone=UTC",
          "timezone=UTC");

  private final Path directory;
  private final Path home;
  private final Unprivileged unprivileged;
  private final Postmaster postmaster;
  private final String password;

  private PostgresPrograms(Path directory, Path home, Unprivileged unprivileged, String password) {
    this.directory = directory;
    this.home = home;
    this.unprivileged = unprivileged;
    this.postmaster = new Postmaster(directory.resolve("data"));
    this.password = password;
  }

  /** Unpacks the programs and creates the data directory where they are missing. */
  static PostgresPrograms prepare(Path directory, EmbeddedSettings settings)
      throws IOException, InterruptedException {
    Path home = PostgresBinaries.unpackBelow(settings.binaries().toAbsolutePath());
    var unprivileged = Unprivileged.detect();
    unprivileged.own(directory);
    Path passwordFile = directory.resolve("password");
    if (!Files.exists(directory.resolve("data"))) {
      writePassword(passwordFile, unprivileged);
    }
    String password = Files.readString(passwordFile).trim();
    var programs = new PostgresPrograms(directory, home, unprivileged, password);
    programs.createDataDirectory(passwordFile, settings.durable());
    return programs;
  }

  String password() {
    return password;
  }

  /** Starts the server and waits until it accepts connections. */
  Process start(int port, EmbeddedSettings settings) throws InterruptedException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(program("postgres"), "-D", data().toString(), "-p", "" + port));
    for (String setting : SETTINGS) {
      command.addAll(List.of("-c", setting));
    }
    if (!settings.durable()) {
      command.addAll(List.of("-c", "fsync=off", "-c", "full_page_writes=off"));
    }
    Path log = directory.resolve("server.log");
    Process server = launch(command, log);
    long end = System.nanoTime() + settings.startTimeout().toNanos();
    while (!server.waitFor(20, TimeUnit.MILLISECONDS)) {
      if (postmaster.recordedPid().filter(pid -> pid == server.pid()).isPresent()
          && postmaster.ready()) {
        return server;
      }
      if (System.nanoTime() - end > 0) {
        server.destroyForcibly();
        throw new DatabaseException(
            "PostgreSQL did not accept connections within " + settings.startTimeout());
      }
    }
    throw new DatabaseException("PostgreSQL did not start: " + reason(log));
  }

  /** Stops a server that is not ours to watch any more, and every process it left behind. */
  void stopLeftovers() throws InterruptedException {
    List<ProcessHandle> found = postmaster.processes();
    if (!found.isEmpty()) {
      LOG.warn("stopping {} PostgreSQL processes left on {}", found.size(), data());
      stop();
    }
    // Another process may have the recorded number by now, which PostgreSQL would take for a
    // running server. None works in the data directory, so the file is stale.
    try {
      Files.deleteIfExists(postmaster.pidFile());
    } catch (IOException e) {
      throw new DatabaseException("cannot remove " + postmaster.pidFile() + ": " + e, e);
    }
  }

  /** Fast shutdown; by force when that takes too long. */
  void stop() throws InterruptedException {
    boolean serverRuns =
        postmaster
            .recordedPid()
            .flatMap(ProcessHandle::of)
            .filter(ProcessHandle::isAlive)
            .isPresent();
    if (serverRuns) {
      String patience = "--timeout=" + STOP_PATIENCE.toSeconds();
      List<String> command =
          List.of(program("pg_ctl"), "stop", "-D", data().toString(), "-m", "fast", "-w", patience);
      launch(command, directory.resolve("stop.log")).waitFor();
    }
    // Back ends of a killed postmaster end by themselves as soon as they notice.
    long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
    List<ProcessHandle> left = postmaster.processes();
    while (!left.isEmpty()) {
      if (System.nanoTime() - end > 0) {
        left.forEach(ProcessHandle::destroyForcibly);
      }
      TimeUnit.MILLISECONDS.sleep(20);
      left = postmaster.processes();
    }
  }

  private void createDataDirectory(Path passwordFile, boolean durable)
      throws IOException, InterruptedException {
    if (Files.exists(data())) {
      return;
    }
    Path unfinished = directory.resolve("data.unfinished");
    Trees.delete(unfinished);
    Path log = directory.resolve("initdb.log");
    List<String> command =
        List.of(
            program("initdb"),
            "--pgdata=" + unfinished,
            "--username=" + USER,
            "--pwfile=" + passwordFile,
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--no-locale",
            "--no-instructions",
            durable ? "--data-checksums" : "--no-sync");
    if (launch(command, log).waitFor() != 0) {
      throw new DatabaseException("cannot create the PostgreSQL data directory: " + reason(log));
    }
    Files.move(unfinished, data(), StandardCopyOption.ATOMIC_MOVE);
  }

  private Path data() {
    return directory.resolve("data");
  }

  private String program(String name) {
    return home.resolve("bin").resolve(name).toString();
  }

  private Process launch(List<String> command, Path log) {
    try {
      ProcessBuilder builder =
          new ProcessBuilder(unprivileged.command(command))
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile());
      builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
      builder.environment().put("LC_ALL", "C");
      return builder.start();
    } catch (IOException e) {
      throw new DatabaseException("cannot run " + command.getFirst() + ": " + e.getMessage(), e);
    }
  }

  private static void writePassword(Path file, Unprivileged unprivileged) throws IOException {
    byte[] secret = new byte[24];
    new SecureRandom().nextBytes(secret);
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, HexFormat.of().formatHex(secret) + "\n");
    unprivileged.own(file);
  }

  /** The line of a log that says what went wrong. */
  private static String reason(Path log) {
    try {
      List<String> lines = Files.readAllLines(log);
      return lines.stream()
          .filter(line -> line.contains("FATAL") || line.contains("error:"))
          .map(line -> line.substring(Math.max(line.indexOf("FATAL"), 0)))
          .findFirst()
          .orElse(lines.isEmpty() ? "it said nothing" : lines.getLast());
    } catch (IOException e) {
      return "no log: " + e.getMessage();
    }
  }
}
