package dev.kintsugi.e2e;

import dev.kintsugi.e2e.FaultPort.Pod;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Breaks the pods of the demo service at random, by a seed, until it is told to stop. */
final class Storm implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Storm.class);
  private static final Duration CALM = Duration.ofSeconds(3);
  private static final List<String> KINDS =
      List.of(
          "oom",
          "nan",
          "black-frames",
          "frozen",
          "flicker",
          "latency",
          "stall",
          "expert-failure",
          "encode-failed",
          "upload-failed",
          "disk-full",
          "gpu-fault",
          "crash");

  private final LocalProduct product;
  private final FaultPort faults;
  private final Random random;
  private final Thread thread;
  private int blows;

  Storm(LocalProduct product, FaultPort faults, long seed) {
    this.product = product;
    this.faults = faults;
    this.random = new Random(seed);
    LOG.info("storm with seed {}", seed);
    this.thread = Thread.ofPlatform().name("storm").start(this::rage);
  }

  /** Faults armed and pods killed. */
  int blows() {
    return blows;
  }

  @Override
  public void close() throws InterruptedException {
    thread.interrupt();
    thread.join();
  }

  private void rage() {
    try {
      while (true) {
        TimeUnit.MILLISECONDS.sleep(CALM.toMillis());
        blow();
      }
    } catch (InterruptedException e) {
      LOG.info("storm over after {} blows", blows);
    }
  }

  private void blow() {
    List<Pod> pods = faults.pods();
    if (pods.isEmpty()) {
      return;
    }
    Pod pod = pods.get(random.nextInt(pods.size()));
    boolean kill = random.nextInt(10) == 0;
    String kind = KINDS.get(random.nextInt(KINDS.size()));
    try {
      if (kill) {
        product.kubectl("delete", "pod", "-n", "studio", pod.name(), "--wait=false");
      } else {
        faults.arm(pod, fault(kind));
      }
      blows++;
      LOG.info("{} at {}", kill ? "pod killed" : kind, pod.name());
    } catch (RuntimeException | AssertionError e) {
      // A pod that is down already cannot be broken.
      LOG.info("{} is not there: {}", pod.name(), e.getMessage());
    }
  }

  private Map<String, Object> fault(String kind) {
    Map<String, Object> fault =
        new HashMap<>(Map.of("kind", kind, "count", 1 + random.nextInt(3), "duration_seconds", 15));
    switch (kind) {
      case "latency" -> fault.put("delay_seconds", 0.3);
      case "stall" -> fault.put("delay_seconds", 10);
      case "expert-failure" -> fault.put("expert", random.nextBoolean() ? "high" : "low");
      case "gpu-fault" -> fault.put("xid", 79);
      default -> {}
    }
    return fault;
  }
}
