package dev.kintsugi.controlplane.rollout;

import dev.kintsugi.core.rollout.Arm;
import dev.kintsugi.core.rollout.AttemptFacts;
import dev.kintsugi.core.rollout.FaultReview;
import dev.kintsugi.core.rollout.FaultReview.Family;
import dev.kintsugi.core.rollout.FaultReview.Surroundings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Counts what {@link FaultReview} asks of an attempt's surroundings. */
final class FaultTally {

  private final FaultReview.Policy policy;
  private final Map<Arm, Side> sides = new EnumMap<>(Arm.class);

  /** What happened to one version. */
  private static final class Side {
    final Map<String, Integer> completed = new HashMap<>();
    final Set<String> nodes = new HashSet<>();
    final Map<Family, Set<String>> failing = new EnumMap<>(Family.class);
    final Map<String, Instant> lastBegun = new HashMap<>();
    final List<AttemptFacts> losses = new ArrayList<>();
    int made;
  }

  FaultTally(FaultReview.Policy policy) {
    this.policy = policy;
    for (Arm arm : Arm.values()) {
      sides.put(arm, new Side());
    }
  }

  /** An attempt was begun on a node, whether it ended or not. */
  void begun(Arm arm, String node, Instant at) {
    side(arm).lastBegun.merge(node, at, (a, b) -> a.isAfter(b) ? a : b);
  }

  void ended(AttemptFacts attempt) {
    Side side = side(attempt.arm());
    side.nodes.add(attempt.node());
    if (attempt.cause() == null) {
      side.completed.merge(attempt.node(), 1, Integer::sum);
      side.made++;
      return;
    }
    if (attempt.blame() == null) {
      return;
    }
    Family family = Family.of(attempt.cause());
    side.failing.computeIfAbsent(family, f -> new HashSet<>()).add(attempt.node());
    if (family == Family.LOSS || family == Family.DEVICE) {
      side.losses.add(attempt);
    }
  }

  Surroundings around(AttemptFacts attempt, boolean input, boolean afterOtherVersion) {
    Side side = side(attempt.arm());
    boolean failed = attempt.cause() != null && attempt.blame() != null;
    return new Surroundings(
        side.nodes.size(),
        failed ? side.failing.getOrDefault(family(attempt), Set.of()).size() : 0,
        side.made - side.completed.getOrDefault(attempt.node(), 0),
        returned(side, attempt),
        failed && family(attempt) == Family.LOSS ? crashes(side) : 0,
        failed && lostTogether(attempt),
        input,
        afterOtherVersion);
  }

  private static Family family(AttemptFacts attempt) {
    return Family.of(java.util.Objects.requireNonNull(attempt.cause()));
  }

  private static boolean returned(Side side, AttemptFacts attempt) {
    Instant last = side.lastBegun.get(attempt.node());
    return last != null && last.isAfter(attempt.endedAt());
  }

  /** Attempts that one crash took together are one crash. */
  private static int crashes(Side side) {
    Map<String, Instant> ended = new HashMap<>();
    int crashes = 0;
    List<AttemptFacts> inOrder =
        side.losses.stream().sorted(Comparator.comparing(AttemptFacts::endedAt)).toList();
    for (AttemptFacts loss : inOrder) {
      if (family(loss) != Family.LOSS || !returned(side, loss)) {
        continue;
      }
      Instant before = ended.get(loss.node());
      if (before == null || loss.startedAt().isAfter(before)) {
        crashes++;
        ended.put(loss.node(), loss.endedAt());
      }
    }
    return crashes;
  }

  private boolean lostTogether(AttemptFacts attempt) {
    Arm other = attempt.arm() == Arm.STABLE ? Arm.CANARY : Arm.STABLE;
    return side(other).losses.stream()
        .map(loss -> Duration.between(loss.endedAt(), attempt.endedAt()).abs())
        .anyMatch(apart -> apart.compareTo(policy.coincidence()) <= 0);
  }

  private Side side(Arm arm) {
    return java.util.Objects.requireNonNull(sides.get(arm));
  }
}
