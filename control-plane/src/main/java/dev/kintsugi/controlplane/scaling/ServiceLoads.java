package dev.kintsugi.controlplane.scaling;

import dev.kintsugi.controlplane.fleet.FleetRegistry;
import dev.kintsugi.controlplane.fleet.NodeSight;
import dev.kintsugi.controlplane.fleet.NodeSights;
import dev.kintsugi.controlplane.fleet.RegisteredService;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.queue.QueueSnapshot;
import dev.kintsugi.core.scaling.ScaleGate;
import dev.kintsugi.protocol.fleet.ServiceState.Scaling;
import dev.kintsugi.protocol.video.Priority;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The load of services, from the queue and the fleet. */
@Singleton
final class ServiceLoads {

  private final FleetRegistry fleet;
  private final NodeSights sights;
  private final JobQueue queue;
  private final Duration window;

  ServiceLoads(FleetRegistry fleet, NodeSights sights, JobQueue queue, ScalingSettings settings) {
    this.fleet = fleet;
    this.sights = sights;
    this.queue = queue;
    this.window = settings.window();
  }

  /**
   * @param value in the metric's unit
   */
  record Reading(RegisteredService service, double value) {}

  Duration window() {
    return window;
  }

  /** Of every service of the namespace. */
  List<Reading> of(String namespace, ExternalMetric metric, Instant now) {
    ToDoubleFunction<RegisteredService> value =
        switch (metric) {
          case VIDEO_QPS -> {
            Map<String, Long> accepted = queue.acceptedSince(now.minus(window));
            yield service -> told(service, accepted.getOrDefault(service.key(), 0L));
          }
          case VIDEO_QUEUE_DEPTH -> service -> queue.snapshot(service.key(), now).depth();
          case VIDEO_PREDICTED_WAIT_SECONDS -> service -> wait(service, now);
        };
    return fleet.services().stream()
        .filter(service -> service.namespace().equals(namespace))
        .map(service -> new Reading(service, value.applyAsDouble(service)))
        .toList();
  }

  private double told(RegisteredService service, long accepted) {
    double qps = accepted * 1000.0 / window.toMillis();
    Scaling scaling = service.state().scaling();
    return scaling == null
        ? qps
        : ScaleGate.decide(
                new ScaleGate.Load(qps, scaling.replicas()),
                new ScaleGate.Policy(scaling.targetPerPod(), scaling.scaleDownBelow()))
            .value();
  }

  /** As admission predicts it: work ahead over the slots that can be reached, or over one. */
  private double wait(RegisteredService service, Instant now) {
    QueueSnapshot load = queue.snapshot(service.key(), now);
    int slots =
        service.nodes().stream()
            .map(node -> sights.of(node.nodeId()))
            .mapToInt(ServiceLoads::slots)
            .sum();
    return load.secondsAhead(Priority.STANDARD) / Math.max(1, slots);
  }

  private static int slots(NodeSight sight) {
    var status = sight.status();
    return status != null && sight.health().reachable() && status.warm() ? status.slots() : 0;
  }
}
