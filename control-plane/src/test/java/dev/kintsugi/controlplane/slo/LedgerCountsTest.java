package dev.kintsugi.controlplane.slo;

import static dev.kintsugi.controlplane.testkit.TestJobs.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.controlplane.fleet.RegisteredService;
import dev.kintsugi.controlplane.learning.TestInterceptions;
import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.queue.JobLedger;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.queue.PostgresJobQueue;
import dev.kintsugi.controlplane.slo.RandomHistory.Note;
import dev.kintsugi.controlplane.testkit.TestDatabase;
import dev.kintsugi.core.dispatch.FleetVersion.Acceptance;
import dev.kintsugi.core.rollout.Hold;
import dev.kintsugi.core.slo.BudgetGate;
import dev.kintsugi.core.slo.EndedJob;
import dev.kintsugi.core.slo.Grain;
import dev.kintsugi.core.slo.Tally;
import dev.kintsugi.protocol.fleet.ServiceObjective;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Objectives and costs against a bystander's notes of random histories, on a real PostgreSQL. */
class LedgerCountsTest {

  /** Width, height and frames of every job here. */
  private static final double CLASS_VIDEOS = 64.0 * 48 * 9 / EndedJob.CLASS_VIDEO_PIXELS;

  private final TestDatabase database = TestDatabase.create();
  private final JobQueue queue = new PostgresJobQueue(database.transactions());
  private final JobLedger ledger = new JobLedger(database.transactions());
  private final ObjectiveStore objectives =
      new ObjectiveStore(database.transactions(), new ObjectMapper());
  private final CountStore counts = new CountStore(database.transactions());
  private final CostStore costs = new CostStore(database.transactions());
  private final SloMetrics metrics = new SloMetrics(new Meters());
  private final JobCounter counter = new JobCounter(ledger, objectives, metrics);

  @AfterEach
  void close() {
    database.close();
  }

  private static ServiceObjective objective(
      String indicator, @Nullable Double atMost, @Nullable String degraded, Duration window) {
    return new ServiceObjective(
        indicator + window,
        1,
        "demo",
        indicator,
        null,
        atMost,
        null,
        degraded,
        0.9,
        window.toSeconds());
  }

  private static final Map<String, ServiceObjective> PUSHED =
      Map.of(
          "latency", objective("latency", 60.0, null, Duration.ofHours(2)),
          "latency-long", objective("latency", 30.0, "bad", Duration.ofDays(7)),
          "errors", objective("errorRate", null, null, Duration.ofHours(6)),
          "errors-half", objective("errorRate", null, "half", Duration.ofHours(30)),
          "render", objective("renderSuccess", null, null, Duration.ofDays(2)),
          "cost", objective("cost", 25.0, null, Duration.ofDays(1)));

