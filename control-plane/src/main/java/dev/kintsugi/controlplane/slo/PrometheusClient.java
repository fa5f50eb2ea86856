package dev.kintsugi.controlplane.slo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalDouble;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks a Prometheus for one number. No answer, or one that is no number, is no value. */
@Singleton
class PrometheusClient {

  private static final Logger LOG = LoggerFactory.getLogger(PrometheusClient.class);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int OK = 200;

  private final SloSettings settings;
  private final ObjectMapper json;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();

  PrometheusClient(SloSettings settings, ObjectMapper json) {
    this.settings = settings;
    this.json = json;
  }

  OptionalDouble ask(String query) {
    if (settings.prometheusUrl().isBlank()) {
      return OptionalDouble.empty();
    }
    try {
      HttpResponse<byte[]> answer =
          http.send(
              HttpRequest.newBuilder(
                      URI.create(
                          settings.prometheusUrl()
                              + "/api/v1/query?query="
                              + URLEncoder.encode(query, StandardCharsets.UTF_8)))
                  .timeout(PATIENCE)
                  .build(),
              BodyHandlers.ofByteArray());
      OptionalDouble value =
          answer.statusCode() == OK
              ? value(json.readTree(answer.body()).path("data"))
              : OptionalDouble.empty();
      if (value.isEmpty()) {
        LOG.debug("{} has no number for an answer ({})", query, answer.statusCode());
      }
      return value;
    } catch (IOException e) {
      LOG.debug("Prometheus does not answer: {}", e.toString());
      return OptionalDouble.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return OptionalDouble.empty();
    }
  }

  /** A scalar, or a vector of one element: of several none is the answer. */
  private static OptionalDouble value(JsonNode data) {
    JsonNode result = data.path("result");
    boolean scalar = data.path("resultType").asText().equals("scalar");
    if (!scalar && result.size() != 1) {
      return OptionalDouble.empty();
    }
    String text = (scalar ? result.path(1) : result.path(0).path("value").path(1)).asText();
    try {
      double value = Double.parseDouble(text);
      return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
    } catch (NumberFormatException e) {
      return OptionalDouble.empty();
    }
  }
}
