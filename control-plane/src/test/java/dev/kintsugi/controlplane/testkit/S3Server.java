package dev.kintsugi.controlplane.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A real S3 server, Versity S3 Gateway over a directory, with one empty bucket. */
public final class S3Server implements AutoCloseable {

  public static final String BUCKET = "videos";
  public static final String ACCESS_KEY = "test-access";
  public static final String SECRET_KEY = "test-secret-key";

  private static final Path BUILD = Path.of("..", "deploy", "local", "s3", "server");

  private final Path directory;
  private final int port;
  private final Process process;

  private S3Server(Path directory, int port, Process process) {
    this.directory = directory;
    this.port = port;
    this.process = process;
  }

  public static S3Server start() {
    try {
      Path directory = Files.createTempDirectory("kintsugi-s3");
      Files.createDirectories(directory.resolve("data").resolve(BUCKET));
      int port = freePort();
      ProcessBuilder builder =
          new ProcessBuilder(
                  program(),
                  "--port",
                  "127.0.0.1:" + port,
                  "posix",
                  directory.resolve("data").toString())
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("log").toFile());
      builder
          .environment()
          .putAll(Map.of("ROOT_ACCESS_KEY", ACCESS_KEY, "ROOT_SECRET_KEY", SECRET_KEY));
      S3Server server = new S3Server(directory, port, builder.start());
      Awaitility.await("the S3 server")
          .atMost(Duration.ofSeconds(30))
          .pollInterval(Duration.ofMillis(50))
          .until(server::listens);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return port;
  }

  /** Settings of a control plane that stores there, through a port of a proxy or its own. */
  public Map<String, Object> properties(int through) {
    return Map.of(
        "kintsugi.artifacts.s3.endpoint", "http://127.0.0.1:" + through,
        "kintsugi.artifacts.s3.bucket", BUCKET,
        "kintsugi.artifacts.s3.access-key", ACCESS_KEY,
        "kintsugi.artifacts.s3.secret-key", SECRET_KEY,
        "kintsugi.artifacts.s3.prefix", "kintsugi/");
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
      try (Stream<Path> paths = Files.walk(directory)) {
        for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(path);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean listens() throws IOException {
    if (!process.isAlive()) {
      throw new IllegalStateException(
          "the S3 server stopped: " + Files.readString(directory.resolve("log")));
    }
    try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return probe.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  private static String program() throws IOException {
    Process build =
        new ProcessBuilder(List.of(BUILD.toString()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String printed = new String(build.getInputStream().readAllBytes()).strip();
    try {
      if (build.waitFor() != 0) {
        throw new IllegalStateException(BUILD + " failed; see its words above");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    return printed;
  }

  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }
}
