package dev.kintsugi.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The product as plain processes on loopback: control planes and inference nodes, as CLUSTER=none
 * starts them.
 */
final class Product implements AutoCloseable {
  static final String API_KEY = "sk-kintsugi-" + "e2e0".repeat(16);

  private final Path dir;
  private final List<NodeProcess> nodes = new ArrayList<>();
  private final List<ControlPlaneProcess> controlPlanes = new ArrayList<>();

  record NodeProcess(String name, int port, Program program) {
    Api api() {
      return new Api("http://127.0.0.1:" + port, API_KEY);
    }
  }

  record ControlPlaneProcess(String name, int port, Path dataDir, Program program) {
    Api api() {
      return new Api("http://127.0.0.1:" + port, API_KEY);
    }
  }

  Product(Path dir) {
    this.dir = dir;
  }

  NodeProcess startNode() {
    return startNode(Path.of("inference-node/models/wan-tiny"));
  }

  NodeProcess startNode(Path model) {
    String name = "node-" + nodes.size();
    int port = freePort();
    Program program =
        new Program(
            name,
            List.of(
                "deploy/none/node-command",
                "serve",
                "--port",
                Integer.toString(port),
                "--model",
                model.toString(),
                "--work-dir",
                directory(name).toString()),
            Map.of("KINTSUGI_NODE_THREADS", "1"),
            dir);
    NodeProcess node = new NodeProcess(name, port, program);
    nodes.add(node);
    return node;
  }

  /**
   * @param databaseUrl JDBC URL of an external PostgreSQL, or empty for the embedded one
   */
  ControlPlaneProcess startControlPlane(String databaseUrl, Path artifacts) {
    String name = "control-plane-" + controlPlanes.size();
    int port = freePort();
    Path data = directory(name);
    Map<String, String> env = new HashMap<>();
    env.put("MICRONAUT_SERVER_PORT", Integer.toString(port));
    env.put("KINTSUGI_BOOTSTRAP_API_KEY", API_KEY);
    env.put("KINTSUGI_DATA_DIR", data.toString());
    env.put("KINTSUGI_ARTIFACTS_DIR", artifacts.toString());
    env.put("KINTSUGI_REPLICA_ID", name);
    env.put("KINTSUGI_LEASE", "5s");
    // Seconds of a processor at each start, for what no job needs here.
    env.put("KINTSUGI_EMBEDDING_ENABLED", "false");
    if (!databaseUrl.isEmpty()) {
      env.put("KINTSUGI_DATABASE_URL", databaseUrl);
      env.put("KINTSUGI_DATABASE_USERNAME", "postgres");
    }
    env.put("KINTSUGI_SERVICES_0_NAMESPACE", "studio");
    env.put("KINTSUGI_SERVICES_0_NAME", "wan-tiny");
    env.put("KINTSUGI_SERVICES_0_MODEL", "wan-tiny");
    for (int i = 0; i < nodes.size(); i++) {
      env.put("KINTSUGI_SERVICES_0_NODES_" + i + "_NAME", nodes.get(i).name());
      env.put(
          "KINTSUGI_SERVICES_0_NODES_" + i + "_ADDRESS", "http://127.0.0.1:" + nodes.get(i).port());
    }
    Path controlPlane = Checkout.root().resolve("control-plane/target");
    Program program =
        new Program(
            name,
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                // Half the processor time of a start, of which scenarios have many.
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                controlPlane.resolve("classes") + ":" + controlPlane.resolve("lib") + "/*",
                "dev.kintsugi.controlplane.Application"),
            env,
            dir);
    ControlPlaneProcess process = new ControlPlaneProcess(name, port, data, program);
    controlPlanes.add(process);
    return process;
  }

  void awaitReady() {
    for (NodeProcess node : nodes) {
      await(node.name() + " is ready")
          .atMost(Duration.ofMinutes(6))
          .until(() -> answers("http://127.0.0.1:" + node.port() + "/readyz"));
    }
    for (ControlPlaneProcess controlPlane : controlPlanes) {
      await(controlPlane.name() + " is ready")
          .atMost(Duration.ofMinutes(6))
          .until(() -> controlPlane.api().ready() && controlPlane.api().serves("wan-tiny"));
    }
  }

  @Override
  public void close() {
    controlPlanes.forEach(c -> c.program().stop());
    // Nothing is asked of a node any more, and it would wait for someone to fetch its results.
    nodes.forEach(n -> n.program().kill());
    controlPlanes.forEach(c -> c.program().close());
  }

  private Path directory(String name) {
    try {
      return Files.createDirectories(dir.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean answers(String url) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
              .send(
                  HttpRequest.newBuilder(URI.create(url)).build(),
                  HttpResponse.BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
