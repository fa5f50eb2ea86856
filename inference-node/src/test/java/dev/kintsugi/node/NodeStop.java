package dev.kintsugi.node;

import static org.awaitility.Awaitility.await;

import dev.kintsugi.node.attempts.Attempt;
import dev.kintsugi.node.attempts.AttemptService;
import dev.kintsugi.node.warmup.ModelHost;
import io.micronaut.context.ApplicationContext;
import java.time.Duration;

/**
 * Ends a node of this process so that no thread of it writes any more: its work directory is a
 * test's, which is removed next.
 */
final class NodeStop {
  private static final Duration SOON = Duration.ofMinutes(1);

  private NodeStop() {}

  static void cancelAll(ApplicationContext context) {
    AttemptService attempts = context.getBean(AttemptService.class);
    attempts.all().forEach(attempt -> attempts.cancel(attempt.id()));
  }

  static void close(ApplicationContext context) {
    AttemptService attempts = context.getBean(AttemptService.class);
    ModelHost host = context.getBean(ModelHost.class);
    await("no thread works on an attempt")
        .atMost(SOON)
        .until(() -> attempts.all().stream().noneMatch(Attempt::held));
    context.close();
    await("the engine's thread ends").atMost(SOON).until(() -> !host.alive());
  }
}
