package dev.kintsugi.node.faults;

import dev.kintsugi.core.node.FaultPlan.Armed;
import dev.kintsugi.core.node.FaultPlan.Chance;
import dev.kintsugi.core.node.FaultPlan.Decision;
import dev.kintsugi.core.node.FaultPlan.Reason;
import dev.kintsugi.node.events.NodeEvents;
import dev.kintsugi.protocol.node.FaultSpec;
import dev.kintsugi.protocol.node.FaultSpec.Kind;
import dev.kintsugi.protocol.node.FaultStatus;
import dev.kintsugi.protocol.node.NodeEvent;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.TaskScheduler;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

/** The faults of this node: armed ones, and the last that ended. Thread-safe. */
@Singleton
public final class FaultBoard {
  /** Enough for any drill; a list that grew without bound would be a fault of its own. */
  public static final int MAX_ARMED = 32;

  private static final int KEPT = 32;

  private final NodeEvents events;
  private final TaskScheduler scheduler;
  private final List<LastingFault> lasting;
  private final Clock clock;
  private final List<ArmedFault> armed = new CopyOnWriteArrayList<>();
  private final Deque<ArmedFault> ended = new ArrayDeque<>();

  FaultBoard(
      NodeEvents events,
      @Named(TaskExecutors.SCHEDULED) TaskScheduler scheduler,
      List<LastingFault> lasting,
      Clock clock) {
    this.events = events;
    this.scheduler = scheduler;
    this.lasting = lasting;
    this.clock = clock;
  }

  /**
   * Arms a fault.
   *
   * @param spec with everything filled in
   * @return empty when too many are armed already
   */
  public Optional<FaultStatus> arm(FaultSpec spec) {
    Instant now = clock.instant();
    Duration longest =
        Duration.ofNanos((long) (Objects.requireNonNull(spec.durationSeconds()) * 1e9));
    Armed plan =
        new Armed(
            Objects.requireNonNull(spec.count()),
            Objects.requireNonNull(spec.probability()),
            Objects.requireNonNull(spec.seed()),
            spec.step(),
            spec.expert(),
            spec.kind() == Kind.LEAK,
            now.plus(longest));
    String id = "fault-" + UUID.randomUUID().toString().substring(0, 8);
    ArmedFault fault = new ArmedFault(id, spec, plan, now);
    synchronized (ended) {
      if (armed.size() >= MAX_ARMED) {
        return Optional.empty();
      }
      armed.add(fault);
    }
    events.add(
        NodeEvent.Kind.FAULT_STARTED,
        "injected fault " + id + ": " + spec.kind().wireName(),
        null,
        Map.of("fault", id, "kind", spec.kind().wireName(), "ends_at", plan.endsAt().toString()));
    lasting(spec.kind()).ifPresent(l -> l.armed(fault));
    // A little late rather than early: at its end it must be over.
    scheduler.schedule(longest.plusMillis(1), () -> endIfOver(fault));
    return Optional.of(fault.status());
  }

  /** Armed faults, then those that ended, newest first. */
  public List<FaultStatus> statuses() {
    synchronized (ended) {
      return java.util.stream.Stream.concat(armed.stream(), ended.stream())
          .map(ArmedFault::status)
          .toList();
    }
  }

  public Optional<FaultStatus> find(String id) {
    return statuses().stream().filter(f -> f.id().equals(id)).findFirst();
  }

  /** Ends a fault before its time; one that has ended stays as it is. */
  public Optional<FaultStatus> end(String id) {
    armed.stream()
        .filter(f -> f.id().equals(id))
        .findFirst()
        .filter(f -> f.end(clock.instant()))
        .ifPresent(f -> over(f, "was removed"));
    return find(id);
  }

  /** Ends every fault. */
  public List<FaultStatus> endAll() {
    armed.forEach(f -> end(f.id()));
    return statuses();
  }

  /** The armed faults of a kind, oldest first. */
  List<ArmedFault> armed(Kind kind) {
    return armed.stream().filter(f -> f.spec().kind() == kind).toList();
  }

  /**
   * Lets the faults of a kind try their luck outside any attempt, one after the other, until one
   * acts.
   */
  Optional<ArmedFault> act(Kind kind, Chance chance) {
    return armed(kind).stream()
        .filter(f -> !f.choosy())
        .filter(f -> f.meet(chance, clock.instant()) instanceof Decision.Act)
        .findFirst();
  }

  /** What a fault did has no effect any more, which may have been its last act. */
  void settle(ArmedFault fault) {
    fault.settle();
    endIfOver(fault);
  }

  private void endIfOver(ArmedFault fault) {
    fault.endIfOver(clock.instant()).ifPresent(reason -> over(fault, text(reason)));
  }

  private void over(ArmedFault fault, String why) {
    synchronized (ended) {
      armed.remove(fault);
      ended.addFirst(fault);
      if (ended.size() > KEPT) {
        ended.removeLast();
      }
    }
    lasting(fault.spec().kind()).ifPresent(l -> l.ended(fault));
    FaultStatus status = fault.status();
    events.add(
        NodeEvent.Kind.FAULT_ENDED,
        "injected fault " + fault.id() + " " + why,
        null,
        Map.of(
            "fault",
            fault.id(),
            "kind",
            fault.spec().kind().wireName(),
            "acted",
            Integer.toString(status.acted())));
  }

  private Optional<LastingFault> lasting(Kind kind) {
    return lasting.stream().filter(l -> l.kind() == kind).findFirst();
  }

  private static String text(Reason reason) {
    return switch (reason) {
      case SPENT -> "acted as often as asked";
      case EXPIRED -> "came to the end of its time";
      default ->
          throw new IllegalArgumentException(
              "no fault ends because of " + reason.name().toLowerCase(Locale.ROOT));
    };
  }
}
