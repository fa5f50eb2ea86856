package dev.kintsugi.node.faults;

import dev.kintsugi.core.node.FaultPlan.Chance;
import dev.kintsugi.node.engine.Expert;
import dev.kintsugi.node.engine.FaultPoints;
import dev.kintsugi.protocol.node.FaultSpec.Kind;

/** An expert that fails in attempts fails in its self-test too: each one is a chance of its own. */
final class SelfTestFaults implements FaultPoints {
  private final FaultBoard board;

  SelfTestFaults(FaultBoard board) {
    this.board = board;
  }

  @Override
  public void answered(int step, Expert expert, float[] velocity) {
    board
        .act(Kind.EXPERT_FAILURE, new Chance(step, expert.wireName()))
        .ifPresent(
            fault -> {
              RunFaults.diverge(fault, step, velocity);
              board.settle(fault);
            });
  }
}
