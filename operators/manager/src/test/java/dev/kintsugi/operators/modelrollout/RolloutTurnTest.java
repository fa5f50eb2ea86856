package dev.kintsugi.operators.modelrollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.service.FleetSync;
import dev.kintsugi.core.service.PodGroup;
import dev.kintsugi.core.service.PodNode;
import dev.kintsugi.core.service.RolloutReason;
import dev.kintsugi.core.service.RolloutStart.Begin;
import dev.kintsugi.core.service.ServiceAsk;
import dev.kintsugi.core.service.ServiceObservation;
import dev.kintsugi.operators.crds.DiffusionService;
import dev.kintsugi.operators.crds.DiffusionServiceSpec;
import dev.kintsugi.operators.crds.ModelRollout;
import dev.kintsugi.operators.crds.ModelRolloutSpec.Revision;
import dev.kintsugi.operators.crds.ModelRolloutStatus;
import dev.kintsugi.operators.crds.ModelSpec;
import dev.kintsugi.operators.crds.PoolSpec;
import dev.kintsugi.operators.fleet.FleetReport;
import dev.kintsugi.protocol.fleet.ServiceEvidence;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RolloutTurnTest {

  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  private static final DiffusionService SERVICE = service("2");

  private Instant now = NOW;
  private long jobs;
  private ModelRollout rollout =
      ModelRollouts.begin(
          SERVICE,
          Revision.of("a", service("1").getSpec()),
          "b",
          new Begin("a", Map.of("main", 2)),
          1);

  RolloutTurnTest() {
    rollout.getMetadata().setCreationTimestamp(NOW.toString());
    rollout.getMetadata().setGeneration(1L);
  }

  private static DiffusionService service(String version) {
    var service = new DiffusionService();
    service.setMetadata(
        new ObjectMetaBuilder().withName("wan").withNamespace("studio").withUid("u").build());
    service.setSpec(
        DiffusionServiceSpec.of(
            new ModelSpec("wan", version, null, null, null), List.of(PoolSpec.of("main", 2))));
    return service;
  }

  private static PodNode ready(String name, String revision) {
    return new PodNode(
        name,
        new PodGroup.Key(revision, "main"),
        true,
        false,
        true,
        null,
        null,
        0,
        null,
        false,
        false);
  }

  private RolloutTurn.Outcome take() {
    var arm = new ServiceEvidence.ArmEvidence(jobs, 0, 0, 0, 0, 0, 0, null, null);
    var said =
        new ServiceEvidence.RolloutEvidence(
            "wan-1",
            "CONTINUE",
            "TEST",
            jobs + " jobs.",
            false,
            4.7512,
            1.23456,
            Double.POSITIVE_INFINITY,
            now.toString(),
            null,
            null,
            arm,
            arm,
            null);
    var view =
        new RolloutView(
            SERVICE,
            new ServiceAsk(
                "b",
                List.of(new ServiceAsk.Pool("main", 2, 2, 2)),
                false,
                false,
                Duration.ofMinutes(2),
                Duration.ofMinutes(5)),
            new ServiceObservation(
                List.of(
                    new PodGroup(new PodGroup.Key("a", "main"), 2, null),
                    new PodGroup(new PodGroup.Key("b", "main"), 1, null)),
                List.of(ready("a1", "a"), ready("a2", "a"), ready("b1", "b")),
                "a",
                Map.of(),
                Map.of(),
                Map.of()),
            new FleetReport(
                new FleetSync(FleetSync.Status.SYNCED, "", 0),
                Map.of(),
                Map.of(),
                new FleetReport.RolloutReport(said, 0),
                Map.of(),
                Map.of(),
                now),
            List.of(),
            Map.of());
    return RolloutTurn.take(rollout, true, view, now);
  }

  /** As the reconciler does, and is killed before it takes the action off. */
  private RolloutTurn.Outcome takeAndWrite() {
    var outcome = take();
    if (outcome.status() != null) {
      rollout.setStatus(outcome.status());
    }
    return outcome;
  }

  private void ask(String action) {
    rollout
        .getMetadata()
        .setAnnotations(action == null ? null : Map.of(ModelRollout.ACTION, action));
  }

  @Test
  void anActionIsDoneOnceHoweverOftenTheOperatorIsKilledBeforeItTakesItOff() {
    takeAndWrite();
    ask("promote");
    assertThat(takeAndWrite().state().step()).isEqualTo(1);
    for (int i = 0; i < 3; i++) {
      var again = takeAndWrite();
      assertThat(again.state().step()).isEqualTo(1);
      assertThat(again.action()).as("is still to be taken off").isEqualTo("promote");
      assertThat(again.answer()).isNull();
    }
    ask(null);
    assertThat(takeAndWrite().status()).as("forgets the action").isNotNull();
    ask("promote");
    assertThat(takeAndWrite().state().step()).isEqualTo(2);
  }

  @Test
  void aPauseHoldsEvenIfTheSpecWasNotWrittenYet() {
    takeAndWrite();
    ask("pause");
    assertThat(takeAndWrite().state().paused()).isTrue();
    assertThat(takeAndWrite().state().paused()).isTrue();
    assertThat(rollout.getStatus().phase()).isEqualTo("Paused");
  }

  @Test
  void whatMakesNoSenseIsAConditionWithTheReason() {
    takeAndWrite();
    ask("dance");
    var outcome = takeAndWrite();
    assertThat(outcome.answer().reason()).isEqualTo(RolloutReason.UNKNOWN_ACTION);
    assertThat(ModelRolloutConditions.find(rollout.getStatus(), "ActionAccepted").orElseThrow())
        .satisfies(
            condition -> {
              assertThat(condition.status()).isEqualTo("False");
              assertThat(condition.message()).contains("'dance' is no action").contains("undo");
            });
  }

  @Test
  void numbersThatGrowAreWrittenEvery30Seconds() {
    takeAndWrite();
    takeAndWrite();
    jobs = 7;
    now = NOW.plusSeconds(29);
    assertThat(take().status()).isNull();
    now = NOW.plusSeconds(31);
    ModelRolloutStatus written = take().status();
    assertThat(written.evidence().canary().jobs()).isEqualTo(7);
    assertThat(written.evidence().carriedPercent()).isEqualTo(4.75);
    assertThat(written.evidence().againstCanary()).isEqualTo(1.23);
    assertThat(written.evidence().forCanary()).isEqualTo(Double.MAX_VALUE);
    rollout.setStatus(written);
    now = NOW.plusSeconds(100);
    assertThat(take().status()).as("nothing is new").isNull();
  }

  @Test
  void whatEndedKeepsTheWordsItEndedWith() {
    takeAndWrite();
    ask("abort");
    takeAndWrite();
    ask(null);
    takeAndWrite();
    assertThat(rollout.getStatus().phase()).isEqualTo("RollingBack");
    var status = rollout.getStatus();
    rollout.setStatus(
        new ModelRolloutStatus(
            1L,
            "Aborted",
            0,
            "1/5",
            0,
            "CONTINUE",
            "Aborted",
            "As asked.",
            status.evidence(),
            status.timeline(),
            status.conditions(),
            status.memory()));
    ask("resume");
    takeAndWrite();
    assertThat(rollout.getStatus().message()).isEqualTo("As asked.");
  }
}
