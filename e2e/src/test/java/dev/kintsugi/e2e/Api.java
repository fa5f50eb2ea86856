package dev.kintsugi.e2e;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A plain HTTP client of the public API. */
final class Api {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private final String baseUrl;
  private final String apiKey;

  Api(String baseUrl, String apiKey) {
    this.baseUrl = baseUrl;
    this.apiKey = apiKey;
  }

  record Answer(int status, String body) {
    JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (JsonProcessingException e) {
        throw new AssertionError("not JSON: " + body, e);
      }
    }
  }

  String submit(Map<String, Object> request) {
    Answer answer = post("/v1/videos", request);
    if (answer.status() != 200) {
      throw new AssertionError("submit was answered " + answer);
    }
    return answer.json().get("id").asText();
  }

  JsonNode video(String id) {
    return get("/v1/videos/" + id).json();
  }

  String status(String id) {
    return video(id).path("status").asText();
  }

  byte[] content(String id) {
    return send(request("/v1/videos/" + id + "/content"), HttpResponse.BodyHandlers.ofByteArray())
        .body();
  }

  boolean ready() {
    try {
      return client.send(request("/readyz"), HttpResponse.BodyHandlers.discarding()).statusCode()
          == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Whether a node has told what the model can be asked for. */
  boolean serves(String model) {
    for (JsonNode served : get("/v1/models").json().path("data")) {
      if (served.path("id").asText().equals(model) && served.path("limits").isObject()) {
        return true;
      }
    }
    return false;
  }

  /** What the watchers of a node noticed of a kind, oldest first. */
  List<JsonNode> nodeEvents(String kind) {
    return get("/node/status")
        .json()
        .path("events")
        .valueStream()
        .filter(event -> event.path("kind").asText().equals(kind))
        .toList();
  }

  Answer get(String path) {
    return answer(request(path));
  }

  Answer post(String path, Map<String, Object> body) {
    return send("POST", path, body);
  }

  Answer patch(String path, Map<String, Object> body) {
    return send("PATCH", path, body);
  }

  private Answer send(String method, String path, Map<String, Object> body) {
    try {
      return answer(
          HttpRequest.newBuilder(URI.create(baseUrl + path))
              .header("Authorization", "Bearer " + apiKey)
              .header("Content-Type", "application/json")
              .timeout(Duration.ofSeconds(30))
              .method(method, HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))
              .build());
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  Answer delete(String path) {
    return answer(
        HttpRequest.newBuilder(URI.create(baseUrl + path))
            .header("Authorization", "Bearer " + apiKey)
            .timeout(Duration.ofSeconds(30))
            .DELETE()
            .build());
  }

  private HttpRequest request(String path) {
    return HttpRequest.newBuilder(URI.create(baseUrl + path))
        .header("Authorization", "Bearer " + apiKey)
        .timeout(Duration.ofSeconds(30))
        .build();
  }

  private Answer answer(HttpRequest request) {
    HttpResponse<String> response = send(request, HttpResponse.BodyHandlers.ofString());
    return new Answer(response.statusCode(), response.body());
  }

  private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
    try {
      return client.send(request, handler);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
