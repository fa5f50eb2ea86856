package dev.kintsugi.controlplane.rollout;

import static dev.kintsugi.controlplane.rollout.RolloutScene.CANARY;
import static dev.kintsugi.controlplane.rollout.RolloutScene.STABLE;
import static dev.kintsugi.controlplane.rollout.RolloutScene.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.controlplane.feedback.Feedback;
import dev.kintsugi.controlplane.queue.AttemptLedger;
import dev.kintsugi.controlplane.queue.AttemptLedger.Question;
import dev.kintsugi.controlplane.queue.Claim;
import dev.kintsugi.controlplane.queue.LedgerAttempt;
import dev.kintsugi.controlplane.testkit.TestJobs;
import dev.kintsugi.core.recovery.Attribution;
import dev.kintsugi.core.rollout.Arm;
import dev.kintsugi.core.rollout.AttemptFacts;
import dev.kintsugi.core.rollout.Evidence;
import dev.kintsugi.core.rollout.FaultReview;
import dev.kintsugi.core.rollout.FaultReview.Family;
import dev.kintsugi.core.rollout.FaultReview.Surroundings;
import dev.kintsugi.core.rollout.JobOutcome;
import dev.kintsugi.core.rollout.JobReview;
import dev.kintsugi.protocol.node.FailureClass;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random histories, read bit by bit, against a recount of everything at once. */
class EvidenceHistoryTest {

  private static final List<FailureClass> FAILURES = List.of(FailureClass.values());

  private final RolloutScene scene = new RolloutScene();
  private final AttemptLedger ledger = new AttemptLedger(scene.database.transactions());
  private final Feedback feedback = Feedback.of(scene.database.transactions(), scene.clock);
  private final RolloutKey key = RolloutKey.of(scene.service()).orElseThrow();

