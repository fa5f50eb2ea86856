import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Puts the parts of the recovery benchmark together and prints the RESULT line. */
final class Report {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Report() {}

  public static void main(String[] args) throws Exception {
    ObjectNode result = JSON.createObjectNode();
    ObjectNode machine = result.putObject("machine");
    machine.put("cpu", cpu());
    machine.put("cores", Runtime.getRuntime().availableProcessors());
    machine.put("kernel", System.getProperty("os.version"));
    machine.put(
        "load_average_at_end",
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    result.putObject("versions").put("java", System.getProperty("java.runtime.version"));
    ObjectNode parts = result.putObject("parts");
    StringBuilder line = new StringBuilder("RESULT");
    for (Path file : files(Path.of(args[0]))) {
      JsonNode part = JSON.readTree(file.toFile());
      parts.set(file.getFileName().toString().replace(".json", ""), part);
      part.path("figures")
          .properties()
          .forEach(
              f ->
                  line.append(
                      String.format(
                          Locale.ROOT,
                          " %s=%.4f (%.4f to %.4f)",
                          f.getKey(),
                          f.getValue().path("median").asDouble(),
                          f.getValue().path("min").asDouble(),
                          f.getValue().path("max").asDouble())));
    }
    JSON.writerWithDefaultPrettyPrinter().writeValue(Path.of(args[1]).toFile(), result);
    System.out.println(line);
  }

  private static List<Path> files(Path directory) throws Exception {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(f -> f.toString().endsWith(".json")).sorted().toList();
    }
  }

  private static String cpu() throws Exception {
    return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
        .filter(l -> l.startsWith("model name"))
        .map(l -> l.substring(l.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("unknown");
  }
}
