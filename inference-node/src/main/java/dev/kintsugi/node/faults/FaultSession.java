package dev.kintsugi.node.faults;

import dev.kintsugi.core.node.FaultPlan.Chance;
import dev.kintsugi.core.node.FaultPlan.Decision;
import dev.kintsugi.node.engine.GenerationRequest;
import dev.kintsugi.protocol.node.FaultSpec.Kind;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The faults of one attempt. Each decides once for the whole attempt, so that its count and its
 * probability are in attempts, and what it did is under way until the attempt ends. Thread-safe.
 */
final class FaultSession {
  private final FaultBoard board;
  private final GenerationRequest made;
  private final Clock clock;
  private final Map<ArmedFault, Boolean> verdicts = new HashMap<>();
  private @Nullable ArmedFault last;
  private boolean closed;

  /**
   * @param made what the attempt generates
   */
  FaultSession(FaultBoard board, GenerationRequest made, Clock clock) {
    this.board = board;
    this.made = made;
    this.clock = clock;
  }

  /** The fault of a kind that begins to act here; empty when none does, or did so before. */
  Optional<ArmedFault> begins(Kind kind, Chance chance) {
    return concerned(kind).filter(f -> decides(f, chance)).findFirst();
  }

  /** The fault of a kind that acts here, whether it began now or before. */
  Optional<ArmedFault> acts(Kind kind, Chance chance) {
    return concerned(kind).filter(f -> acting(f) || decides(f, chance)).findFirst();
  }

  /** The fault of a kind that acts this once; its chances are not counted in attempts. */
  synchronized Optional<ArmedFault> tries(Kind kind) {
    Optional<ArmedFault> acts =
        concerned(kind)
            .filter(f -> f.meet(Chance.ANY, clock.instant()) instanceof Decision.Act)
            .findFirst();
    acts.ifPresent(fault -> last = fault);
    return acts;
  }

  /** The fault that acted last. */
  synchronized Optional<String> acted() {
    return Optional.ofNullable(last).map(ArmedFault::id);
  }

  /** The attempt has ended: nothing of it is under way any more. */
  void close() {
    Map<ArmedFault, Boolean> settled;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      settled = Map.copyOf(verdicts);
    }
    settled.forEach(
        (fault, acts) -> {
          if (acts) {
            board.settle(fault);
          }
        });
  }

  private Stream<ArmedFault> concerned(Kind kind) {
    return board.armed(kind).stream().filter(f -> f.concerns(made));
  }

  private synchronized boolean acting(ArmedFault fault) {
    return !closed && verdicts.getOrDefault(fault, false);
  }

  private synchronized boolean decides(ArmedFault fault, Chance chance) {
    if (closed || verdicts.containsKey(fault)) {
      return false;
    }
    return switch (fault.meet(chance, clock.instant())) {
      case Decision.Act act -> {
        verdicts.put(fault, true);
        last = fault;
        yield true;
      }
      case Decision.Miss miss -> {
        verdicts.put(fault, false);
        yield false;
      }
      case Decision.Pass pass -> false;
    };
  }
}
