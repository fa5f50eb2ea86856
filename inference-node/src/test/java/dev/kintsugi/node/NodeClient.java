package dev.kintsugi.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** A plain HTTP client of a node. */
public final class NodeClient {
  public static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private final URI base;

  public NodeClient(URI base) {
    this.base = base;
  }

  /** One server-sent event. */
  public record Event(String name, long id, JsonNode data) {}

  public URI base() {
    return base;
  }

  /** A small request: 96x64, 9 frames. */
  public static ObjectNode request(String id, String prompt, int steps) {
    return JSON.createObjectNode()
        .put("id", id)
        .put("prompt", prompt)
        .put("size", "96x64")
        .put("num_frames", 9)
        .put("fps", 8)
        .put("num_inference_steps", steps)
        .put("guidance_scale", 3.0)
        .put("seed", 7);
  }

  public HttpResponse<String> get(String path, String... headers) {
    return send(builder(path, headers).GET(), BodyHandlers.ofString());
  }

  public HttpResponse<byte[]> bytes(String path, String... headers) {
    return send(builder(path, headers).GET(), BodyHandlers.ofByteArray());
  }

  /**
   * Has the node take an attempt. The one before it may hold the engine a moment longer than it
   * takes to hear of its end, so this waits for the free slot.
   */
  public void start(JsonNode attempt) {
    Awaitility.await("a free slot")
        .atMost(Duration.ofMinutes(1))
        .until(() -> json("/node/status").get("free_slots").asInt() == 1);
    HttpResponse<String> taken = post("/v1/videos", attempt);
    if (taken.statusCode() != 200) {
      throw new AssertionError(taken + ": " + taken.body());
    }
  }

  public HttpResponse<String> post(String path, JsonNode body) {
    return post(path, "application/json", BodyPublishers.ofString(body.toString()));
  }

  public HttpResponse<String> post(String path, String contentType, BodyPublisher body) {
    return send(builder(path, "Content-Type", contentType).POST(body), BodyHandlers.ofString());
  }

  public HttpResponse<String> post(String path) {
    return send(builder(path).POST(BodyPublishers.noBody()), BodyHandlers.ofString());
  }

  public HttpResponse<String> put(String path, byte[] body) {
    return send(builder(path).PUT(BodyPublishers.ofByteArray(body)), BodyHandlers.ofString());
  }

  public HttpResponse<String> delete(String path) {
    return send(builder(path).DELETE(), BodyHandlers.ofString());
  }

  public JsonNode json(String path) {
    return json(get(path));
  }

  public static JsonNode json(HttpResponse<String> response) {
    try {
      return JSON.readTree(response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(response.body(), e);
    }
  }

  /** Reads events until one satisfies the condition (it is the last one) or the stream ends. */
  public List<Event> follow(String id, long after, Predicate<Event> until) {
    HttpResponse<InputStream> response =
        send(
            builder("/v1/videos/" + id + "/events", "Last-Event-ID", Long.toString(after)).GET(),
            BodyHandlers.ofInputStream());
    if (response.statusCode() != 200) {
      throw new AssertionError(response.toString());
    }
    List<Event> events = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      String name = "";
      long sequence = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("event: ")) {
          name = line.substring(7);
        } else if (line.startsWith("id: ")) {
          sequence = Long.parseLong(line.substring(4));
        } else if (line.startsWith("data: ")) {
          Event event = new Event(name, sequence, JSON.readTree(line.substring(6)));
          events.add(event);
          if (until.test(event)) {
            return events;
          }
        }
      }
      return events;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private HttpRequest.Builder builder(String path, String... headers) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(base.resolve(path)).timeout(Duration.ofMinutes(2));
    for (int i = 0; i < headers.length; i += 2) {
      builder.header(headers[i], headers[i + 1]);
    }
    return builder;
  }

  private <T> HttpResponse<T> send(
      HttpRequest.Builder request, HttpResponse.BodyHandler<T> handler) {
    try {
      return http.send(request.build(), handler);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
