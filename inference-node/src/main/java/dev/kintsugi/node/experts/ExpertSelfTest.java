package dev.kintsugi.node.experts;

import dev.kintsugi.core.node.ExpertHealth.Observation;
import dev.kintsugi.node.attempts.AttemptFaults;
import dev.kintsugi.node.engine.Expert;
import dev.kintsugi.node.engine.ReplayableModel;
import dev.kintsugi.node.verify.ExpertCheck;
import dev.kintsugi.node.verify.GoldenException;
import dev.kintsugi.node.warmup.ModelHost;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * While an expert is quarantined, repeats the model's stored reference run between two attempts,
 * with every expert in its own place, and tells which of them reproduced their steps.
 */
@Singleton
class ExpertSelfTest {
  private static final Logger LOG = LoggerFactory.getLogger(ExpertSelfTest.class);

  /** Under which drills know the self-test; no attempt can have this name. */
  private static final String NAME = "expert self-test";

  private final ExpertWatch watch;
  private final ModelHost host;
  private final AttemptFaults faults;
  private final AtomicBoolean waiting = new AtomicBoolean();

  ExpertSelfTest(ExpertWatch watch, ModelHost host, AttemptFaults faults) {
    this.watch = watch;
    this.host = host;
    this.faults = faults;
  }

  @Scheduled(
      fixedDelay = "${kintsugi.node.experts.self-test-every:60s}",
      initialDelay = "${kintsugi.node.experts.self-test-every:60s}")
  void testQuarantined() {
    if (watch.anyQuarantined() && waiting.compareAndSet(false, true)) {
      host.execute(this::run);
    }
  }

  private void run() {
    waiting.set(false);
    Stream.concat(host.warm().stream(), host.lite().stream())
        .map(warm -> warm.model())
        .filter(ReplayableModel.class::isInstance)
        .map(ReplayableModel.class::cast)
        .forEach(this::test);
  }

  private void test(ReplayableModel model) {
    try {
      Map<Expert, ExpertCheck.Verdict> verdicts = new ExpertCheck(model).run(faults.selfTest(NAME));
      verdicts.forEach(
          (expert, verdict) ->
              watch.observe(
                  expert.wireName(),
                  verdict.passed() ? Observation.SELF_TEST_PASSED : Observation.SELF_TEST_FAILED,
                  null,
                  Map.of("self_test", verdict.sentence())));
    } catch (GoldenException e) {
      LOG.warn("no expert can be tested: {}", e.getMessage());
    }
  }
}
