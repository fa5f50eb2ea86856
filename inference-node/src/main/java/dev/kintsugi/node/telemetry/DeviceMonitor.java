package dev.kintsugi.node.telemetry;

import com.sun.management.OperatingSystemMXBean;
import dev.kintsugi.node.EngineSettings;
import dev.kintsugi.protocol.node.NodeStatus.DeviceReadings;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Readings of the device. On a machine without a GPU they are the process's own: resident memory,
 * memory it may use, share of the processors it uses.
 */
@Singleton
public class DeviceMonitor {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceMonitor.class);
  private static final Path PROCESS_STATUS = Path.of("/proc/self/status");
  private static final String CUDA = "cuda:";
  private static final double MEMORY_ALARM = 0.9;
  private static final double MEMORY_CALM = 0.85;

  private final OperatingSystemMXBean system =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private final String device;
  private volatile @Nullable DeviceReadings gpu;
  private boolean alarmed;

  DeviceMonitor(EngineSettings settings) {
    device = settings.device();
  }

  /** What the device showed last; of a GPU at most a few seconds ago. */
  public DeviceReadings readings() {
    DeviceReadings last = gpu;
    return last == null ? processReadings() : last;
  }

  private DeviceReadings processReadings() {
    long total = system.getTotalMemorySize();
    double load = system.getProcessCpuLoad();
    return new DeviceReadings(
        "cpu",
        "cpu",
        residentBytes(),
        total,
        Double.isNaN(load) ? 0 : Math.max(0, load),
        null,
        null);
  }

  /** Warns once when memory runs short, and again only after it has recovered. */
  @Scheduled(fixedDelay = "5s", initialDelay = "5s")
  void watch() {
    if (device.startsWith(CUDA)) {
      gpu = NvidiaSmi.read(Integer.parseInt(device.substring(CUDA.length()))).orElse(null);
    }
    DeviceReadings now = readings();
    double share = (double) now.memoryUsedBytes() / Math.max(1, now.memoryTotalBytes());
    if (share > MEMORY_ALARM && !alarmed) {
      LOG.atWarn()
          .addKeyValue("event", "memory_high")
          .addKeyValue("device", now.id())
          .addKeyValue("memory_used_bytes", now.memoryUsedBytes())
          .addKeyValue("memory_total_bytes", now.memoryTotalBytes())
          .addKeyValue("utilization", now.utilization())
          .log("memory use is over 90 %");
    }
    alarmed = share > (alarmed ? MEMORY_CALM : MEMORY_ALARM);
  }

  private static long residentBytes() {
    try {
      List<String> lines = Files.readAllLines(PROCESS_STATUS);
      for (String line : lines) {
        if (line.startsWith("VmRSS:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
        }
      }
      return 0;
    } catch (IOException e) {
      // Not Linux: the heap is the best that is known.
      return Runtime.getRuntime().totalMemory();
    }
  }
}
