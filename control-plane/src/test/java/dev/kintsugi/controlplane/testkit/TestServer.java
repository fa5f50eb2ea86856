package dev.kintsugi.controlplane.testkit;

import dev.kintsugi.controlplane.artifacts.ArtifactStore;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.tenants.TestTenants;
import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The whole control plane on an ephemeral port with a database of its own and no nodes. */
public final class TestServer implements AutoCloseable {

  public static final String KEY = "sk-kintsugi-" + "0123456789abcdef".repeat(4);

  /** An operator's. */
  public static final String OPS_KEY = "sk-kintsugi-" + "fedcba9876543210".repeat(4);

  private final TestDatabase database;
  private final Path directory;
  private final EmbeddedServer server;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  private TestServer(TestDatabase database, Path directory, EmbeddedServer server) {
    this.database = database;
    this.directory = directory;
    this.server = server;
  }

  public static TestServer start(Map<String, Object> settings) {
    return start(TestDatabase.create(), settings);
  }

  public static TestServer start(TestDatabase database, Map<String, Object> settings) {
    try {
      Path directory = Files.createTempDirectory("kintsugi-api");
      Map<String, Object> properties = new HashMap<>(database.properties());
      properties.put("micronaut.server.port", -1);
      properties.put("kintsugi.test.fixed-models", true);
      properties.put("kintsugi.bootstrap-api-key", KEY);
      properties.put("kintsugi.bootstrap-ops-key", OPS_KEY);
      // Loading the models takes longer than most tests.
      properties.put("kintsugi.embedding.enabled", false);
      // Nor is a busy machine what they are about.
      for (String stage : List.of("rules", "novelty", "learned", "tokens")) {
        properties.put("kintsugi.screening.budget." + stage, "10s");
      }
      properties.put("kintsugi.artifacts.dir", directory.resolve("artifacts").toString());
      properties.put("kintsugi.knowledge.dir", directory.resolve("knowledge").toString());
      properties.putAll(settings);
      EmbeddedServer server = ApplicationContext.run(EmbeddedServer.class, properties);
      return new TestServer(database, directory, server);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public TestDatabase database() {
    return database;
  }

  public int port() {
    return server.getPort();
  }

  public String url(String path) {
    return "http://127.0.0.1:" + port() + path;
  }

  public FixedModels models() {
    return bean(FixedModels.class);
  }

  public FakeWorker worker() {
    return new FakeWorker(bean(JobQueue.class), bean(ArtifactStore.class));
  }

  public <T> T bean(Class<T> type) {
    return server.getApplicationContext().getBean(type);
  }

  /** A key of another tenant. */
  public String key(String tenant, String plan) {
    return TestTenants.key(server.getApplicationContext(), tenant, plan);
  }

  /** A request with the default key; add to it and hand it to {@link #send}. */
  public HttpRequest.Builder request(String path) {
    return request(path, KEY);
  }

  public HttpRequest.Builder request(String path, String key) {
    return HttpRequest.newBuilder(URI.create(url(path)))
        .timeout(Duration.ofSeconds(30))
        .header("Authorization", "Bearer " + key);
  }

  public Answer send(HttpRequest.Builder request) {
    try {
      HttpResponse<byte[]> response = client.send(request.build(), BodyHandlers.ofByteArray());
      return new Answer(response.statusCode(), response.headers(), response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  public Answer get(String path) {
    return send(request(path));
  }

  /** As an operator. */
  public Answer ops(String path) {
    return send(request(path, OPS_KEY));
  }

  /** As an operator who sends something. */
  public Answer ops(String method, String path, String json) {
    return send(
        request(path, OPS_KEY)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(json)));
  }

  public Answer post(String path, String json) {
    return send(json(path, json));
  }

  public HttpRequest.Builder json(String path, String json) {
    return request(path)
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(json));
  }

  /** Submits and returns the id. */
  public String submit(String json) {
    Answer answer = post("/v1/videos", json);
    if (answer.status() != 200) {
      throw new AssertionError(answer);
    }
    return answer.json().get("id").asText();
  }

  /** Ends this server and leaves its database to another. */
  public void stop() {
    server.close();
    client.close();
    removeFiles();
  }

  @Override
  public void close() {
    stop();
    database.close();
  }

  private void removeFiles() {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
