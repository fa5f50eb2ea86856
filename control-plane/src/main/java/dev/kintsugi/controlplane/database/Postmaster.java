package dev.kintsugi.controlplane.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a data directory and the process table say about servers running on it. */
final class Postmaster {

  private static final int STATUS_LINE = 7;

  private final Path data;

  Postmaster(Path data) {
    this.data = data;
  }

  Path pidFile() {
    return data.resolve("postmaster.pid");
  }

  /** The process that wrote the pid file, alive or not. */
  Optional<Long> recordedPid() {
    List<String> lines = lines();
    try {
      return lines.isEmpty() ? Optional.empty() : Optional.of(Long.parseLong(lines.get(0).trim()));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** The server accepts connections. */
  boolean ready() {
    List<String> lines = lines();
    return lines.size() > STATUS_LINE && lines.get(STATUS_LINE).startsWith("ready");
  }

  /**
   * Live processes that work in the data directory. Every PostgreSQL process does, and nothing else
   * has a reason to, so this also finds back ends that outlived their postmaster.
   */
  List<ProcessHandle> processes() {
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.filter(this::worksHere).toList();
    }
  }

  private boolean worksHere(ProcessHandle process) {
    try {
      Path cwd = Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/cwd"));
      return cwd.equals(data) && process.isAlive();
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  private List<String> lines() {
    try {
      return Files.readAllLines(pidFile());
    } catch (IOException e) {
      return List.of();
    }
  }
}
