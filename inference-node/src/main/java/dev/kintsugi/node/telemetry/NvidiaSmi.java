package dev.kintsugi.node.telemetry;

import dev.kintsugi.protocol.node.NodeStatus.DeviceReadings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Readings of one NVIDIA GPU, from the tool that comes with its driver. */
final class NvidiaSmi {
  private static final long MIB = 1L << 20;
  private static final int FIELDS = 6;

  private NvidiaSmi() {}

  /** Asks the tool; empty where it is missing or does not answer in time. */
  static Optional<DeviceReadings> read(int index) {
    try {
      Process tool =
          new ProcessBuilder(
                  "nvidia-smi",
                  "--id=" + index,
                  "--query-gpu=uuid,memory.used,memory.total,utilization.gpu,"
                      + "temperature.gpu,power.draw",
                  "--format=csv,noheader,nounits")
              .redirectErrorStream(true)
              .start();
      if (!tool.waitFor(3, TimeUnit.SECONDS)) {
        tool.destroyForcibly();
        return Optional.empty();
      }
      return parse(new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /** One line of comma-separated values; a value the GPU does not report is {@code [N/A]}. */
  static Optional<DeviceReadings> parse(String output) {
    String[] fields = output.strip().split("\\s*,\\s*", -1);
    if (fields.length != FIELDS) {
      return Optional.empty();
    }
    Double used = number(fields[1]);
    Double total = number(fields[2]);
    Double utilization = number(fields[3]);
    if (used == null || total == null) {
      return Optional.empty();
    }
    return Optional.of(
        new DeviceReadings(
            "cuda",
            fields[0],
            (long) (used * MIB),
            (long) (total * MIB),
            utilization == null ? 0 : utilization / 100,
            number(fields[4]),
            number(fields[5])));
  }

  private static @Nullable Double number(String field) {
    try {
      return Double.valueOf(field);
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
