package dev.kintsugi.controlplane.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.testkit.TestDatabase;
import dev.kintsugi.core.dispatch.FleetVersion;
import dev.kintsugi.core.dispatch.FleetVersion.Acceptance;
import dev.kintsugi.protocol.node.NodeStatus.ModelLimits;
import io.micronaut.core.value.MapPropertyResolver;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class FleetStoreTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final TestDatabase database = TestDatabase.create();
  private final FleetStore store = new FleetStore(database.transactions(), new ObjectMapper());

  @AfterEach
  void drop() {
    database.close();
  }

  @Test
  void keepsTheNewestVersionOnly() {
    assertThat(put("u1", 1, 0)).isEqualTo(Acceptance.STORE);
    assertThat(put("u1", 1, 0)).isEqualTo(Acceptance.UNCHANGED);
    assertThat(put("u1", 1, 5)).isEqualTo(Acceptance.STORE);
    assertThat(put("u1", 1, 4)).isEqualTo(Acceptance.STALE);
    assertThat(put("u1", 2, 0)).isEqualTo(Acceptance.STORE);
    assertThat(put("u1", 1, 9)).isEqualTo(Acceptance.STALE);
    assertThat(store.all()).extracting(s -> s.state().generation()).containsExactly(2L);
  }

  @Test
  void aLatePushOfADeletedOrReplacedServiceDoesNotBringItBack() {
    put("u1", 7, 0);
    assertThat(put("u2", 1, 0)).isEqualTo(Acceptance.STORE);
    assertThat(put("u1", 8, 0)).isEqualTo(Acceptance.STALE);
    assertThat(store.delete("studio", "wan", "u1", NOW)).isFalse();
    assertThat(store.delete("studio", "wan", "u2", NOW)).isTrue();
    assertThat(store.delete("studio", "wan", "u2", NOW)).isFalse();
    assertThat(put("u2", 9, 9)).isEqualTo(Acceptance.STALE);
    assertThat(store.all()).isEmpty();
  }

  @Test
  void racingPushesLeaveTheNewestInForce() throws Exception {
    List<Callable<Acceptance>> pushes =
        LongStream.rangeClosed(1, 40)
            .mapToObj(sequence -> (Callable<Acceptance>) () -> put("u1", 1, sequence))
            .toList();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Acceptance> push : threads.invokeAll(pushes)) {
        push.get();
      }
    }
    assertThat(store.all()).extracting(s -> s.state().sequence()).containsExactly(40L);
  }

  @Test
  void aReplicaLearnsOfAnothersChangesAndKeepsThemWhileTheDatabaseIsAway() {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(database.settings().url());
    source.setUser(database.settings().username());
    source.setPassword(database.settings().password());
    StoredFleet other =
        new StoredFleet(
            new FleetStore(new Transactions(source, source), new ObjectMapper()),
            new StaticServices(new MapPropertyResolver(Map.of())));
    other.load();
    put("u1", 1, 0);
    other.refresh();
    assertThat(other.services()).extracting(RegisteredService::key).containsExactly("studio/wan");
    assertThat(other.node("studio/pod-0")).isPresent();

    source.setPortNumbers(new int[] {1});
    other.refresh();
    assertThat(other.services()).hasSize(1);
  }

  @Test
  void modelReportsOutliveTheProcess() {
    ModelReport report =
        new ModelReport(
            new ModelLimits(64, 64, 9, 50, "64x64", 9, 20, 5.0, 8), Map.of("64x64x9", 0.5));
    store.keep("studio/wan", report);
    store.keep("studio/wan", report);
    assertThat(store.reports()).containsExactly(Map.entry("studio/wan", report));
  }

  @Test
  void versionInForceIsReportedToAStalePusher() {
    put("u1", 3, 2);
    assertThat(store.put("studio", "wan", FleetStates.state("u1", 2, 0), NOW).inForce())
        .isEqualTo(new FleetVersion("u1", 3, 2));
  }

  private Acceptance put(String uid, long generation, long sequence) {
    return store
        .put("studio", "wan", FleetStates.state(uid, generation, sequence), NOW)
        .acceptance();
  }
}
