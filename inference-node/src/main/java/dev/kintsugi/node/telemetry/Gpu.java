package dev.kintsugi.node.telemetry;

import dev.kintsugi.node.EngineSettings;
import dev.kintsugi.node.nvml.GpuReadings;
import dev.kintsugi.node.nvml.Nvml;
import dev.kintsugi.node.nvml.NvmlDevice;
import dev.kintsugi.node.nvml.NvmlException;
import dev.kintsugi.node.nvml.VisibleDevice;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.lang.foreign.SymbolLookup;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The GPU this node runs on, where it has one and its driver answers. Thread-safe. */
@Singleton
public final class Gpu {
  private static final Logger LOG = LoggerFactory.getLogger(Gpu.class);
  private static final String CUDA = "cuda:";

  private final String device;
  private final GpuLibrary library;
  private @Nullable Nvml nvml;
  private @Nullable NvmlDevice opened;
  private String lastProblem = "";

  Gpu(EngineSettings settings, GpuLibrary library) {
    this.device = settings.device();
    this.library = library;
  }

  /** What it shows now; empty without a GPU, or when the driver does not answer. */
  Optional<GpuReadings> read() {
    return device()
        .flatMap(
            gpu -> {
              try {
                return Optional.of(gpu.read());
              } catch (NvmlException e) {
                report(String.valueOf(e.getMessage()));
                return Optional.empty();
              }
            });
  }

  /** The device, opened at the first call that finds the driver ready. */
  public synchronized Optional<NvmlDevice> device() {
    if (opened == null && device.startsWith(CUDA)) {
      open();
    }
    return Optional.ofNullable(opened);
  }

  private void open() {
    Optional<SymbolLookup> symbols = library.symbols();
    if (symbols.isEmpty()) {
      report("this machine has no libnvidia-ml.so.1");
      return;
    }
    try {
      Nvml driver = nvml == null ? Nvml.open(symbols.get()) : nvml;
      nvml = driver;
      int number = Integer.parseInt(device.substring(CUDA.length()));
      opened = driver.device(VisibleDevice.of(number, System.getenv("CUDA_VISIBLE_DEVICES")));
    } catch (NvmlException e) {
      report(String.valueOf(e.getMessage()));
    }
  }

  private synchronized void report(String problem) {
    if (!problem.equals(lastProblem)) {
      lastProblem = problem;
      LOG.atWarn()
          .addKeyValue("event", "gpu_unreadable")
          .addKeyValue("device", device)
          .log("the GPU cannot be read, the process's own numbers stand in: {}", problem);
    }
  }

  @PreDestroy
  synchronized void close() {
    opened = null;
    if (nvml != null) {
      nvml.close();
      nvml = null;
    }
  }
}
