package dev.kintsugi.core.node;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** When an expert is quarantined, and when it is trusted again. */
public final class ExpertHealth {

  private ExpertHealth() {}

  /**
   * What is known of one expert.
   *
   * @param abnormalInARow abnormal results in its range since the last normal one
   * @param quarantinedAt since when its weight is zero; null while it is trusted
   */
  public record State(int abnormalInARow, @Nullable Instant quarantinedAt) {

    public static final State TRUSTED = new State(0, null);

    /** 1 in use, 0 quarantined. */
    public double weight() {
      return quarantinedAt == null ? 1 : 0;
    }
  }

  /**
   * @param abnormalInARow abnormal results in a row that take an expert out of use, at least 1
   */
  public record Policy(int abnormalInARow) {

    public static final Policy DEFAULT = new Policy(3);
  }

  /** Something that speaks for or against an expert. */
  public enum Observation {
    /** Its part of a run was as it should be. */
    NORMAL_RESULT,
    /** Its part of a run was not a number, or made a clip that was rejected. */
    ABNORMAL_RESULT,
    /** It reproduced its stored reference. */
    SELF_TEST_PASSED,
    /** It did not. */
    SELF_TEST_FAILED
  }

  /** What becomes of it. */
  public sealed interface Decision {
    State state();

    /** Its weight stays what it is. */
    record Keep(State state, Observation reason) implements Decision {}

    /**
     * Its weight becomes zero.
     *
     * @param abnormalInARow abnormal results that led to it
     */
    record Quarantine(State state, int abnormalInARow) implements Decision {}

    /**
     * It is trusted again.
     *
     * @param after how long it was out of use
     */
    record Release(State state, Duration after) implements Decision {}
  }

  /** Weighs one observation. Only a passed self-test ends a quarantine. */
  public static Decision decide(State state, Observation seen, Policy policy, Instant now) {
    return switch (seen) {
      case NORMAL_RESULT ->
          new Decision.Keep(
              state.quarantinedAt() == null ? State.TRUSTED : state, Observation.NORMAL_RESULT);
      case ABNORMAL_RESULT -> abnormal(state, policy, now);
      case SELF_TEST_PASSED ->
          state.quarantinedAt() == null
              ? new Decision.Keep(state, seen)
              : new Decision.Release(State.TRUSTED, Duration.between(state.quarantinedAt(), now));
      case SELF_TEST_FAILED -> new Decision.Keep(state, seen);
    };
  }

  private static Decision abnormal(State state, Policy policy, Instant now) {
    int inARow = state.abnormalInARow() + 1;
    if (state.quarantinedAt() == null && inARow >= policy.abnormalInARow()) {
      return new Decision.Quarantine(new State(inARow, now), inARow);
    }
    return new Decision.Keep(new State(inARow, state.quarantinedAt()), Observation.ABNORMAL_RESULT);
  }

  /** How a run ended, as far as it says something about the experts. */
  public enum RunEnd {
    /** A clip that was accepted. */
    ACCEPTED,
    /** A clip that the quality gate rejected. */
    REJECTED,
    /** An expert answered with something that is not a number. */
    NOT_FINITE,
    /** For any other reason: memory, time, disk, somebody's wish. */
    OTHER
  }

  /**
   * What a run says about the experts that took part in it. An expert whose steps were all done
   * gave numbers; one that did not is named. A rejected clip is blamed on an expert only when no
   * other one had a part in it: nobody can see in a clip which of two made it bad.
   *
   * @param took experts with at least one step done
   * @param failed the expert whose step could not be used; null when there was none
   * @return nothing about an expert that is neither to blame nor cleared
   */
  public static Map<String, Observation> attribute(
      RunEnd end, Set<String> took, @Nullable String failed) {
    Map<String, Observation> seen = new LinkedHashMap<>();
    switch (end) {
      case ACCEPTED -> took.forEach(e -> seen.put(e, Observation.NORMAL_RESULT));
      case REJECTED -> {
        if (took.size() == 1) {
          seen.put(took.iterator().next(), Observation.ABNORMAL_RESULT);
        }
      }
      case NOT_FINITE -> {
        if (failed != null) {
          seen.put(failed, Observation.ABNORMAL_RESULT);
        }
      }
      case OTHER -> {}
    }
    return seen;
  }
}
