package dev.kintsugi.node.watch;

import dev.kintsugi.core.watch.MemoryTrend;
import dev.kintsugi.node.attempts.Attempt;
import dev.kintsugi.node.attempts.AttemptListener;
import dev.kintsugi.node.events.NodeEvents;
import dev.kintsugi.node.telemetry.DeviceMonitor;
import dev.kintsugi.node.telemetry.NodeMetrics;
import dev.kintsugi.protocol.node.NodeEvent.Kind;
import dev.kintsugi.protocol.node.NodeStatus.DeviceReadings;
import jakarta.inject.Singleton;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Map;

/** Looks at the memory after each job: what grows from job to job runs out one day. */
@Singleton
class JobMemoryWatch implements AttemptListener {
  private static final int WINDOW = 64;

  private final DeviceMonitor device;
  private final NodeMetrics metrics;
  private final NodeEvents events;
  private final Circumstances circumstances;
  private final TrendSettings settings;
  private final Deque<Double> afterJob = new ArrayDeque<>(WINDOW);
  private int jobs;
  private double jobsLeftTold = Double.POSITIVE_INFINITY;

  JobMemoryWatch(
      DeviceMonitor device,
      NodeMetrics metrics,
      NodeEvents events,
      Circumstances circumstances,
      TrendSettings settings) {
    this.device = device;
    this.metrics = metrics;
    this.events = events;
    this.circumstances = circumstances;
    this.settings = settings;
  }

  @Override
  public void ended(Attempt attempt) {
    DeviceReadings now = device.readings();
    ended(attempt, now.memoryUsedBytes(), now.memoryTotalBytes());
  }

  synchronized void ended(Attempt attempt, double usedBytes, double totalBytes) {
    if (++jobs <= settings.leakWarmUpJobs()) {
      return;
    }
    if (afterJob.size() == WINDOW) {
      afterJob.removeFirst();
    }
    afterJob.addLast(usedBytes);
    double[] values = afterJob.stream().mapToDouble(Double::doubleValue).toArray();
    switch (MemoryTrend.judge(values, totalBytes, settings.leak())) {
      case MemoryTrend.Verdict.Sound(MemoryTrend.Reason reason, double slope) -> {
        metrics.memoryGrows(slope);
        if (reason == MemoryTrend.Reason.NO_TREND) {
          jobsLeftTold = Double.POSITIVE_INFINITY;
        }
      }
      case MemoryTrend.Verdict.Leaking leak -> {
        metrics.memoryGrows(leak.slope());
        // Told again each time half of the room that was left is gone.
        if (leak.jobsLeft() <= jobsLeftTold / 2) {
          jobsLeftTold = leak.jobsLeft();
          tell(attempt, leak);
        }
      }
    }
  }

  private void tell(Attempt attempt, MemoryTrend.Verdict.Leaking leak) {
    events.add(
        Kind.MEMORY_LEAK,
        String.format(
            Locale.ROOT,
            "memory grows by %.3g bytes with each job and is full after about %.0f more",
            leak.slope(),
            leak.jobsLeft()),
        attempt.id(),
        circumstances.of(
            attempt,
            Map.of(
                "bytes_per_job", leak.slope(),
                "jobs_left", leak.jobsLeft(),
                "jobs_seen", leak.jobs())));
  }
}
