package dev.kintsugi.controlplane.queue;

import static dev.kintsugi.controlplane.testkit.TestJobs.LEASE;
import static dev.kintsugi.controlplane.testkit.TestJobs.NOON;
import static dev.kintsugi.controlplane.testkit.TestJobs.SERVICE;
import static dev.kintsugi.controlplane.testkit.TestJobs.again;
import static dev.kintsugi.controlplane.testkit.TestJobs.job;
import static dev.kintsugi.controlplane.testkit.TestJobs.nodeLost;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.controlplane.testkit.TestDatabase;
import dev.kintsugi.protocol.video.Priority;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Slots that take the jobs of some customers only. */
class AudienceTest {

  private static final int TENANTS = 40;
  private static final Audience FEW = new Audience(Audience.By.TENANT, 7, 0, 2_500, null);
  private static final Audience REST =
      new Audience(Audience.By.TENANT, 7, 2_500, Audience.PLACES, Duration.ofMinutes(1));

  private final TestDatabase database = TestDatabase.create();
  private final JobQueue queue = new PostgresJobQueue(database.transactions());

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void everyCustomerHasOneSideAndKeepsIt() {
    submitOfEach(NOON);
    Set<String> few = tenants(FEW, NOON);
    Set<String> rest = tenants(REST, NOON);
    assertThat(few).hasSizeBetween(3, 20).doesNotContainAnyElementsOf(rest);
    assertThat(few.size() + rest.size()).isEqualTo(TENANTS);

    Instant later = NOON.plusSeconds(3600);
    submitOfEach(later);
    assertThat(tenants(FEW, later)).isEqualTo(few);
    assertThat(tenants(REST, later)).isEqualTo(rest);

    submitOfEach(later);
    Audience shuffled = new Audience(Audience.By.TENANT, 8, 0, 2_500, null);
    assertThat(tenants(shuffled, later)).isNotEqualTo(few);
  }

  @Test
  void whoHasPatienceTakesAForeignJobOnceItWaitedForLong() {
    String foreign = foreignToRest();
    queue.submit(job(foreign, Priority.REALTIME), NOON);
    assertThat(claim(REST, NOON.plusSeconds(59))).isEmpty();
    assertThat(claim(REST, NOON.plusSeconds(60))).isPresent();
  }

  @Test
  void whoHasPatienceTakesAForeignJobThatFailedAtOnce() {
    String foreign = foreignToRest();
    queue.submit(job(foreign, Priority.STANDARD), NOON);
    Claim claim = claim(FEW, NOON).orElseThrow();
    queue.fail(claim.attemptId(), claim.fence(), nodeLost(), again(NOON), NOON);
    assertThat(claim(REST, NOON)).isPresent();
  }

  private String foreignToRest() {
    submitOfEach(NOON);
    String foreign = tenants(FEW, NOON).iterator().next();
    tenants(REST, NOON);
    return foreign;
  }

  private void submitOfEach(Instant now) {
    for (int i = 0; i < TENANTS; i++) {
      queue.submit(job("tenant-" + i, Priority.STANDARD), now);
    }
  }

  /** Whose jobs the audience's slots take until nothing is left for them. */
  private Set<String> tenants(Audience audience, Instant now) {
    Set<String> tenants = new TreeSet<>();
    Optional<Claim> claim = claim(audience, now);
    while (claim.isPresent()) {
      tenants.add(claim.get().job().tenant());
      claim = claim(audience, now);
    }
    return tenants;
  }

  private Optional<Claim> claim(Audience audience, Instant now) {
    return queue.claim(
        new ClaimRequest(
            SERVICE, "r1", "a", false, 1_000, LEASE, "replica-1", Set.of(), "", null, audience),
        now);
  }
}
