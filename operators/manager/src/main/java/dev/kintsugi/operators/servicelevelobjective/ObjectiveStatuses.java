package dev.kintsugi.operators.servicelevelobjective;

import dev.kintsugi.core.service.FleetSync;
import dev.kintsugi.core.slo.Indicator;
import dev.kintsugi.operators.crds.ServiceLevelObjective;
import dev.kintsugi.operators.crds.ServiceLevelObjectiveStatus;
import dev.kintsugi.operators.crds.ServiceLevelObjectiveStatus.Level;
import dev.kintsugi.operators.crds.ServiceLevelObjectiveStatus.Slice;
import dev.kintsugi.operators.crds.StatusCondition;
import dev.kintsugi.protocol.fleet.ObjectiveEvidence;
import dev.kintsugi.protocol.fleet.ServiceObjective;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Evidence as the status of the resource. Pure. */
final class ObjectiveStatuses {

  static final String ACCEPTED = "Accepted";
  static final String READY = "Ready";
  static final String MET = "Met";
  static final String NO_DATA = "NoData";

  private static final String EXHAUSTED = "Exhausted";
  private static final int SLICES = 24;
  private static final int PERCENT = 100;

  private ObjectiveStatuses() {}

  /**
   * @param objective as it was pushed; null when the spec makes none
   * @param sync how the push went; refused also when the spec makes none
   * @param evidence null unless synced
   */
  static ServiceLevelObjectiveStatus status(
      ServiceLevelObjective resource,
      @Nullable ServiceObjective objective,
      FleetSync sync,
      @Nullable ObjectiveEvidence evidence,
      Instant now) {
    var before = resource.getStatus();
    long generation = resource.getMetadata().getGeneration();
    List<StatusCondition> old = before == null ? List.of() : before.conditions();
    List<StatusCondition> conditions =
        List.of(
            condition(ACCEPTED, accepted(sync), generation, old, now),
            condition(READY, ready(sync, evidence), generation, old, now),
            condition(MET, met(sync, evidence), generation, old, now));
    if (objective == null || evidence == null) {
      return new ServiceLevelObjectiveStatus(
          generation,
          NO_DATA,
          objective == null ? null : promise(resource, objective),
          null,
          null,
          null,
          null,
          null,
          conditions,
          List.of(),
          List.of());
    }
    return new ServiceLevelObjectiveStatus(
        generation,
        evidence.state(),
        promise(resource, objective),
        percent(evidence.current(), 2),
        percent(evidence.budgetLeft(), 1),
        burn(evidence),
        value(objective, evidence),
        evidence.events(),
        conditions,
        evidence.levels().stream().map(ObjectiveStatuses::level).toList(),
        evidence.slices().stream().limit(SLICES).map(ObjectiveStatuses::slice).toList());
  }

  /** The condition whose reason changed, as something to tell; empty when it did not. */
  static Optional<StatusCondition> turned(
      @Nullable ServiceLevelObjectiveStatus before, ServiceLevelObjectiveStatus after) {
    StatusCondition met = find(after, MET).orElseThrow();
    return before != null
            && find(before, MET).filter(old -> old.reason().equals(met.reason())).isPresent()
        ? Optional.empty()
        : Optional.of(met);
  }

  static boolean alarming(ServiceLevelObjectiveStatus status) {
    return "Burning".equals(status.state()) || EXHAUSTED.equals(status.state());
  }

  private static Optional<StatusCondition> find(ServiceLevelObjectiveStatus status, String type) {
    return status.conditions().stream().filter(c -> c.type().equals(type)).findFirst();
  }

  private record Word(String status, String reason, String message) {}

  private static StatusCondition condition(
      String type, Word word, long generation, List<StatusCondition> before, Instant now) {
    return StatusCondition.now(
        type, word.status(), word.reason(), word.message(), generation, before, now);
  }

  private static Word accepted(FleetSync sync) {
    return switch (sync.status()) {
      case SYNCED -> new Word("True", "Accepted", "The control plane counts it.");
      case REFUSED -> new Word("False", "Refused", sync.detail());
      case UNAUTHORIZED -> new Word("Unknown", "ControlPlaneUnauthorized", sync.detail());
      case NOT_PUSHED, UNREACHABLE -> new Word("Unknown", "ControlPlaneUnreachable", sync.detail());
    };
  }