  private void put(String name, Instant now) {
    assertThat(objectives.put("studio", name, PUSHED.get(name), now).acceptance())
        .isEqualTo(Acceptance.STORE);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void everyCountEqualsABruteForceRecount(long seed) {
    RandomHistory history = new RandomHistory(queue, seed);
    List<String> names = PUSHED.keySet().stream().sorted().toList();
    Instant now = NOON;
    for (int i = 0; i < 240; i++) {
      now = now.plusSeconds(20 + (i * 7919L + seed * 104_729) % 1_200);
      history.one(now);
      if (i % 37 == 5) {
        counter.count();
      }
      if (i % 40 == 10) {
        put(names.get(i / 40), now);
      }
      if (i % 25 == 3) {
        Note forgotten = history.notes().get(i / 2);
        queue.delete(forgotten.tenant(), forgotten.id(), now);
      }
    }
    counter.count();

    for (Instant looked : List.of(now, now.plusSeconds(1_000), now.plusSeconds(90_000))) {
      objectives.all().forEach(one -> assertEqual(one, history.notes(), looked));
    }
    assertCosts(history.notes());

    database.execute("UPDATE slo_total SET events = events + 1");
    database.execute("DELETE FROM slo_slice");
    for (StoredObjective one : objectives.all()) {
      objectives.recount(one, now);
      assertEqual(one, history.notes(), now);
    }
  }

  private void assertEqual(StoredObjective one, List<Note> notes, Instant now) {
    Duration window = one.objective().window();
    Instant from = Grain.begin(window, now);
    Tally expected = brute(one, notes.stream().filter(n -> !n.ended().isBefore(from)).toList());
    Tally counted = counts.counts(one.id(), window, now).over(window, now);

    assertThat(counted.events()).as(one.name()).isEqualTo(expected.events());
    assertThat(counted.bad()).as(one.name()).isEqualTo(expected.bad());
    assertThat(counted.values()).as(one.name()).isEqualTo(expected.values());
    assertThat(counted.valueSum()).isCloseTo(expected.valueSum(), within(1e-6));

    Instant hour = Grain.HOUR.floor(from);
    for (CountStore.Part part : counts.parts(one.id(), hour, 100)) {
      Tally of =
          brute(
              one,
              notes.stream()
                  .filter(n -> !n.ended().isBefore(hour))
                  .filter(n -> part.part().equals(dimension(n, part.dimension())))
                  .toList());
      assertThat(part.tally().events()).as(part.toString()).isEqualTo(of.events());
      assertThat(part.tally().bad()).as(part.toString()).isEqualTo(of.bad());
    }
  }

  private static String dimension(Note note, String dimension) {
    return switch (dimension) {
      case "tenant" -> note.tenant();
      case "pool" -> note.pool();
      default -> note.revision();
    };
  }

  private static Tally brute(StoredObjective one, List<Note> notes) {
    return notes.stream()
        .flatMap(note -> event(one.name(), note).stream())
        .reduce(Tally.NONE, Tally::plus);
  }

  /** The rules said once more, without the code under test. */
  private static Optional<Tally> event(String name, Note note) {
    boolean answered = note.outcome().equals("answered");
    double seconds = Duration.between(note.submitted(), note.ended()).toMillis() / 1000.0;
    if (note.outcome().equals("cancelled")) {
      return Optional.empty();
    }
    return switch (name) {
      case "latency" ->
          answered ? Optional.of(new Tally(1, seconds > 60 ? 1 : 0, seconds, 1)) : Optional.empty();
      case "latency-long" ->
          answered
              ? Optional.of(new Tally(1, seconds > 30 || note.degraded() ? 1 : 0, seconds, 1))
              : Optional.empty();
      case "errors" -> Optional.of(new Tally(1, answered ? 0 : 1, 0, 0));
      case "errors-half" ->
          Optional.of(new Tally(1, !answered ? 1 : note.degraded() ? 0.5 : 0, 0, 0));
      case "render" ->
          Optional.of(new Tally(1, !note.rendered() ? 1 : note.degraded() ? 0.5 : 0, 0, 0));
      default -> {
        Double usd = note.usd();
        yield answered && usd != null
            ? Optional.of(new Tally(1, usd / CLASS_VIDEOS > 25 ? 1 : 0, usd / CLASS_VIDEOS, 1))
            : Optional.empty();
      }
    };
  }

  private void assertCosts(List<Note> notes) {
    List<CostStore.Part> parts = costs.parts(NOON, "studio/demo", 100);
    CostStore.Cost total = parts.getFirst().cost();
    assertThat(parts.getFirst().by()).isEqualTo("total");
    assertThat(total.jobs()).isEqualTo(notes.size());
    assertThat(total.gpuSeconds())
        .isCloseTo(notes.stream().mapToDouble(Note::gpuSeconds).sum(), within(1e-6));
    assertThat(total.deliveredSeconds())
        .isCloseTo(notes.stream().mapToDouble(Note::deliveredSeconds).sum(), within(1e-6));
    assertThat(total.costUsd())
        .isCloseTo(
            notes.stream().mapToDouble(n -> n.usd() == null ? 0 : n.usd()).sum(), within(1e-6));
    CostStore.Part anna =
        parts.stream()
            .filter(p -> p.by().equals("tenant") && p.part().equals("anna"))
            .findFirst()
            .orElseThrow();
    assertThat(anna.cost().gpuSeconds())
        .isCloseTo(
            notes.stream()
                .filter(n -> n.tenant().equals("anna"))
                .mapToDouble(Note::gpuSeconds)
                .sum(),
            within(1e-6));
  }

  @Test
  void severalReplicasCountEachJobOnce() throws Exception {
    put("errors", NOON);
    RandomHistory history = new RandomHistory(queue, 9);
    IntStream.range(0, 200).forEach(i -> history.one(NOON.plusSeconds(i)));
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> replicas =
          IntStream.range(0, 4)
              .mapToObj(
                  i ->
                      threads.submit(
                          () ->
                              IntStream.range(0, 60)
                                  .map(
                                      n ->
                                          ledger.count(
                                              7,
                                              (c, ended) ->
                                                  CostStore.add(c, CostStore.sums(ended))))
                                  .sum()))
              .toList();
      int all = 0;
      for (Future<Integer> replica : replicas) {
        all += replica.get();
      }
      all += ledger.count(1_000, (c, ended) -> CostStore.add(c, CostStore.sums(ended)));
      assertThat(all).isEqualTo(200);
    }
    assertThat(database.number("SELECT sum(jobs) FROM cost_hour")).isEqualTo(200);
    assertThat(database.number("SELECT count(*) FROM job_end WHERE NOT counted")).isZero();
  }

