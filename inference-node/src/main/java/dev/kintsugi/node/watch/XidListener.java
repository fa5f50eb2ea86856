package dev.kintsugi.node.watch;

import dev.kintsugi.core.watch.XidImpact;
import dev.kintsugi.node.EngineSettings;
import dev.kintsugi.node.nvml.NvmlDevice;
import dev.kintsugi.node.nvml.NvmlException;
import dev.kintsugi.node.telemetry.Gpu;
import io.micronaut.context.annotation.Context;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for the driver's word of GPU faults, on a thread of its own: the wait blocks natively. */
@Context
final class XidListener {
  private static final Logger LOG = LoggerFactory.getLogger(XidListener.class);
  private static final int WAIT_MILLIS = 1_000;
  private static final long RETRY_SECONDS = 10;

  private final Gpu gpu;
  private final GpuFaults faults;
  private final boolean wanted;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread = Thread.ofPlatform().daemon().name("xid").unstarted(this::listen);
  private String lastProblem = "";

  XidListener(Gpu gpu, GpuFaults faults, EngineSettings settings) {
    this.gpu = gpu;
    this.faults = faults;
    this.wanted = settings.device().startsWith("cuda:");
  }

  @PostConstruct
  void start() {
    if (wanted) {
      thread.start();
    }
  }

  /** Must end before the library is shut down, or it would be called afterwards. */
  @PreDestroy
  void close() throws InterruptedException {
    stop.countDown();
    if (wanted && !thread.join(java.time.Duration.ofMillis(2L * WAIT_MILLIS))) {
      LOG.warn("the driver does not answer: the wait for GPU faults is left behind");
    }
  }

  private void listen() {
    boolean lost = false;
    while (!lost && stop.getCount() > 0) {
      Optional<NvmlDevice> device = gpu.device();
      if (device.isPresent()) {
        lost = listen(device.get());
      }
      pause(lost ? 0 : RETRY_SECONDS);
    }
  }

  /** Until the end or an error; true when the GPU is gone for good. */
  private boolean listen(NvmlDevice device) {
    try (NvmlDevice.XidEvents events = device.xidEvents()) {
      while (stop.getCount() > 0) {
        @Nullable Integer xid = events.await(WAIT_MILLIS);
        if (xid != null) {
          faults.report(xid, "nvml");
        }
      }
      return false;
    } catch (NvmlException e) {
      if (e.gpuLost()) {
        faults.report(XidImpact.FALLEN_OFF_THE_BUS, "nvml: the driver lost the GPU");
        return true;
      }
      String problem = String.valueOf(e.getMessage());
      if (!problem.equals(lastProblem)) {
        lastProblem = problem;
        LOG.atWarn()
            .addKeyValue("event", "xid_unheard")
            .log("no GPU faults are heard: {}", problem);
      }
      return false;
    }
  }

  private void pause(long seconds) {
    try {
      boolean ignored = stop.await(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
