package dev.kintsugi.node.watch;

import dev.kintsugi.node.NodeSettings;
import io.micronaut.context.annotation.Secondary;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stops in order, and by force when a thread in native code does not let that happen. */
@Singleton
@Secondary
final class StuckProcessEnd implements ProcessEnd {
  private static final Logger LOG = LoggerFactory.getLogger(StuckProcessEnd.class);

  /** Not a signal's code and not a plain error's: a restart with this code had this cause. */
  private static final int EXIT_CODE = 86;

  private static final Duration SLACK = Duration.ofSeconds(5);

  private final Duration grace;

  StuckProcessEnd(NodeSettings settings) {
    this.grace = settings.grace();
  }

  @Override
  public void now(String why) {
    LOG.atError().addKeyValue("event", "process_ends").log("the process ends itself: {}", why);
    start("stop-stuck", () -> System.exit(EXIT_CODE));
    start(
        "halt-stuck",
        () -> {
          try {
            Thread.sleep(grace.plus(SLACK));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          Runtime.getRuntime().halt(EXIT_CODE);
        });
  }

  private static void start(String name, Runnable end) {
    Thread thread = Thread.ofPlatform().daemon().name(name).start(end);
    LOG.debug("{} runs", thread.getName());
  }
}
