import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Time to recovery of a running product by kind of fault: from the instant the failure was recorded
 * to the instant the customer could fetch the answer.
 *
 * <p>Arguments: URL of the control plane, its API key, its operators' key, URLs of its nodes with
 * commas between, rounds per kind, file for the samples.
 */
final class Mttr {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final long POLL_MILLIS = 20;
  private static final int TRIES = 10;

  private static final Map<String, Map<String, Object>> FAULTS =
      new TreeMap<>(
          Map.of(
              "oom", Map.of(),
              "nan", Map.of(),
              "black-frames", Map.of(),
              "frozen", Map.of(),
              "flicker", Map.of(),
              "noise", Map.of(),
              "disk-full", Map.of(),
              "gpu-fault", Map.of("xid", 79),
              "stall", Map.of("delay_seconds", 8),
              "crash", Map.of()));

  private final HttpClient client = HttpClient.newHttpClient();
  private final String url;
  private final String key;
  private final String opsKey;
  private final List<String> nodes;

  private Mttr(String url, String key, String opsKey, List<String> nodes) {
    this.url = url;
    this.key = key;
    this.opsKey = opsKey;
    this.nodes = nodes;
  }

  /** Seconds from the recorded failure to the answer, what failed, and what the answer was. */
  record Sample(String kind, String failure, double seconds, String step, boolean degraded) {}

  /** The first case of a job. */
  record Failure(String kind, Instant at) {}

  public static void main(String[] args) throws Exception {
    Mttr bench = new Mttr(args[0], args[1], args[2], List.of(args[3].split(",")));
    double load = load();
    int rounds = Integer.parseInt(args[4]);
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < bench.nodes.size(); i++) {
      bench.answered(bench.submit(0));
    }
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
    String name = bench.nodes.size() == 1 ? "mttr" : "mttr_" + bench.nodes.size() + "_nodes";
    List<Double> all = samples.stream().map(Sample::seconds).toList();
    figure(figures, name + "_s", all);
    ObjectNode settings =
        result
            .putObject("settings")
            .put("nodes", bench.nodes.size())
            .put("rounds", rounds)
            .put("load_average_at_start", load)
            .put("load_average_at_end", load());
    ObjectNode kinds = settings.putObject("kinds");
    for (String kind : FAULTS.keySet()) {
      figure(kinds, kind, of(samples, kind));
    }
    figures
        .putObject(name + "_p95_s")
        .put("median", quantile(all, 0.95))
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

  /** The node that the fault waits on is the first choice, but one that fails is left out a while. */
  private Sample round(String kind, Map<String, Object> more, int seed) throws Exception {
    for (int i = 0; i < TRIES; i++) {
      awaitNodes();
      ObjectNode fault = JSON.valueToTree(more);
      fault.put("kind", kind).put("count", 1);
      require(send(nodes.getFirst() + "/node/faults", "POST", "", fault.toString()), kind);
      String id = submit(seed);
      Instant answered = answered(id);
      awaitNodes();
      send(nodes.getFirst() + "/node/faults", "DELETE", "", "");
      JsonNode delivered =
          JSON.readTree(send(url + "/v1/videos/" + id, "GET", key, "").body()).path("delivered");
      if (delivered.path("attempts").asInt() > 1) {
        Failure failure = firstFailure(id);
        return new Sample(
            kind,
            failure.kind(),
            Duration.between(failure.at(), answered).toMillis() / 1e3,
            delivered.path("ladder_step").asText(),
            delivered.path("degraded").asBoolean());
      }
    }
    throw new IllegalStateException(kind + " was given no job in " + TRIES + " tries");
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

  private Failure firstFailure(String id) throws Exception {
    Instant until = Instant.now().plusSeconds(30);
    while (Instant.now().isBefore(until)) {
      JsonNode cases =
          JSON.readTree(send(url + "/ops/v1/cases?limit=100&video=" + id, "GET", opsKey, "").body())
              .path("data");
      if (!cases.isEmpty()) {
        List<Failure> failures = new ArrayList<>();
        cases.forEach(
            one ->
                failures.add(
                    new Failure(
                        one.path("failure_class").asText(),
                        Instant.parse(one.path("occurred_at").asText()))));
        return failures.stream().min(Comparator.comparing(Failure::at)).orElseThrow();
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    throw new IllegalStateException("no case of " + id + ": the fault did not act");
  }

  private void awaitNodes() throws Exception {
    for (String node : nodes) {
      awaitNode(node);
    }
  }

  private void awaitNode(String node) throws Exception {
    Instant until = Instant.now().plus(PATIENCE);
    while (Instant.now().isBefore(until)) {
      try {
        if (send(node + "/readyz", "GET", "", "").statusCode() == 200 && trusted(node)) {
          return;
        }
      } catch (IOException e) {
        // It was killed and comes back.
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    throw new IllegalStateException(node + " is not ready");
  }

  /** A node whose expert is out of use gets no job that asks for full quality. */
  private boolean trusted(String node) throws Exception {
    JsonNode experts =
        JSON.readTree(send(node + "/node/status", "GET", "", "").body()).path("experts");
    return experts.valueStream().allMatch(expert -> expert.path("weight").asDouble() == 1);
  }

  private static double load() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
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
