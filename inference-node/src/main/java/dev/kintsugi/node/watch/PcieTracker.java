package dev.kintsugi.node.watch;

import dev.kintsugi.core.watch.Alarm;
import dev.kintsugi.core.watch.Alarm.Look;
import dev.kintsugi.core.watch.PcieWatch;
import dev.kintsugi.core.watch.PcieWatch.Verdict;
import dev.kintsugi.node.nvml.GpuReadings;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** The past of the PCIe traffic while jobs ran. */
final class PcieTracker {
  /** Looks that make one verdict: a minute. Traffic is counted over 20 ms, so one says little. */
  private static final int RECENT = 12;

  private static final int KEPT = 720;

  /** Slow looks in a row: the link changes its speed while the load begins. */
  private static final int NEEDED = 3;

  private final PcieWatch.Policy policy;
  private final Deque<Double> recent = new ArrayDeque<>();
  private final Deque<Double> earlier = new ArrayDeque<>();
  private Alarm alarm = Alarm.CALM;

  PcieTracker(PcieWatch.Policy policy) {
    this.policy = policy;
  }

  /** Adds what the GPU shows while a job runs; slowness the first time it is certain. */
  Optional<Verdict.Slow> add(GpuReadings gpu) {
    GpuReadings.Pcie pcie = gpu.pcie();
    Long sent = pcie.sentBytesPerSecond();
    Long received = pcie.receivedBytesPerSecond();
    if (sent != null && received != null) {
      remember(sent + received);
    }
    PcieWatch.Situation situation =
        new PcieWatch.Situation(
            new PcieWatch.Link(
                pcie.generation(), pcie.width(), pcie.maxGeneration(), pcie.maxWidth()),
            gpu.utilization(),
            recent.size() < RECENT ? new double[0] : array(recent),
            array(earlier));
    return switch (PcieWatch.judge(situation, policy)) {
      case Verdict.Unknown u -> Optional.empty();
      case Verdict.Normal n -> {
        alarm = alarm.after(Look.GOOD, NEEDED).alarm();
        yield Optional.empty();
      }
      case Verdict.Slow slow -> {
        Alarm.Step step = alarm.after(Look.BAD, NEEDED);
        alarm = step.alarm();
        yield step.change() == Alarm.Change.RAISED ? Optional.of(slow) : Optional.empty();
      }
    };
  }

  private void remember(double bytesPerSecond) {
    recent.addLast(bytesPerSecond);
    // While traffic is low it must not become the usual.
    if (recent.size() > RECENT) {
      double oldest = recent.removeFirst();
      if (!alarm.raised()) {
        earlier.addLast(oldest);
      }
    }
    if (earlier.size() > KEPT) {
      earlier.removeFirst();
    }
  }

  private static double[] array(Deque<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
