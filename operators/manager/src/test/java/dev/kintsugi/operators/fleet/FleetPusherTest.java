package dev.kintsugi.operators.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.core.service.FleetSync.Status;
import dev.kintsugi.operators.OperatorSettings;
import dev.kintsugi.operators.health.OperatorMetrics;
import dev.kintsugi.operators.testkit.FakeControlPlane;
import dev.kintsugi.protocol.fleet.ServiceState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FleetPusherTest {

  private static final String SERVICE = "studio/wan";
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path directory;
  private FakeControlPlane plane;
  private FleetPusher pusher;

  @BeforeEach
  void start() throws IOException {
    plane = new FakeControlPlane();
    Path token = Files.writeString(directory.resolve("token"), "first\n");
    pusher =
        new FleetPusher(
            new FleetClient(
                new OperatorSettings.ControlPlane(
                    plane.url(), token.toString(), Duration.ofMinutes(1)),
                new ObjectMapper()),
            new OperatorSettings(
                "kintsugi-system",
                "test",
                false,
                Duration.ofSeconds(15),
                "kintsugi/inference-node:test",
                "IfNotPresent",
                Duration.ofSeconds(2),
                Duration.ofSeconds(1),
                Duration.ofSeconds(15)),
            new OperatorMetrics());
  }

  @AfterEach
  void stop() {
    plane.close();
  }

  private static ServiceState state(boolean draining) {
    return new ServiceState(
        "uid",
        1,
        0,
        "wan",
        60,
        List.of(),
        List.of(new ServiceState.Revision("a", "1", null, 100)),
        List.of(
            new ServiceState.Node("a1", "a", "main", false, "http://127.0.0.1:1", true, draining)),
        null,
        null,
        null);
  }

  private FleetReport sync(boolean draining, int millis) {
    return pusher.sync(SERVICE, state(draining), draining, NOW.plusMillis(millis));
  }

  @Test
  void pushesOnChangeAndAtTheInterval() {
    assertThat(sync(false, 0).sync().status()).isEqualTo(Status.SYNCED);
    sync(false, 1000);
    assertThat(plane.pushed()).hasSize(1);
    sync(false, 2000);
    assertThat(plane.pushed()).hasSize(2);
    sync(true, 2100);
    assertThat(plane.pushed()).hasSize(3);
    assertThat(plane.pushed())
        .extracting(ServiceState::sequence)
        .isSorted()
        .doesNotHaveDuplicates();
  }

  @Test
  void readsTheTokenAtEachCallBecauseItIsRenewed() throws IOException {
    sync(false, 0);
    Files.writeString(directory.resolve("token"), "second\n");
    sync(false, 2000);

    assertThat(plane.tokens())
        .containsExactly("Bearer first", "Bearer first", "Bearer second", "Bearer second");
  }

  @Test
  void zeroRunningCountsOnlyOnceTheDrainIsConfirmed() {
    assertThat(sync(false, 0).runningWhileDraining()).isEmpty();
    plane.running("a1", 2);
    assertThat(sync(true, 100).runningWhileDraining()).isEqualTo(Map.of("a1", 2));
    plane.running("a1", 0);
    assertThat(sync(true, 200).runningWhileDraining()).isEqualTo(Map.of("a1", 0));
    assertThat(plane.pushed()).as("watching a drain pushes nothing").hasSize(2);
  }

  @Test
  void backsOffWhileTheControlPlaneIsAwayAndSaysWhy() {
    plane.refuseWith(503);
    var report = sync(false, 0);
    assertThat(report.sync().status()).isEqualTo(Status.UNREACHABLE);
    assertThat(report.sync().detail()).contains("503");
    assertThat(report.next()).isEqualTo(NOW.plusSeconds(1));
    int calls = plane.tokens().size();
    sync(true, 500);
    assertThat(plane.tokens()).as("no call before the time").hasSize(calls);
    assertThat(sync(true, 1000).next()).isEqualTo(NOW.plusSeconds(3));
    assertThat(sync(true, 3000).next()).isEqualTo(NOW.plusSeconds(7));
    plane.refuseWith(0);
    assertThat(sync(true, 7000).sync().status()).isEqualTo(Status.SYNCED);
  }

  @Test
  void anAnswerNamesTheKindOfRefusal() {
    plane.refuseWith(403);
    assertThat(sync(false, 0).sync().status()).isEqualTo(Status.UNAUTHORIZED);
    plane.refuseWith(400);
    assertThat(sync(false, 1000).sync().status()).isEqualTo(Status.REFUSED);
    plane.close();
    assertThat(sync(false, 3000).sync().status()).isEqualTo(Status.UNREACHABLE);
  }

  @Test
  void goesOnFromTheNumberOfAReplicaWithAFasterClock() {
    var ahead = state(false);
    plane.store(
        SERVICE,
        new ServiceState(
            ahead.uid(),
            1,
            NOW.plusSeconds(900).toEpochMilli(),
            ahead.model(),
            60,
            List.of(),
            ahead.revisions(),
            ahead.nodes(),
            null,
            null,
            null));

    assertThat(sync(false, 0).sync().status()).isEqualTo(Status.REFUSED);
    assertThat(sync(false, 1000).sync().status()).isEqualTo(Status.SYNCED);
  }

  @Test
  void aServiceThatIsGoneIsTakenOutAndForgotten() {
    sync(false, 0);
    assertThat(pusher.remove(SERVICE, "uid")).isTrue();
    assertThat(pusher.remove(SERVICE, "uid")).as("again").isTrue();
    assertThat(pusher.last(SERVICE).sync().status()).isEqualTo(Status.NOT_PUSHED);
    plane.refuseWith(503);
    assertThat(pusher.remove(SERVICE, "uid")).isFalse();
  }

  private static ServiceState atStep(int step) {
    var base = state(false);
    return new ServiceState(
        base.uid(),
        1,
        0,
        base.model(),
        60,
        List.of(),
        base.revisions(),
        base.nodes(),
        null,
        new ServiceState.Rollout(
            "wan-1", "a", "b", step, 3, 0.01, 0.05, 0.1, 0.25, 60, NOW.toString(), false));
  }

  private FleetReport at(int step, int millis) {
    return pusher.sync(SERVICE, atStep(step), false, NOW.plusMillis(millis));
  }

  @Test
  void evidenceIsOfAStepOnlyOnceItWasJudgedAfterItsPush() {
    assertThat(at(0, 0).rollout().step()).as("may be older than the push").isEqualTo(-1);
    assertThat(at(0, 500).rollout().step()).as("not looked yet").isEqualTo(-1);
    assertThat(at(0, 1000).rollout().step()).isZero();
    assertThat(plane.pushed()).as("looking pushes nothing").hasSize(1);
    assertThat(at(1, 1100).rollout().step()).isEqualTo(-1);
    assertThat(at(1, 2100).rollout().step()).isEqualTo(1);
    plane.verdict("");
    assertThat(at(1, 3200).rollout()).isNull();
  }
}
