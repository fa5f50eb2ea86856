package dev.kintsugi.node.telemetry;

import com.sun.management.OperatingSystemMXBean;
import dev.kintsugi.node.nvml.GpuReadings;
import dev.kintsugi.protocol.node.NodeStatus.DeviceReadings;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Readings of the device. On a machine without a GPU they are the process's own: resident memory,
 * memory it may use, share of the processors it uses.
 */
@Singleton
public class DeviceMonitor {
  private static final Path PROCESS_STATUS = Path.of("/proc/self/status");

  private final OperatingSystemMXBean system =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private final Gpu gpu;
  private volatile @Nullable GpuReadings last;

  DeviceMonitor(Gpu gpu) {
    this.gpu = gpu;
  }

  /** What the device showed last; of a GPU at most a few seconds ago. */
  public DeviceReadings readings() {
    GpuReadings of = last;
    return of == null ? processReadings() : gpuReadings(of);
  }

  /** Everything the GPU showed last; empty where there is none. */
  public Optional<GpuReadings> gpu() {
    return Optional.ofNullable(last);
  }

  @Scheduled(fixedDelay = "5s")
  void refresh() {
    last = gpu.read().orElse(null);
  }

  private static DeviceReadings gpuReadings(GpuReadings of) {
    Long sent = of.pcie().sentBytesPerSecond();
    Long received = of.pcie().receivedBytesPerSecond();
    return new DeviceReadings(
        "cuda",
        of.uuid(),
        of.memoryUsedBytes(),
        of.memoryTotalBytes(),
        of.utilization() == null ? 0 : of.utilization(),
        of.temperatureCelsius(),
        of.powerWatts(),
        sent == null || received == null ? null : Long.valueOf(sent + received),
        of.uncorrectedEccErrors());
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
