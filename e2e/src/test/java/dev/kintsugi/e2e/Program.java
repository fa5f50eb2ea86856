package dev.kintsugi.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One real process of ours, with its log in a file. */
final class Program implements AutoCloseable {
  private final String name;
  private final List<String> command;
  private final Map<String, String> environment;
  private final Path log;
  private Process process;

  Program(String name, List<String> command, Map<String, String> environment, Path logDir) {
    this.name = name;
    this.command = command;
    this.environment = environment;
    this.log = logDir.resolve(name + ".log");
    this.process = start();
  }

  /** SIGKILL: no goodbye. */
  void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  void restart() {
    if (process.isAlive()) {
      throw new IllegalStateException(name + " still runs");
    }
    process = start();
  }

  boolean alive() {
    return process.isAlive();
  }

  /** SIGTERM. */
  void stop() {
    process.destroy();
  }

  @Override
  public void close() {
    stop();
    try {
      if (!process.waitFor(40, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }

  private void awaitEnd() {
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Process start() {
    ProcessBuilder builder = new ProcessBuilder(command).directory(Checkout.root().toFile());
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    try {
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
