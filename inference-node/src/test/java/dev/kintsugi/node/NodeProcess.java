package dev.kintsugi.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** A real node process with the real engine, on an ephemeral port. */
final class NodeProcess implements AutoCloseable {
  private static final Pattern LISTENING = Pattern.compile("listening on (http://[^\"]+)");
  private static final Duration START = Duration.ofMinutes(3);

  private final Path log;
  private final Process process;

  NodeProcess(Path directory, String... arguments) {
    log = directory.resolve("console-" + System.nanoTime() + ".log");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dlogback.configurationFile=logback.xml",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.kintsugi.node.NodeMain",
                "serve",
                "--port",
                "0",
                "--threads",
                "1",
                "--work-dir",
                directory.resolve("work").toString()));
    command.addAll(List.of(arguments));
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until it listens. */
  NodeClient client() {
    return Awaitility.await("the node listens")
        .atMost(START)
        .until(
            () -> {
              Matcher matcher = LISTENING.matcher(console());
              return matcher.find() ? new NodeClient(URI.create(matcher.group(1))) : null;
            },
            client -> {
              if (!process.isAlive()) {
                throw new AssertionError("the node ended: " + console());
              }
              return client != null;
            });
  }

  /** Waits until it is ready. */
  NodeClient readyClient() {
    NodeClient client = client();
    Awaitility.await("the node is ready")
        .atMost(START)
        .until(() -> client.get("/readyz").statusCode() == 200);
    return client;
  }

  /** Its whole lines: it may be writing one. */
  String console() {
    try {
      String text = Files.readString(log);
      return text.substring(0, text.lastIndexOf('\n') + 1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** SIGTERM. */
  void terminate() {
    process.destroy();
  }

  /** SIGKILL. */
  void kill() {
    process.destroyForcibly();
  }

  boolean endsWithin(Duration time) throws InterruptedException {
    return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Of a process that has ended. */
  int exitCode() {
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
