package dev.kintsugi.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;

/** The HTTP API of the cluster's Prometheus. */
final class Prometheus {
  private final Api api;

  Prometheus(String url) {
    this.api = new Api(url, "");
  }

  /**
   * The series that answer an expression now; an {@link AssertionError} says what is wrong in it.
   */
  JsonNode query(String expression) {
    return data("/api/v1/query?query=" + encoded(expression)).path("result");
  }

  JsonNode targets() {
    return data("/api/v1/targets?state=active").path("activeTargets");
  }

  /** The rules as loaded, each with its health. */
  JsonNode ruleGroups() {
    return data("/api/v1/rules?type=alert").path("groups");
  }

  /** Names of all series there ever were. */
  Set<String> names() {
    Set<String> names = new HashSet<>();
    data("/api/v1/label/__name__/values").forEach(name -> names.add(name.asText()));
    return names;
  }

  JsonNode exemplars(String selector) {
    Instant now = Instant.now();
    return data(
        "/api/v1/query_exemplars?query=%s&start=%d&end=%d"
            .formatted(
                encoded(selector),
                now.minus(Duration.ofHours(1)).getEpochSecond(),
                now.getEpochSecond() + 1));
  }

  private JsonNode data(String path) {
    Api.Answer answer = api.get(path);
    JsonNode json = answer.json();
    if (!json.path("status").asText().equals("success")) {
      throw new AssertionError(path + " was answered " + answer);
    }
    return json.path("data");
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
