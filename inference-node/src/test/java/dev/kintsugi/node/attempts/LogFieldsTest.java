package dev.kintsugi.node.attempts;

import static dev.kintsugi.node.NodeClient.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.kintsugi.node.FakeNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What log lines say of the attempt they are about. */
class LogFieldsTest {

  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final Logger ATTEMPTS =
      (Logger) LoggerFactory.getLogger("dev.kintsugi.node.attempts");

  @TempDir Path work;
  private final List<Map<String, String>> failures = new CopyOnWriteArrayList<>();

  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          if (event.getFormattedMessage().contains("failed: a latent is not finite")) {
            failures.add(event.getMDCPropertyMap());
          }
        }
      };

  @Test
  void aFailureNamesItsAttemptAndTheTraceOfItsJob() {
    appender.start();
    ATTEMPTS.addAppender(appender);
    try (FakeNode node = new FakeNode(work)) {
      node.client().start(request("attempt_log_1", "fail", 2).put("trace_id", TRACE));
      node.client().follow("attempt_log_1", 0, e -> false);
      node.client().start(request("attempt_log_2", "fail", 2));
      node.client().follow("attempt_log_2", 0, e -> false);
    } finally {
      ATTEMPTS.detachAppender(appender);
    }

    assertThat(failures).hasSize(2);
    assertThat(failures.get(0))
        .containsOnly(entry("attempt", "attempt_log_1"), entry("trace_id", TRACE));
    assertThat(failures.get(1)).containsOnly(entry("attempt", "attempt_log_2"));
  }
}
