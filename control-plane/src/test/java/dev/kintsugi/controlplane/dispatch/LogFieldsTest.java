package dev.kintsugi.controlplane.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.kintsugi.controlplane.queue.Attempt;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.testkit.FakeInferenceNode;
import dev.kintsugi.controlplane.testkit.TestJobs;
import dev.kintsugi.protocol.node.FailureClass;
import dev.kintsugi.protocol.video.VideoStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What log lines say of the job they are about. */
class LogFieldsTest extends DispatchScenario {

  private static final Logger DISPATCH =
      (Logger) LoggerFactory.getLogger("dev.kintsugi.controlplane.dispatch");

  private record Line(String message, Map<String, String> fields) {}

  private final List<Line> lines = new CopyOnWriteArrayList<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          lines.add(new Line(event.getFormattedMessage(), event.getMDCPropertyMap()));
        }
      };

  @BeforeEach
  void listen() {
    appender.start();
    DISPATCH.setLevel(Level.INFO);
    DISPATCH.addAppender(appender);
  }

  @AfterEach
  void leave() {
    DISPATCH.detachAppender(appender);
    DISPATCH.setLevel(null);
  }

  @Test
  void everyLineOfAnAttemptNamesJobAndAttemptAndWhereItRuns() {
    FakeInferenceNode node = fake(1, STEP);
    node.failNext(FailureClass.NAN_LATENTS);
    fleet.node("pod-0", node).ladder("new_seed");
    JobQueue queue = replica("a", database()).queue();
    String id = submit(queue);
    awaitStatus(queue, id, VideoStatus.COMPLETED);
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> lines.stream().anyMatch(line -> line.message().startsWith("Completed " + id)));

    List<Attempt> attempts = queue.attempts(id);
    assertThat(attempts).hasSize(2);
    for (Attempt attempt : attempts) {
      assertThat(lines)
          .filteredOn(line -> line.message().contains(attempt.id()))
          .hasSizeGreaterThanOrEqualTo(2)
          .allSatisfy(
              line ->
                  assertThat(line.fields())
                      .containsOnly(
                          entry("trace_id", job(queue, id).traceId()),
                          entry("job", id),
                          entry("attempt", attempt.id()),
                          entry("tenant", "default"),
                          entry("service", TestJobs.SERVICE),
                          entry("revision", "r1")));
    }
    assertThat(lines)
        .filteredOn(line -> line.message().startsWith("Node "))
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line.fields()).isEmpty());
  }
}
