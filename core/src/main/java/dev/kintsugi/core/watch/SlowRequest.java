package dev.kintsugi.core.watch;

import java.time.Duration;
import java.util.Map;

/** Whether an attempt takes longer than its size should. */
public final class SlowRequest {

  private SlowRequest() {}

  /**
   * @param usual limit of a size that has none of its own
   * @param bySize limits by {@code WIDTHxHEIGHT}
   */
  public record Policy(Duration usual, Map<String, Duration> bySize) {

    public Policy {
      bySize = Map.copyOf(bySize);
    }
  }

  /** Whose limit it was. */
  public enum Reason {
    USUAL_LIMIT,
    LIMIT_OF_SIZE
  }

  /** The answer. */
  public sealed interface Verdict {

    record InTime(Duration limit) implements Verdict {}

    record Slow(Duration took, Duration limit, Reason reason) implements Verdict {}
  }

  public static Verdict judge(String size, Duration took, Policy policy) {
    Duration own = policy.bySize().get(size);
    Duration limit = own == null ? policy.usual() : own;
    if (took.compareTo(limit) <= 0) {
      return new Verdict.InTime(limit);
    }
    return new Verdict.Slow(took, limit, own == null ? Reason.USUAL_LIMIT : Reason.LIMIT_OF_SIZE);
  }
}
