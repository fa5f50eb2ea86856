import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Time to recovery of a running product by kind of fault: from the instant the failure was recorded
 * to the instant the customer could fetch the answer.
 *
 * <p>Arguments: URL of the control plane, its API key, its operators' key, URL of the one node,
 * rounds per kind, file for the samples.
 */
final class Mttr {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final long POLL_MILLIS = 20;

  private static final Map<String, Map<String, Object>> FAULTS =
      new TreeMap<>(
          Map.of(
              "oom", Map.of(),
              "nan", Map.of(),
              "black-frames", Map.of(),
              "frozen", Map.of(),
              "flicker", Map.of(),
              "gpu-fault", Map.of("xid", 79),
              "stall", Map.of("delay_seconds", 8),
              "crash", Map.of()));

  private final HttpClient client = HttpClient.newHttpClient();
  private final String url;
  private final String key;
  private final String opsKey;
  private final String node;

  private Mttr(String url, String key, String opsKey, String node) {
    this.url = url;
    this.key = key;
    this.opsKey = opsKey;
    this.node = node;
  }

  /** Seconds from the recorded failure to the answer, and what the answer was. */
  record Sample(String kind, double seconds, String step, boolean degraded) {}

  public static void main(String[] args) throws Exception {
    Mttr bench = new Mttr(args[0], args[1], args[2], args[3]);
    int rounds = Integer.parseInt(args[4]);
    List<Sample> samples = new ArrayList<>();
    bench.answered(bench.submit(0));
    int seed = 1;
    for (Map.Entry<String, Map<String, Object>> fault : FAULTS.entrySet()) {
      for (int i = 0; i < rounds; i++) {
        samples.add(bench.round(fault.getKey(), fault.getValue(), seed++));
      }
      System.err.printf(
          Locale.ROOT, "%s: median %.2f s%n", fault.getKey(), quantile(of(samples, fault.getKey()), 0.5));
    }
    ObjectNode result = JSON.createObjectNode();
    ObjectNode figures = result.putObject("figures");
    figure(figures, "mttr_s", samples.stream().map(Sample::seconds).toList());
    ObjectNode kinds = result.putObject("settings").put("rounds", rounds).putObject("kinds");
    for (String kind : FAULTS.keySet()) {
      figure(kinds, kind, of(samples, kind));
    }
    figures
        .putObject("mttr_p95_s")
        .put("median", figures.path("mttr_s").path("p95").asDouble())
        .put("min", spread(kinds).stream().min(Double::compare).orElseThrow())
        .put("max", spread(kinds).stream().max(Double::compare).orElseThrow())
        .put("what", "95th percentile over all kinds; min and max of one kind");
    result.set("samples", JSON.valueToTree(samples));
    Files.writeString(
        Path.of(args[5]), JSON.writerWithDefaultPrettyPrinter().writeValueAsString(result));
  }

  private static void figure(ObjectNode into, String name, List<Double> seconds) {
    into.putObject(name)
        .put("median", quantile(seconds, 0.5))
        .put("min", quantile(seconds, 0))
        .put("max", quantile(seconds, 1))
        .put("p95", quantile(seconds, 0.95));
  }

  private static List<Double> spread(ObjectNode kinds) {
    List<Double> p95 = new ArrayList<>();
    kinds.forEach(kind -> p95.add(kind.path("p95").asDouble()));
    return p95;
  }

  private Sample round(String kind, Map<String, Object> more, int seed) throws Exception {
    awaitNode();
    ObjectNode fault = JSON.valueToTree(more);
    fault.put("kind", kind).put("count", 1);
    require(send(node + "/node/faults", "POST", "", fault.toString()), kind);
    String id = submit(seed);
    Instant answered = answered(id);
    JsonNode video = JSON.readTree(send(url + "/v1/videos/" + id, "GET", key, "").body());
    JsonNode delivered = video.path("delivered");
    double seconds = Duration.between(firstFailure(id), answered).toMillis() / 1e3;
    send(node + "/node/faults", "DELETE", "", "");
    return new Sample(
        kind,
        seconds,
        delivered.path("ladder_step").asText(),
        delivered.path("degraded").asBoolean());
  }

  private String submit(int seed) throws Exception {
    ObjectNode job =
        JSON.createObjectNode()
            .put("model", "wan-tiny")
            .put("prompt", "a red ball bouncing on the beach")
            .put("size", "96x64")
            .put("num_frames", 9)
            .put("num_inference_steps", 8)
            .put("seed", seed);
    HttpResponse<String> answer = send(url + "/v1/videos", "POST", key, job.toString());
    require(answer, "submit");
    return JSON.readTree(answer.body()).path("id").asText();
  }

  private Instant answered(String id) throws Exception {
    Instant until = Instant.now().plus(PATIENCE);
    while (Instant.now().isBefore(until)) {
      String status =
          JSON.readTree(send(url + "/v1/videos/" + id, "GET", key, "").body())
              .path("status")
              .asText();
      if (status.equals("completed")) {
        return Instant.now();
      }
      if (status.equals("failed")) {
        throw new IllegalStateException(id + " failed");
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    throw new IllegalStateException(id + " was not answered within " + PATIENCE);
  }

  private Instant firstFailure(String id) throws Exception {
    Instant until = Instant.now().plusSeconds(30);
    while (Instant.now().isBefore(until)) {
      JsonNode cases =
          JSON.readTree(send(url + "/ops/v1/cases?limit=100&video=" + id, "GET", opsKey, "").body())
              .path("data");
      if (!cases.isEmpty()) {
        List<Instant> at = new ArrayList<>();
        cases.forEach(one -> at.add(Instant.parse(one.path("occurred_at").asText())));
        return at.stream().min(Instant::compareTo).orElseThrow();
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    throw new IllegalStateException("no case of " + id + ": the fault did not act");
  }

  private void awaitNode() throws Exception {
    Instant until = Instant.now().plus(PATIENCE);
    while (Instant.now().isBefore(until)) {
      try {
        if (send(node + "/readyz", "GET", "", "").statusCode() == 200) {
          return;
        }
      } catch (IOException e) {
        // It was killed and comes back.
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    throw new IllegalStateException("the node is not ready");
  }

  private HttpResponse<String> send(String to, String method, String bearer, String body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(to))
            .timeout(Duration.ofSeconds(30))
            .header("Content-Type", "application/json")
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (!bearer.isEmpty()) {
      request.header("Authorization", "Bearer " + bearer);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static void require(HttpResponse<String> answer, String what) {
    if (answer.statusCode() >= 300) {
      throw new IllegalStateException(what + " was answered " + answer.body());
    }
  }

  private static List<Double> of(List<Sample> samples, String kind) {
    return samples.stream().filter(s -> s.kind().equals(kind)).map(Sample::seconds).toList();
  }

  /** Nearest rank. */
  private static double quantile(List<Double> values, double q) {
    List<Double> sorted = values.stream().sorted().toList();
    int rank = (int) Math.ceil(q * sorted.size());
    return sorted.get(Math.max(0, rank - 1));
  }
}
