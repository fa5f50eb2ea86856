package dev.kintsugi.protocol.testkit;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.pollinterval.IterativePollInterval;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Tests that wait look at once, then less and less often: most of it is there in milliseconds. They
 * give up late: a machine on which everything else runs as well can stand still for long.
 */
public final class PromptAwaits implements BeforeAllCallback {

  private static final Duration FIRST = Duration.ofMillis(5);
  private static final Duration LONGEST = Duration.ofMillis(100);
  private static final Duration AT_MOST = Duration.ofSeconds(30);

  @Override
  public void beforeAll(ExtensionContext context) {
    Awaitility.setDefaultTimeout(AT_MOST);
    Awaitility.setDefaultPollInterval(IterativePollInterval.iterative(PromptAwaits::longer, FIRST));
  }

  private static Duration longer(Duration last) {
    Duration next = last.multipliedBy(3).dividedBy(2);
    return next.compareTo(LONGEST) > 0 ? LONGEST : next;
  }
}
