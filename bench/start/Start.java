import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/** Starts fresh node processes one after the other and times them until they say they are ready. */
final class Start {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Start() {}

  /**
   * Seconds of one start.
   *
   * @param ready from the start of the process to readiness, by this program's clock
   * @param process JVM and framework until loading began
   * @param hash checking every file
   * @param load starting the tensor library and reading the modules
   * @param selfTest repeating the reference run
   * @param cpu processor time of all threads until readiness
   */
  record Round(
      double ready, double process, double hash, double load, double selfTest, double cpu) {}

  public static void main(String[] args) throws Exception {
    Path root = Path.of(args[0]);
    int rounds = Integer.parseInt(args[1]);
    String threads = args[2];
    // The first start reads everything from disk; what is measured is a start with a warm page cache.
    round(root, threads);
    List<Round> samples = new ArrayList<>();
    for (int i = 1; i <= rounds; i++) {
      Round round = round(root, threads);
      samples.add(round);
      System.err.printf(Locale.ROOT, "round %d of %d: %s%n", i, rounds, round);
    }
    write(root, threads, samples);
    System.out.printf(
        Locale.ROOT,
        "RESULT ready_s=%.2f ready_min_s=%.2f ready_max_s=%.2f process_share=%.2f hash_share=%.2f"
            + " load_share=%.2f self_test_share=%.2f cpu_s=%.2f load_average=%.1f%n",
        median(samples, Round::ready),
        samples.stream().mapToDouble(Round::ready).min().orElseThrow(),
        samples.stream().mapToDouble(Round::ready).max().orElseThrow(),
        share(samples, Round::process),
        share(samples, Round::hash),
        share(samples, Round::load),
        share(samples, Round::selfTest),
        median(samples, Round::cpu),
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }

  private static Round round(Path root, String threads) throws Exception {
    Path work = Files.createTempDirectory("kintsugi-bench-start");
    long start = System.nanoTime();
    Process node =
        new ProcessBuilder(
                root.resolve("deploy/none/node-command").toString(),
                "serve",
                "--port",
                "0",
                "--threads",
                threads,
                "--work-dir",
                work.toString())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(node.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode event = line.startsWith("{") ? JSON.readTree(line) : JSON.createObjectNode();
        if (event.path("event").asText().equals("model_unusable")) {
          throw new IllegalStateException(event.path("message").asText());
        }
        if (event.path("event").asText().equals("ready")) {
          double ready = (System.nanoTime() - start) / 1e9;
          return new Round(
              ready,
              event.get("process_seconds").asDouble(),
              event.get("hash_seconds").asDouble(),
              event.get("load_seconds").asDouble(),
              event.get("self_test_seconds").asDouble(),
              node.info().totalCpuDuration().orElseThrow().toMillis() / 1e3);
        }
      }
      throw new IllegalStateException("the node ended before it was ready");
    } finally {
      node.destroy();
      if (!node.waitFor(60, TimeUnit.SECONDS)) {
        node.destroyForcibly();
      }
      delete(work);
    }
  }

  private static void write(Path root, String threads, List<Round> samples) throws IOException {
    ObjectNode result = JSON.createObjectNode();
    result.put("what", "start of a fresh node process to readiness, built-in wan-tiny, warm page cache");
    ObjectNode machine = result.putObject("machine");
    machine.put("cpu", cpu());
    machine.put("cores", Runtime.getRuntime().availableProcessors());
    machine.put("kernel", System.getProperty("os.version"));
    machine.put(
        "load_average_at_end",
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    result.putObject("versions").put("java", System.getProperty("java.runtime.version"));
    result.putObject("settings").put("rounds", samples.size()).put("threads", threads);
    result.put("ready_s", median(samples, Round::ready));
    result.set("samples", JSON.valueToTree(samples));
    JSON.writerWithDefaultPrettyPrinter()
        .writeValue(root.resolve("bench/results/start.json").toFile(), result);
  }

  private static String cpu() throws IOException {
    return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
        .filter(l -> l.startsWith("model name"))
        .map(l -> l.substring(l.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("unknown");
  }

  private static double share(List<Round> samples, ToDoubleFunction<Round> part) {
    return median(samples, part) / median(samples, Round::ready);
  }

  private static double median(List<Round> samples, ToDoubleFunction<Round> value) {
    double[] sorted = samples.stream().mapToDouble(value).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  private static void delete(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
