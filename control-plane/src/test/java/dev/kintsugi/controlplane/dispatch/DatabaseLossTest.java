package dev.kintsugi.controlplane.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.controlplane.database.Database;
import dev.kintsugi.controlplane.database.DatabaseSettings;
import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.database.EmbeddedPostgres;
import dev.kintsugi.controlplane.database.EmbeddedSettings;
import dev.kintsugi.controlplane.queue.Attempt;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.testkit.FakeInferenceNode;
import dev.kintsugi.controlplane.testkit.TestDatabase;
import dev.kintsugi.protocol.video.VideoStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL is killed while jobs run and wait. */
class DatabaseLossTest extends DispatchScenario {

  @TempDir Path data;

  @Test
  void twentyQueuedAndTwoRunningAllCompleteOnce() {
    Database database =
        closing(
            Database.open(
                new DatabaseSettings("", "", "", 12),
                new EmbeddedSettings(data, TestDatabase.binaries(), true, Duration.ofSeconds(60))));
    FakeInferenceNode node = fake(2, Duration.ofMillis(100));
    fleet.node("pod-0", node);
    Replica replica = started(new Replica("a", database.transactions(), fleet, files));
    JobQueue queue = replica.queue();
    List<String> ids = submit(queue, 22);
    awaitDenoising(queue, ids.getFirst());

    EmbeddedPostgres server = Objects.requireNonNull(database.server());
    ProcessHandle.of(server.pid()).orElseThrow().destroyForcibly();

    await()
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptionsInstanceOf(DatabaseUnavailableException.class)
        .untilAsserted(
            () ->
                assertThat(ids)
                    .allSatisfy(
                        id ->
                            assertThat(job(queue, id).status()).isEqualTo(VideoStatus.COMPLETED)));
    assertThat(ids)
        .allSatisfy(
            id -> assertThat(outcomes(queue, id)).filteredOn(Attempt.COMPLETED::equals).hasSize(1));
  }
}
