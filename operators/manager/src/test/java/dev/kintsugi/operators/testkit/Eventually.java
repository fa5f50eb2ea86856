package dev.kintsugi.operators.testkit;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.awaitility.core.ConditionFactory;

/** Waits for what servers, controllers and caches do when it is their turn. */
public final class Eventually {

  /** Only a test that fails takes so long; on a busy machine their turn may come late. */
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private Eventually() {}

  /** Whatever cannot be read yet, because it is not there yet, is looked at again. */
  public static ConditionFactory eventually() {
    return await().atMost(LIMIT).ignoreExceptions();
  }
}
