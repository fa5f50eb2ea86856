package dev.kintsugi.node.faults;

import dev.kintsugi.core.node.FaultPlan.Chance;
import dev.kintsugi.core.node.FaultPlan.Decision;
import dev.kintsugi.protocol.node.FaultSpec.Kind;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The faults of one attempt. Each decides once for the whole attempt, so that its count and its
 * probability are in attempts, and what it did is under way until the attempt ends. Thread-safe.
 */
final class FaultSession {
  private final FaultBoard board;
  private final Clock clock;
  private final Map<ArmedFault, Boolean> verdicts = new HashMap<>();
  private @Nullable ArmedFault last;
  private boolean closed;

  FaultSession(FaultBoard board, Clock clock) {
    this.board = board;
    this.clock = clock;
  }

  /** The fault of a kind that begins to act here; empty when none does, or did so before. */
  Optional<ArmedFault> begins(Kind kind, Chance chance) {
    return board.armed(kind).stream().filter(f -> decides(f, chance)).findFirst();
  }

  /** The fault of a kind that acts here, whether it began now or before. */
  Optional<ArmedFault> acts(Kind kind, Chance chance) {
    return board.armed(kind).stream().filter(f -> acting(f) || decides(f, chance)).findFirst();
  }

  /** Notes a fault that acted on the attempt outside the denoise loop. */
  synchronized void hitBy(ArmedFault fault) {
    last = fault;
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
