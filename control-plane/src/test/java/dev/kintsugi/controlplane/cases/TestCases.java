package dev.kintsugi.controlplane.cases;

import dev.kintsugi.controlplane.cases.NewCase.Kind;
import dev.kintsugi.controlplane.testkit.TestServer;
import dev.kintsugi.protocol.node.AttemptPhase;
import dev.kintsugi.protocol.node.FailureContext;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Cases of failed attempts. */
final class TestCases {

  static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

  private static final AtomicInteger ATTEMPT = new AtomicInteger();

  private TestCases() {}

  /** Writes a case of a new attempt and returns its id. */
  static String written(
      TestServer server, String job, String failureClass, String message, Instant at) {
    String attempt = "attempt_" + ATTEMPT.incrementAndGet();
    server
        .bean(Ledger.class)
        .write(
            new NewCase(
                Kind.FAILED_ATTEMPT,
                job,
                attempt,
                failureClass,
                "gpu",
                "",
                message,
                "studio/node-1",
                "r1",
                new FailureContext(
                    AttemptPhase.DENOISING,
                    "high",
                    2,
                    8,
                    "wan-tiny",
                    "1",
                    "d1",
                    null,
                    null,
                    null,
                    null),
                Map.of(),
                at));
    return server.ops("/ops/v1/cases?video=" + job + "&limit=1").json().at("/data/0/id").asText();
  }

  static String submitted(TestServer server, String prompt) {
    return server.submit("{\"prompt\":\"%s\"}".formatted(prompt));
  }
}
