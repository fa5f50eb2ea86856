package dev.kintsugi.controlplane.rollout;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.feedback.Feedback;
import dev.kintsugi.controlplane.fleet.FleetRegistry;
import dev.kintsugi.controlplane.fleet.RegisteredService;
import dev.kintsugi.controlplane.fleet.RolloutReports;
import dev.kintsugi.controlplane.queue.AttemptLedger;
import dev.kintsugi.controlplane.rollout.Decision.Stage;
import dev.kintsugi.controlplane.rollout.RolloutViews.Findings;
import dev.kintsugi.core.rollout.Hold;
import dev.kintsugi.core.rollout.RolloutJudge;
import dev.kintsugi.core.rollout.RolloutVerdict;
import dev.kintsugi.core.rollout.Situation;
import dev.kintsugi.protocol.fleet.ServiceEvidence.RolloutEvidence;
import dev.kintsugi.protocol.fleet.ServiceState;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges the rollouts that the fleet's states name. Every replica does, from the same ledger; what
 * one of them decided first holds for all, and a verdict is told only after it is kept.
 */
@Singleton
public class Rollouts implements RolloutReports, CanaryGate {

  private static final Logger LOG = LoggerFactory.getLogger(Rollouts.class);

  private final FleetRegistry fleet;
  private final AttemptLedger ledger;
  private final Feedback feedback;
  private final RolloutStore store;
  private final List<RolloutHolds> holds;
  private final CanaryWeights weights;
  private final RolloutCases cases;
  private final RolloutMetrics metrics;
  private final RolloutBell bell;
  private final RolloutSettings settings;
  private final Duration stallFloor;
  private final Clock clock;
  private final Map<RolloutKey, RolloutTry> tries = new ConcurrentHashMap<>();
  private final Map<RolloutKey, Standing> standings = new ConcurrentHashMap<>();
  private final Map<RolloutKey, Boolean> cuts = new ConcurrentHashMap<>();
  private final Set<RolloutKey> filed = ConcurrentHashMap.newKeySet();

  /** The newest answer of a try. */
  private record Standing(RolloutEvidence evidence, Instant at) {}

  Rollouts(
      FleetRegistry fleet,
      AttemptLedger ledger,
      Feedback feedback,
      RolloutStore store,
      List<RolloutHolds> holds,
      CanaryWeights weights,
      RolloutCases cases,
      RolloutMetrics metrics,
      RolloutBell bell,
      RolloutSettings settings,
      @Value("${kintsugi.dispatch.stall-floor:60s}") Duration stallFloor,
      Clock clock) {
    this.fleet = fleet;
    this.ledger = ledger;
    this.feedback = feedback;
    this.store = store;
    this.holds = holds;
    this.weights = weights;
    this.cases = cases;
    this.metrics = metrics;
    this.bell = bell;
    this.settings = settings;
    this.stallFloor = stallFloor;
    this.clock = clock;
  }

  /** Judges every rollout once. */
  void look() {
    List<RegisteredService> services = fleet.services();
    forget(services);
    for (RegisteredService service : services) {
      RolloutKey.of(service).ifPresent(key -> judgeSafely(service, key));
    }
  }

  @Override
  public Optional<RolloutEvidence> of(RegisteredService service) {
    return RolloutKey.of(service).map(key -> told(service, key));
  }

  /** Until this replica knows whether the canary was cut, it gets nothing. */
  @Override
  public Optional<String> cut(RegisteredService service) {
    return RolloutKey.of(service)
        .filter(key -> cuts.getOrDefault(key, true))
        .map(key -> rollout(service).canary());
  }

  @Override
  public void attemptEnded(String service, String revision) {
    boolean ofCanary =
        fleet.services().stream()
            .filter(s -> s.key().equals(service))
            .map(s -> s.state().rollout())
            .anyMatch(rollout -> rollout != null && rollout.canary().equals(revision));
    if (ofCanary) {
      bell.ring();
    }
  }

  private RolloutEvidence told(RegisteredService service, RolloutKey key) {
    if (!standings.containsKey(key)) {
      judgeSafely(service, key);
    }
    Standing standing = standings.get(key);
    Instant now = clock.instant();
    if (standing == null) {
      return RolloutViews.unknown(key, "Held, because no evidence could be read yet.", now);
    }
    Duration age = Duration.between(standing.at(), now);
    boolean stale = age.compareTo(settings.staleAfter()) > 0;
    return stale && !standing.evidence().verdict().equals(Decision.ROLLBACK)
        ? RolloutViews.stale(
            standing.evidence(),
            "Held, because %s: the newest evidence is %d s old."
                .formatted(Hold.EVIDENCE_STALE.sentence(), age.toSeconds()))
        : standing.evidence();
  }

