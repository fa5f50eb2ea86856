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
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * The memory of one node over many small jobs, each made, fetched and deleted as the control plane
 * does it. Growth is the median of the slopes between all pairs of readings after the first fifth
 * (Theil and Sen), with Sen's 95 % interval.
 *
 * <p>Arguments: URL of the node, its process id, MiB of its Java heap, jobs, its threads, file for
 * the figures.
 */
final class Memory {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int EVERY = 20;
  private static final double Z95 = 1.96;
  private static final List<String> SUBJECTS = List.of("ball", "car", "cat", "fish", "tree");
  private static final List<String> COLOURS = List.of("red", "blue", "green", "yellow");

  private final HttpClient client = HttpClient.newHttpClient();
  private final String node;
  private final Path status;
  private final long heap;

  private Memory(String node, String pid, long heapMib) {
    this.node = node;
    this.status = Path.of("/proc", pid, "status");
    this.heap = heapMib << 20;
  }

  /** Bytes after so many jobs; native is what is neither a mapped file nor the Java heap. */
  record Reading(int jobs, long rss, long nativeBytes) {}

  public static void main(String[] args) throws Exception {
    Memory bench = new Memory(args[0], args[1], Long.parseLong(args[2]));
    int jobs = Integer.parseInt(args[3]);
    bench.awaitReady();
    double load = load();
    List<Reading> readings = new ArrayList<>(List.of(bench.read(0)));
    int rejected = 0;
    for (int i = 1; i <= jobs; i++) {
      rejected += bench.make(i) ? 0 : 1;
      if (i % EVERY == 0) {
        readings.add(bench.read(i));
      }
      if (i % 100 == 0) {
        System.err.printf(Locale.ROOT, "%d jobs: %d MiB%n", i, readings.getLast().rss() >> 20);
      }
    }
    List<Reading> warm = readings.stream().filter(r -> r.jobs() >= jobs / 5).toList();
    ObjectNode result = JSON.createObjectNode();
    ObjectNode figures = result.putObject("figures");
    figure(figures, "rss_bytes_per_job", warm, warm.stream().map(Reading::rss).toList());
    figure(figures, "native_bytes_per_job", warm, warm.stream().map(Reading::nativeBytes).toList());
    result
        .putObject("settings")
        .put("what", "wan-tiny, 96x64, 5 frames, 4 steps, one after the other; heap held at its limit")
        .put("jobs", jobs)
        .put("rejected_by_the_gate", rejected)
        .put("heap_mib", bench.heap >> 20)
        .put("threads", Integer.parseInt(args[4]))
        .put("rss_mib_before", readings.getFirst().rss() >> 20)
        .put("rss_mib_after_a_fifth", warm.getFirst().rss() >> 20)
        .put("rss_mib_at_end", warm.getLast().rss() >> 20)
        .put("load_average_at_start", load)
        .put("load_average_at_end", load());
    result.set("samples", JSON.valueToTree(readings));
    Files.writeString(
        Path.of(args[5]), JSON.writerWithDefaultPrettyPrinter().writeValueAsString(result));
  }

  private static void figure(ObjectNode into, String name, List<Reading> at, List<Long> bytes) {
    int n = at.size();
    double[] slopes =
        IntStream.range(0, n)
            .boxed()
            .flatMapToDouble(
                i ->
                    IntStream.range(i + 1, n)
                        .mapToDouble(
                            j ->
                                (bytes.get(j) - bytes.get(i))
                                    / (double) (at.get(j).jobs() - at.get(i).jobs())))
            .sorted()
            .toArray();
    double spread = Z95 * Math.sqrt(n * (n - 1.0) * (2 * n + 5) / 18);
    int low = (int) Math.max(0, Math.floor((slopes.length - spread) / 2));
    int high = (int) Math.min(slopes.length - 1, Math.ceil((slopes.length + spread) / 2));
    into.putObject(name)
        .put("median", slopes[slopes.length / 2])
        .put("min", slopes[low])
        .put("max", slopes[high])
        .put("what", "slope after the first fifth of the jobs; min and max are its 95 % interval");
  }

  /** False when the quality gate refused the clip, which costs the same memory. */
  private boolean make(int number) throws Exception {
    String id = "memory-" + number;
    ObjectNode job =
        JSON.createObjectNode()
            .put("id", id)
            .put("model", "wan-tiny")
            .put(
                "prompt",
                "a %s %s moving from left to right on a street"
                    .formatted(
                        COLOURS.get(number % COLOURS.size()),
                        SUBJECTS.get(number % SUBJECTS.size())))
            .put("size", "96x64")
            .put("num_frames", 5)
            .put("num_inference_steps", 4)
            .put("seed", number);
    HttpResponse<String> sent = send("/v1/videos", "POST", job.toString());
    if (sent.statusCode() >= 300) {
      throw new IllegalStateException("job " + number + " was answered " + sent.body());
    }
    JsonNode ended = ended(id);
    boolean made = ended.path("status").asText().equals("completed");
    String code = ended.path("error").path("code").asText();
    if (!made && !List.of("BLACK_FRAMES", "FROZEN_FRAMES", "FLICKER", "QUALITY_LOW").contains(code)) {
      throw new IllegalStateException("job " + number + " ended with " + ended.path("error"));
    }
    if (made) {
      send("/v1/videos/" + id + "/content", "GET", "");
    }
    send("/v1/videos/" + id, "DELETE", "");
    return made;
  }

  private JsonNode ended(String id) throws Exception {
    Instant until = Instant.now().plus(PATIENCE);
    while (Instant.now().isBefore(until)) {
      JsonNode video = JSON.readTree(send("/v1/videos/" + id, "GET", "").body());
      if (List.of("completed", "failed").contains(video.path("status").asText())) {
        return video;
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
    throw new IllegalStateException(id + " did not end within " + PATIENCE);
  }

  private void awaitReady() throws Exception {
    Instant until = Instant.now().plus(PATIENCE);
    while (Instant.now().isBefore(until)) {
      try {
        if (send("/readyz", "GET", "").statusCode() == 200) {
          return;
        }
      } catch (IOException e) {
        // It starts.
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    throw new IllegalStateException("the node is not ready");
  }

  private HttpResponse<String> send(String path, String method, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(node + path))
            .timeout(Duration.ofSeconds(30))
            .header("Content-Type", "application/json")
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body))
            .build();
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private Reading read(int jobs) throws IOException {
    long rss = 0;
    long anonymous = 0;
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith("VmRSS:")) {
        rss = bytes(line);
      } else if (line.startsWith("RssAnon:")) {
        anonymous = bytes(line);
      }
    }
    return new Reading(jobs, rss, anonymous - heap);
  }

  private static long bytes(String line) {
    return Long.parseLong(line.replaceAll("\\D", "")) << 10;
  }

  private static double load() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }
}
