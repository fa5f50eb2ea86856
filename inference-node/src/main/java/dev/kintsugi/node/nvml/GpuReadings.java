package dev.kintsugi.node.nvml;

import org.jspecify.annotations.Nullable;

/**
 * What one GPU shows at a moment. What it does not report is null.
 *
 * @param memoryUsedBytes of the whole GPU, whoever uses it
 * @param utilization 0..1, share of the last sampling period in which a kernel ran
 * @param pcie its connection to the machine
 * @param uncorrectedEccErrors since the driver was loaded
 */
public record GpuReadings(
    String uuid,
    long memoryUsedBytes,
    long memoryTotalBytes,
    @Nullable Double utilization,
    @Nullable Double temperatureCelsius,
    @Nullable Double powerWatts,
    Pcie pcie,
    @Nullable Long uncorrectedEccErrors) {

  /**
   * @param sentBytesPerSecond over the last 20 ms
   * @param receivedBytesPerSecond likewise
   * @param generation of the link now; it falls while the GPU idles, to save power
   * @param width lanes now
   */
  public record Pcie(
      @Nullable Long sentBytesPerSecond,
      @Nullable Long receivedBytesPerSecond,
      @Nullable Integer generation,
      @Nullable Integer width,
      @Nullable Integer maxGeneration,
      @Nullable Integer maxWidth) {}
}