  private static Word ready(FleetSync sync, @Nullable ObjectiveEvidence evidence) {
    if (evidence == null) {
      return sync.status() == FleetSync.Status.REFUSED
          ? new Word("False", "NotAccepted", sync.detail())
          : new Word("Unknown", "ControlPlaneUnreachable", sync.detail());
    }
    return NO_DATA.equals(evidence.state())
        ? new Word("False", evidence.reason(), evidence.message())
        : new Word("True", "Evaluated", "The control plane knows how it stands.");
  }

  /** Unknown is never met. */
  private static Word met(FleetSync sync, @Nullable ObjectiveEvidence evidence) {
    if (evidence == null) {
      return new Word("Unknown", "NoEvidence", sync.detail());
    }
    String status =
        switch (evidence.state()) {
          case NO_DATA -> "Unknown";
          case EXHAUSTED -> "False";
          default -> "True";
        };
    return new Word(status, evidence.reason(), evidence.message());
  }

  /** Such as {@code 99% ≤ 60s}. */
  private static String promise(ServiceLevelObjective resource, ServiceObjective objective) {
    String share = percent(objective.target(), 6);
    Indicator.Kind kind = ObjectiveCompiler.kind(resource.getSpec());
    Double least = objective.atLeast();
    Double most = objective.atMost();
    String bounds =
        (least == null ? "" : " ≥ " + measured(kind, least))
            + (most == null ? "" : " ≤ " + measured(kind, most));
    return share + bounds;
  }

  private static @Nullable String value(ServiceObjective objective, ObjectiveEvidence evidence) {
    String low = percent(evidence.currentLow(), 2);
    String high = percent(evidence.currentHigh(), 2);
    if (low != null && high != null) {
      return low + " to " + high;
    }
    Double value = evidence.value();
    if (value == null) {
      return null;
    }
    String what =
        "quantile".equals(evidence.valueIs())
            ? "p" + plain(objective.target() * PERCENT, 6)
            : "mean";
    return what + " " + measured(Indicator.Kind.of(objective.indicator()).orElseThrow(), value);
  }

  private static String measured(Indicator.Kind kind, double value) {
    return switch (kind) {
      case LATENCY -> plain(value, 1) + "s";
      case COST -> "$" + plain(value, 4);
      case GPU_UTILIZATION, GPU_MEMORY, STEP_RATE_DROP -> plain(value, 1) + "%";
      case ERROR_RATE,
          RENDER_SUCCESS,
          AVAILABILITY,
          INTERCEPTION_RATE,
          PROMPT_FALSE_POSITIVES,
          PROMETHEUS ->
          plain(value, 4);
    };
  }

  private static @Nullable String burn(ObjectiveEvidence evidence) {
    return evidence.levels().stream()
        .filter(ObjectiveEvidence.Level::firing)
        .findFirst()
        .or(() -> evidence.levels().stream().findFirst())
        .map(level -> plain(level.burn(), 2))
        .orElse(null);
  }

  private static Level level(ObjectiveEvidence.Level level) {
    return new Level(
        level.name(),
        text(Duration.ofSeconds(level.windowSeconds())),
        text(Duration.ofSeconds(level.shortWindowSeconds())),
        plain(level.burn(), 2),
        plain(level.limit(), 2),
        level.firing(),
        plain(level.falseAlerts(), 4),
        plain(level.missed(), 4));
  }

  private static Slice slice(ObjectiveEvidence.Slice slice) {
    return new Slice(
        slice.by(),
        slice.name(),
        slice.events(),
        Objects.requireNonNull(percent(slice.current(), 2)));
  }

  private static @Nullable String percent(@Nullable Double share, int digits) {
    return share == null ? null : plain(share * PERCENT, digits) + "%";
  }

  private static String plain(double value, int digits) {
    return BigDecimal.valueOf(value)
        .setScale(digits, RoundingMode.HALF_EVEN)
        .stripTrailingZeros()
        .toPlainString();
  }

  /** Such as {@code 30m}, {@code 12h} or {@code 3d}. */
  private static String text(Duration window) {
    long minutes = window.toMinutes();
    long hours = window.toHours();
    if (minutes % 60 != 0) {
      return String.format(Locale.ROOT, "%dm", minutes);
    }
    return hours % 24 == 0 ? window.toDays() + "d" : hours + "h";
  }
}