  private void judgeSafely(RegisteredService service, RolloutKey key) {
    try {
      judge(service, key);
    } catch (DatabaseUnavailableException away) {
      LOG.debug("{} is not judged while the database is away", key, away);
    } catch (RuntimeException defect) {
      LOG.error("{} could not be judged and is held", key, defect);
    }
  }

  private void judge(RegisteredService service, RolloutKey key) {
    ServiceState.Rollout rollout = rollout(service);
    RolloutTry of =
        tries.compute(
            key,
            (k, known) ->
                known != null && known.fits(rollout) ? known : new RolloutTry(k, rollout));
    synchronized (of) {
      Optional<Decision> inForce = store.inForce(key);
      boolean rolledBack = inForce.filter(Decision::rollback).isPresent();
      cuts.put(key, rolledBack);
      Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
      of.read(ledger, feedback, now);
      Stage stage = stage(service, rollout);
      Findings found = findings(of, stage, key, now);
      if (rolledBack) {
        publish(again(inForce.get(), found), found);
        return;
      }
      Decision decision = new Decision(key, now, stage, evidence(service, of, found));
      // Two replicas that see different things for long must not answer each other row by row.
      boolean news = of.changes(decision) && inForce.filter(decision::repeats).isEmpty();
      publish(news ? keep(decision, found) : decision, found);
      of.tell(decision);
    }
  }

  private Findings findings(RolloutTry of, Stage stage, RolloutKey key, Instant now) {
    Instant since = store.weightSince(key, stage.weight()).orElse(now);
    return new Findings(
        of.trial(),
        Flights.of(of.trial(), of.reader(), stallFloor, now),
        of.trial().carriedPercent(since),
        now);
  }

  private RolloutEvidence evidence(RegisteredService service, RolloutTry of, Findings found) {
    ServiceState.Rollout rollout = rollout(service);
    Situation situation =
        new Situation(
            rollout.step(),
            rollout.steps(),
            rollout.promoted(),
            holds(service, found.now()),
            Duration.between(of.startedAt(), found.now()),
            Duration.ofSeconds(rollout.decideWithinSeconds()),
            found.flights().certainBad(),
            found.flights().pending(),
            weights.wrong(service, rollout).orElse(null));
    RolloutVerdict verdict = RolloutJudge.decide(found.trial().evidence(), situation);
    return RolloutViews.of(rollout.name(), verdict, found);
  }

  private List<Hold> holds(RegisteredService service, Instant now) {
    return holds.stream().flatMap(each -> each.holds(service, now).stream()).distinct().toList();
  }

  /** What another replica kept meanwhile may be a rollback, which holds. */
  private Decision keep(Decision decision, Findings found) {
    boolean kept = store.keep(decision);
    if (kept) {
      metrics.decided(decision);
      LOG.info(
          "{} of {}: {} ({}). {}",
          decision.key().rollout(),
          decision.key().service(),
          decision.evidence().verdict(),
          decision.evidence().reason(),
          decision.evidence().message());
      return decision;
    }
    return store
        .inForce(decision.key())
        .filter(Decision::rollback)
        .map(first -> again(first, found))
        .orElse(decision);
  }

  private static Decision again(Decision rollback, Findings found) {
    return new Decision(
        rollback.key(),
        rollback.at(),
        rollback.stage(),
        RolloutViews.rolledBack(rollback.evidence(), found));
  }

  private void publish(Decision decision, Findings found) {
    RolloutKey key = decision.key();
    cuts.put(key, decision.rollback());
    standings.put(key, new Standing(decision.evidence(), found.now()));
    metrics.stands(key.service(), decision.evidence(), found.trial().evidence());
    if (decision.rollback() && filed.add(key)) {
      cases.rolledBack(decision, found);
    }
  }

  private void forget(List<RegisteredService> services) {
    Set<RolloutKey> current =
        services.stream().flatMap(s -> RolloutKey.of(s).stream()).collect(Collectors.toSet());
    Set<String> judged = current.stream().map(RolloutKey::service).collect(Collectors.toSet());
    tries.keySet().stream()
        .map(RolloutKey::service)
        .filter(service -> !judged.contains(service))
        .forEach(metrics::gone);
    tries.keySet().retainAll(current);
    standings.keySet().retainAll(current);
    cuts.keySet().retainAll(current);
    filed.retainAll(current);
  }

  private static Stage stage(RegisteredService service, ServiceState.Rollout rollout) {
    int weight =
        service.state().revisions().stream()
            .filter(revision -> revision.name().equals(rollout.canary()))
            .mapToInt(ServiceState.Revision::weight)
            .sum();
    return new Stage(
        rollout.stable(),
        rollout.canary(),
        rollout.step(),
        rollout.steps(),
        rollout.promoted(),
        weight);
  }

  private static ServiceState.Rollout rollout(RegisteredService service) {
    return Objects.requireNonNull(service.state().rollout());
  }
}
