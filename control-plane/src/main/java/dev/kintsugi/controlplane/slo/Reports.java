package dev.kintsugi.controlplane.slo;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.slo.Objectives.Judged;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.fleet.ObjectiveEvidence;
import dev.kintsugi.protocol.slo.Slo;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is said of objectives, from the last judgement and the stores. */
@Singleton
class Reports {

  private static final int PARTS = 200;

  private final Objectives objectives;
  private final ObjectiveStore store;
  private final CountStore counts;
  private final HistoryStore history;
  private final Clock clock;

  Reports(
      Objectives objectives,
      ObjectiveStore store,
      CountStore counts,
      HistoryStore history,
      Clock clock) {
    this.objectives = objectives;
    this.store = store;
    this.counts = counts;
    this.history = history;
    this.clock = clock;
  }

  /** With its slices. */
  ObjectiveEvidence evidence(String namespace, String name) {
    Optional<Judged> judged = objectives.find(namespace + "/" + name);
    return judged.isPresent() ? evidence(judged.get()) : SloViews.unjudged(stored(namespace, name));
  }

  private ObjectiveEvidence evidence(Judged one) {
    StoredObjective objective = one.objective();
    var from = clock.instant().minus(objective.objective().window());
    return SloViews.evidence(one, objectives.fresh(one), counts.parts(objective.id(), from, PARTS));
  }

  /** Every objective, without slices and history. */
  List<Slo> all() {
    return objectives.all().values().stream()
        .map(
            one ->
                slo(
                    one.objective(),
                    SloViews.evidence(one, objectives.fresh(one), List.of()),
                    null))
        .toList();
  }

  /** One objective with its slices and the hours of its past. */
  Slo one(String namespace, String name, Duration past) {
    StoredObjective objective = stored(namespace, name);
    return slo(
        objective,
        evidence(namespace, name),
        history.since(namespace, name, clock.instant().minus(past)));
  }

  private StoredObjective stored(String namespace, String name) {
    return store.all().stream()
        .filter(one -> one.namespace().equals(namespace) && one.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                ApiException.of(
                    ErrorCode.NOT_FOUND, "There is no objective " + namespace + "/" + name + "."));
  }

  private static Slo slo(
      StoredObjective objective, ObjectiveEvidence evidence, @Nullable List<Slo.Past> history) {
    return new Slo(
        objective.key(), "slo", objective.service(), objective.pushed(), evidence, history);
  }
}
