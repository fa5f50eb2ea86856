package dev.kintsugi.controlplane.slo;

import static dev.kintsugi.controlplane.testkit.TestJobs.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.controlplane.fleet.NodeSight;
import dev.kintsugi.controlplane.fleet.NodeSights;
import dev.kintsugi.controlplane.fleet.RegisteredService;
import dev.kintsugi.controlplane.testkit.TestDatabase;
import dev.kintsugi.core.dispatch.NodeHealth;
import dev.kintsugi.core.slo.SloReview;
import dev.kintsugi.core.slo.Tally;
import dev.kintsugi.protocol.fleet.ServiceObjective;
import dev.kintsugi.protocol.fleet.ServiceState;
import dev.kintsugi.protocol.node.NodeStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Sampled indicators on a real PostgreSQL; what the nodes say is whatever the test says. */
class LooksTest {

  private static final SloSettings SETTINGS =
      new SloSettings(Duration.ofDays(100), Duration.ofSeconds(15), "");

  private final TestDatabase database = TestDatabase.create();
  private final ObjectiveStore objectives =
      new ObjectiveStore(database.transactions(), new ObjectMapper());
  private final CountStore counts = new CountStore(database.transactions());
  private final NodeSights sights = new NodeSights();
  private List<RegisteredService> services = List.of(service());
  private Instant now = NOON;
  private final Looks looks =
      new Looks(
          objectives,
          () -> services,
          sights,
          new PrometheusClient(SETTINGS, new ObjectMapper()),
          SETTINGS,
          new SetClock());

  @AfterEach
  void close() {
    database.close();
  }

  static RegisteredService service() {
    return new RegisteredService(
        "studio",
        "demo",
        new ServiceState(
            "uid",
            1,
            0,
            "wan",
            600,
            List.of(),
            List.of(new ServiceState.Revision("r1", "1", null, 100)),
            List.of(
                new ServiceState.Node("a", "r1", "main", false, "http://127.0.0.1:1", true, false),
                new ServiceState.Node("b", "r1", "spot", true, "http://127.0.0.1:2", true, false)),
            null,
            null),
        false);
  }

  private void put(String indicator, @Nullable Double least, @Nullable Double most) {
    var unused =
        objectives.put(
            "studio",
            "watched",
            new ServiceObjective(
                "u", 1, "demo", indicator, least, most, null, null, 0.95, 24 * 3600),
            NOON);
  }

  private void say(String node, boolean reachable, boolean warm, double used, double step) {
    NodeStatus status =
        new NodeStatus(
            "instance",
            "wan",
            "1",
            "0".repeat(64),
            false,
            List.of(),
            1,
            0,
            List.of("attempt_1"),
            warm,
            false,
            null,
            new NodeStatus.ModelLimits(256, 256, 33, 50, "64x64", 9, 4, 5.0, 8),
            Map.of("64x64x9", step),
            new NodeStatus.DeviceReadings("cuda", "0", (long) (used * 100), 100, used, null, null),
            null,
            List.of(),
            List.of());
    sights.put("studio/" + node, new NodeSight(new NodeHealth(reachable, 0, 1, "i", NOON), status));
  }

  private Tally look(Instant now) {
    this.now = now;
    looks.look();
    StoredObjective one = objectives.all().getFirst();
    return counts
        .counts(one.id(), one.objective().window(), now)
        .over(one.objective().window(), now);
  }

  @Test
  void aServiceIsAvailableWhileSomeNodeCanTakeWork() {
    put("availability", null, null);
    say("a", true, true, 0.5, 1);
    say("b", false, true, 0.5, 1);
    assertThat(look(NOON)).isEqualTo(new Tally(1, 0, 0, 0));

    say("a", true, false, 0.5, 1);
    assertThat(look(NOON.plusSeconds(15))).isEqualTo(new Tally(2, 1, 0, 0));

    assertThat(look(NOON.plusSeconds(16)))
        .as("another replica looked just now")
        .isEqualTo(new Tally(2, 1, 0, 0));

    services = List.of();
    assertThat(look(NOON.plusSeconds(60))).as("no such service").isEqualTo(new Tally(2, 1, 0, 0));
    StoredObjective one = objectives.all().getFirst();
    Instant later = NOON.plusSeconds(1_000);
    assertThat(
            SloReview.decide(
                    one.objective(),
                    counts.counts(one.id(), one.objective().window(), later),
                    later)
                .reason())
        .isEqualTo(SloReview.Reason.NOT_MEASURED_LATELY);
  }

  @Test
  void devicesAreLookedAtOneByOneAndOnlyWhileTheyAnswer() {
    put("gpuUtilization", 20.0, 95.0);
    say("a", true, true, 0.1, 1);
    say("b", true, true, 0.9, 1);
    assertThat(look(NOON)).isEqualTo(new Tally(2, 1, 100, 2));
    StoredObjective one = objectives.all().getFirst();
    assertThat(counts.parts(one.id(), NOON, 10))
        .contains(
            new CountStore.Part("pool", "main", new Tally(1, 1, 10, 1)),
            new CountStore.Part("pool", "spot", new Tally(1, 0, 90, 1)));

    say("a", false, true, 0.1, 1);
    assertThat(look(NOON.plusSeconds(15)).events()).isEqualTo(3);
  }

  @Test
  void aNodeThatIsSlowerThanTheOthersIsSeen() {
    put("stepRateDrop", null, 30.0);
    say("a", true, true, 0.5, 1);
    say("b", true, true, 0.5, 1);
    assertThat(look(NOON)).isEqualTo(new Tally(2, 0, 0, 2));

    say("b", true, true, 0.5, 2);
    assertThat(look(NOON.plusSeconds(15))).isEqualTo(new Tally(4, 1, 50, 4));
  }

  /** Shows the time that the test set. */
  private final class SetClock extends Clock {
    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }
}