  @AfterEach
  void close() {
    scene.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6})
  void bitByBitIsTheSameAsAtOnceAndAsARecount(int seed) {
    Random random = new Random(seed);
    RolloutTry growing = newTry();
    List<Claim> running = new ArrayList<>();
    List<Claim> made = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      scene.clock.forward(Duration.ofMillis(random.nextInt(20_000)));
      int what = random.nextInt(10);
      if (what < 4) {
        scene.submit(Duration.ofSeconds(10 + random.nextInt(600)));
        running.add(claim(random));
      } else if (what < 9 && !running.isEmpty()) {
        end(running, made, random);
      } else if (!made.isEmpty()) {
        feedback.keep(made.get(random.nextInt(made.size())).job(), 1 + random.nextInt(5), null);
      }
      if (random.nextInt(5) == 0) {
        growing.read(ledger, feedback, scene.clock.instant());
      }
    }
    growing.read(ledger, feedback, scene.clock.instant());
    RolloutTry atOnce = newTry();
    atOnce.read(ledger, feedback, scene.clock.instant());
    same(growing.trial().evidence(), atOnce.trial().evidence());
    assertThat(growing.trial().evidence().regression())
        .isEqualTo(atOnce.trial().evidence().regression());
    assertThat(growing.trial().carriedPercent(START.plusSeconds(600)))
        .isEqualTo(atOnce.trial().carriedPercent(START.plusSeconds(600)));
    assertThat(growing.trial().firstBad()).isEqualTo(atOnce.trial().firstBad());
    same(growing.trial().evidence(), recounted());
  }

  private RolloutTry newTry() {
    return new RolloutTry(key, java.util.Objects.requireNonNull(scene.service().state().rollout()));
  }

  private Claim claim(Random random) {
    boolean canary = random.nextInt(3) == 0;
    String node = (canary ? "c" : "s") + random.nextInt(canary ? 2 : 5);
    return scene.claim(canary ? CANARY : STABLE, node);
  }

  private void end(List<Claim> running, List<Claim> made, Random random) {
    Claim claim = running.remove(random.nextInt(running.size()));
    int how = random.nextInt(10);
    if (how < 6) {
      scene.complete(claim);
      made.add(claim);
    } else if (how == 6) {
      scene.queue.cancel("default", claim.job().id(), scene.clock.instant());
    } else {
      FailureClass kind = FAILURES.get(random.nextInt(FAILURES.size()));
      Attribution blame = Attribution.values()[random.nextInt(Attribution.values().length)];
      if (random.nextBoolean()) {
        scene.fail(claim, kind, blame);
      } else {
        scene.requeue(claim, kind, blame);
        running.add(claim(random));
      }
    }
  }

  private static void same(Evidence one, Evidence other) {
    for (Arm arm : Arm.values()) {
      assertThat(one.counts(arm)).isEqualTo(other.counts(arm));
    }
  }

  /** Every attempt at once, each surrounding counted anew for each question. */
  private Evidence recounted() {
    AttemptLedger.View view =
        ledger.read(
            new Question(TestJobs.SERVICE, List.of(STABLE, CANARY), START, START, Set.of()));
    AttemptReader reader = new AttemptReader(STABLE, CANARY);
    List<AttemptFacts> all =
        view.ended().stream().flatMap(row -> reader.facts(row).stream()).toList();
    assertThat(all).hasSize((int) scene.database.number("SELECT count(*) FROM attempt"));
    List<JobOutcome> outcomes = new ArrayList<>();
    for (String job : new HashSet<>(all.stream().map(AttemptFacts::job).toList())) {
      List<AttemptFacts> own = all.stream().filter(a -> a.job().equals(job)).toList();
      for (Arm arm : Arm.values()) {
        JobReview.decide(
                own,
                arm,
                (attempt, input, after) -> around(attempt, input, after, all, view.live(), reader),
                FaultReview.Policy.DEFAULT)
            .ifPresent(seen -> outcomes.add(seen.outcome()));
      }
    }
    outcomes.sort(Comparator.comparing(JobOutcome::at).thenComparing(JobOutcome::job));
    return Evidence.of(RolloutTry.policy(scene.service().state().rollout()), outcomes);
  }

  private static Surroundings around(
      AttemptFacts attempt,
      boolean input,
      boolean after,
      List<AttemptFacts> all,
      List<LedgerAttempt> live,
      AttemptReader reader) {
    List<AttemptFacts> own = all.stream().filter(a -> a.arm() == attempt.arm()).toList();
    boolean failed = attempt.cause() != null && attempt.blame() != null;
    Predicate<AttemptFacts> returned = a -> begunLater(a, own, live, reader);
    return new Surroundings(
        nodes(own, a -> true),
        failed ? nodes(own, a -> family(a) == family(attempt)) : 0,
        (int)
            own.stream().filter(a -> a.cause() == null && !a.node().equals(attempt.node())).count(),
        returned.test(attempt),
        failed && family(attempt) == Family.LOSS ? crashes(own, returned) : 0,
        failed
            && all.stream()
                .filter(a -> a.arm() != attempt.arm())
                .filter(a -> family(a) == Family.LOSS || family(a) == Family.DEVICE)
                .anyMatch(
                    a ->
                        Duration.between(a.endedAt(), attempt.endedAt()).abs().toMillis()
                            <= 60_000),
        input,
        after);
  }

  /** Null for what nobody is blamed for. */
  private static Family family(AttemptFacts a) {
    return a.cause() == null || a.blame() == null ? null : Family.of(a.cause());
  }

  private static int nodes(List<AttemptFacts> of, Predicate<AttemptFacts> which) {
    return (int) of.stream().filter(which).map(AttemptFacts::node).distinct().count();
  }

  private static boolean begunLater(
      AttemptFacts a, List<AttemptFacts> own, List<LedgerAttempt> live, AttemptReader reader) {
    return own.stream()
            .anyMatch(o -> o.node().equals(a.node()) && o.startedAt().isAfter(a.endedAt()))
        || live.stream()
            .filter(o -> reader.arm(o.attempt().revision()).orElseThrow() == a.arm())
            .anyMatch(
                o ->
                    o.attempt().nodeId().equals(a.node())
                        && o.attempt().startedAt().isAfter(a.endedAt()));
  }

  private static int crashes(List<AttemptFacts> own, Predicate<AttemptFacts> returned) {
    int crashes = 0;
    for (String node : new HashSet<>(own.stream().map(AttemptFacts::node).toList())) {
      Instant last = Instant.MIN;
      for (AttemptFacts a :
          own.stream().sorted(Comparator.comparing(AttemptFacts::endedAt)).toList()) {
        if (a.node().equals(node)
            && family(a) == Family.LOSS
            && returned.test(a)
            && a.startedAt().isAfter(last)) {
          crashes++;
          last = a.endedAt();
        }
      }
    }
    return crashes;
  }
}
