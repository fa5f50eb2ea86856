package dev.kintsugi.controlplane.videos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.controlplane.queue.Claim;
import dev.kintsugi.controlplane.testkit.TestServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EventsTest {

  private static TestServer server;

  /** One frame of the stream; a comment has a null id. */
  record Frame(String id, String event, JsonNode data) {}

  @BeforeAll
  static void start() {
    server = TestServer.start(Map.of("kintsugi.events-heartbeat", "300ms"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void tellsEveryStepInOrderAndEndsWithTheVideo() throws Exception {
    String id = server.submit("{\"prompt\":\"a\",\"num_inference_steps\":4}");
    try (Stream stream = open(id, null)) {
      assertThat(stream.next().event()).isEqualTo("queued");
      Claim claim = server.worker().claim();
      assertThat(stream.next().event()).isEqualTo("started");
      for (int step = 1; step <= 4; step++) {
        server.worker().step(claim, step);
        Frame frame = stream.next();
        assertThat(frame.event()).isEqualTo("denoising");
        assertThat(frame.data().get("step").asInt()).isEqualTo(step);
        assertThat(frame.data().get("steps").asInt()).isEqualTo(4);
        assertThat(frame.data().get("progress").asInt()).isEqualTo(25 * step);
        assertThat(frame.data().get("expert").asText()).isEqualTo(step <= 2 ? "high" : "low");
        assertThat(frame.data().get("id").asText()).isEqualTo(id);
      }
      server.worker().complete(claim);
      assertThat(stream.next().event()).isEqualTo("completed");
      assertThat(stream.next()).isNull();
    }
  }

  @Test
  void resumesAfterTheLastEventThatWasSeen() throws Exception {
    String id = server.submit("{\"prompt\":\"a\",\"num_inference_steps\":6}");
    server.worker().makeOne();
    List<Frame> all = read(id, null);
    assertThat(all.getLast().event()).isEqualTo("completed");
    for (int seen = 0; seen < all.size(); seen++) {
      assertThat(read(id, all.get(seen).id())).isEqualTo(all.subList(seen + 1, all.size()));
    }
    assertThat(read(id, "nonsense")).isEqualTo(all);
  }

  @Test
  void keepsAQuietStreamOpenWithComments() throws Exception {
    String id = server.submit("{\"prompt\":\"a\"}");
    try (Stream stream = open(id, null)) {
      stream.next();
      assertThat(stream.comment()).isEqualTo(": still here");
      server.worker().makeOne();
    }
  }

  @Test
  void holdsUpNoStop() throws Exception {
    TestServer other = TestServer.start(Map.of());
    String id = other.submit("{\"prompt\":\"a\"}");
    try (Stream stream = open(other, id, null)) {
      assertThat(stream.next().event()).isEqualTo("queued");
      Instant begun = Instant.now();
      other.close();
      assertThat(Duration.between(begun, Instant.now())).isLessThan(Duration.ofSeconds(9));
    }
  }

  @Test
  void tellsACancellation() throws Exception {
    String id = server.submit("{\"prompt\":\"a\"}");
    server.send(
        server.request("/v1/videos/" + id + "/cancel").POST(HttpRequest.BodyPublishers.noBody()));
    Frame last = read(id, null).getLast();
    assertThat(last.event()).isEqualTo("failed");
    assertThat(last.data().get("status").asText()).isEqualTo("failed");
  }

  private static List<Frame> read(String id, String lastEventId) throws Exception {
    List<Frame> frames = new ArrayList<>();
    try (Stream stream = open(id, lastEventId)) {
      for (Frame frame = stream.next(); frame != null; frame = stream.next()) {
        frames.add(frame);
      }
    }
    return frames;
  }

  private static Stream open(String id, String lastEventId) throws Exception {
    return open(server, id, lastEventId);
  }

  private static Stream open(TestServer server, String id, String lastEventId) throws Exception {
    HttpRequest.Builder request =
        server
            .request("/v1/videos/" + id + "/events")
            .timeout(Duration.ofSeconds(30))
            .header("Accept", "text/event-stream");
    if (lastEventId != null) {
      request.header("Last-Event-ID", lastEventId);
    }
    HttpClient client = HttpClient.newHttpClient();
    HttpResponse<InputStream> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("text/event-stream");
    return new Stream(client, response.body());
  }

  private static final class Stream implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private final HttpClient client;
    private final BufferedReader lines;

    Stream(HttpClient client, InputStream body) {
      this.client = client;
      this.lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
    }

    Frame next() throws IOException {
      String id = null;
      String event = null;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("id: ")) {
          id = line.substring(4);
        } else if (line.startsWith("event: ")) {
          event = line.substring(7);
        } else if (line.startsWith("data: ")) {
          return new Frame(id, event, JSON.readTree(line.substring(6)));
        }
      }
      return null;
    }

    String comment() throws IOException {
      String line = lines.readLine();
      while (!line.startsWith(":")) {
        line = lines.readLine();
      }
      return line;
    }

    @Override
    public void close() throws IOException {
      lines.close();
      client.shutdownNow();
    }
  }
}
