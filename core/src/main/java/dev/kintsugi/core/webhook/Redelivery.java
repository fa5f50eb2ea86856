package dev.kintsugi.core.webhook;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** What follows a try to deliver a webhook. */
public final class Redelivery {

  /** Waits before the first to the fifth retry. */
  public static final List<Duration> WAITS =
      List.of(1, 2, 4, 8, 16).stream().map(Duration::ofSeconds).toList();

  private static final int GONE = 410;

  private Redelivery() {}

  /** How a try ended. */
  public sealed interface Try {
    /** The receiver answered with this HTTP status. */
    record Answered(int status) implements Try {}

    /** No answer: refused, reset, timed out, no such name. */
    record Unreachable() implements Try {}

    /** The name leads to an address that must not be called. */
    record Forbidden() implements Try {}
  }

  /** Outcome. */
  public sealed interface Decision {
    record Delivered() implements Decision {}

    record RetryAt(Instant at) implements Decision {}

    record GiveUp(Reason reason) implements Decision {}
  }

  /** Why there is no further try. */
  public enum Reason {
    TRIES_EXHAUSTED,
    RECEIVER_GONE,
    TARGET_FORBIDDEN
  }

  /**
   * Only 2xx is delivered; a redirect is a failure, for it is not followed.
   *
   * @param tries made so far, this one included
   */
  public static Decision decide(Try last, int tries, Instant now) {
    return switch (last) {
      case Try.Forbidden() -> new Decision.GiveUp(Reason.TARGET_FORBIDDEN);
      case Try.Answered(int status) when status >= 200 && status < 300 -> new Decision.Delivered();
      case Try.Answered(int status) when status == GONE ->
          new Decision.GiveUp(Reason.RECEIVER_GONE);
      case Try.Answered(int _), Try.Unreachable() ->
          tries > WAITS.size()
              ? new Decision.GiveUp(Reason.TRIES_EXHAUSTED)
              : new Decision.RetryAt(now.plus(WAITS.get(tries - 1)));
    };
  }
}