  @Test
  void aCountThatFailsIsCountedLater() {
    RandomHistory history = new RandomHistory(queue, 4);
    IntStream.range(0, 20).forEach(i -> history.one(NOON.plusSeconds(i)));
    put("errors", NOON);

    try {
      ledger.count(
          100,
          (c, ended) -> {
            CostStore.add(c, CostStore.sums(ended));
            throw new IllegalStateException("the process dies");
          });
    } catch (IllegalStateException expected) {
      assertThat(expected).hasMessage("the process dies");
    }
    assertThat(database.number("SELECT count(*) FROM cost_hour")).isZero();

    assertThat(counter.count()).isEqualTo(20);
    assertThat(database.number("SELECT sum(jobs) FROM cost_hour")).isEqualTo(20);
  }

  @Test
  void pushesAreIdempotentAndNeverGoBack() {
    ServiceObjective first = PUSHED.get("errors");
    ServiceObjective second =
        new ServiceObjective(first.uid(), 2, "demo", "latency", null, 9.0, null, null, 0.5, 3600);
    put("errors", NOON);
    assertThat(objectives.put("studio", "errors", first, NOON).acceptance())
        .isEqualTo(Acceptance.UNCHANGED);
    assertThat(objectives.put("studio", "errors", second, NOON).acceptance())
        .isEqualTo(Acceptance.STORE);
    assertThat(objectives.put("studio", "errors", first, NOON).acceptance())
        .isEqualTo(Acceptance.STALE);

    objectives.delete("studio", "errors", "another uid", NOON);
    assertThat(objectives.all()).hasSize(1);
    objectives.delete("studio", "errors", first.uid(), NOON);
    assertThat(objectives.all()).isEmpty();
    assertThat(objectives.put("studio", "errors", second, NOON).acceptance())
        .isEqualTo(Acceptance.STALE);
  }

  @Test
  void theGateSaysInNumbersThatABudgetIsSpent() {
    RandomHistory history = new RandomHistory(queue, 5);
    IntStream.range(0, 60).forEach(i -> history.one(NOON.plusSeconds(i)));
    put("errors-half", NOON);
    Instant later = NOON.plusSeconds(600);
    Objectives service =
        new Objectives(
            counter,
            objectives,
            counts,
            TestInterceptions.on(database.transactions()),
            new HistoryStore(database.transactions()),
            metrics,
            Clock.fixed(later, ZoneOffset.UTC));
    service.judgeAll();

    BudgetGate gate = service.gate("studio/demo");

    assertThat(gate.verdict()).isEqualTo(BudgetGate.Verdict.SPENT);
    assertThat(gate.message()).contains("errors-half", "events bad", "% of the budget left");
    RegisteredService demo = LooksTest.service();
    assertThat(new BudgetHold(service).holds(demo, later)).containsExactly(Hold.BUDGET_SPENT);
    assertThat(service.gate("studio/other").verdict()).isEqualTo(BudgetGate.Verdict.NO_OBJECTIVE);
    assertThat(
            new HistoryStore(database.transactions())
                .since("studio", "errors-half", NOON.minusSeconds(3600)))
        .singleElement()
        .satisfies(past -> assertThat(past.state()).isEqualTo("Exhausted"));
  }
}
