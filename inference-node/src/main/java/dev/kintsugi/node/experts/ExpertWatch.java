package dev.kintsugi.node.experts;

import dev.kintsugi.core.node.ExpertHealth;
import dev.kintsugi.core.node.ExpertHealth.Decision;
import dev.kintsugi.core.node.ExpertHealth.Observation;
import dev.kintsugi.core.node.ExpertHealth.Policy;
import dev.kintsugi.core.node.ExpertHealth.RunEnd;
import dev.kintsugi.core.node.ExpertHealth.State;
import dev.kintsugi.node.attempts.Attempt;
import dev.kintsugi.node.attempts.AttemptListener;
import dev.kintsugi.node.engine.ExpertWeights;
import dev.kintsugi.node.events.NodeEvents;
import dev.kintsugi.node.telemetry.NodeMetrics;
import dev.kintsugi.protocol.node.AttemptPhase;
import dev.kintsugi.protocol.node.AttemptStatus;
import dev.kintsugi.protocol.node.AttemptStatus.AttemptError;
import dev.kintsugi.protocol.node.FailureContext;
import dev.kintsugi.protocol.node.NodeEvent;
import dev.kintsugi.protocol.node.NodeStatus.ExpertStatus;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** Keeps account of every expert's results and gives it its weight. Thread-safe. */
@Singleton
public final class ExpertWatch implements ExpertWeights, AttemptListener {
  private final NodeEvents events;
  private final NodeMetrics metrics;
  private final Clock clock;
  private final ConcurrentMap<String, State> states = new ConcurrentHashMap<>();

  ExpertWatch(NodeEvents events, NodeMetrics metrics, Clock clock) {
    this.events = events;
    this.metrics = metrics;
    this.clock = clock;
  }

  @Override
  public double weight(String expert) {
    return state(expert).weight();
  }

  /** As it goes into the node's status. */
  public ExpertStatus status(String expert) {
    State state = state(expert);
    return new ExpertStatus(expert, state.weight() > 0, state.weight(), state.abnormalInARow());
  }

  /** Whether an expert waits for a self-test to release it. */
  boolean anyQuarantined() {
    return states.values().stream().anyMatch(s -> s.weight() == 0);
  }

  @Override
  public void ended(Attempt attempt) {
    AttemptStatus end = attempt.status();
    ExpertHealth.attribute(runEnd(end), took(attempt.after(0)), end.expert())
        .forEach((expert, seen) -> observe(expert, seen, attempt.id(), Map.of()));
  }

  /**
   * Weighs one observation.
   *
   * @param details what an event should say beside the numbers of the decision
   */
  void observe(
      String expert, Observation seen, @Nullable String attempt, Map<String, String> details) {
    Decision decision;
    synchronized (states) {
      decision = ExpertHealth.decide(state(expert), seen, Policy.DEFAULT, clock.instant());
      states.put(expert, decision.state());
    }
    metrics.expertSeen(expert, seen, decision.state().weight());
    switch (decision) {
      case Decision.Keep keep -> {}
      case Decision.Quarantine(State state, int inARow) ->
          events.add(
              NodeEvent.Kind.EXPERT_QUARANTINED,
              "expert "
                  + expert
                  + " is out of use after "
                  + inARow
                  + " abnormal results in a row; another one takes its steps",
              attempt,
              with(details, Map.of("expert", expert, "abnormal_in_a_row", inARow)));
      case Decision.Release(State state, java.time.Duration after) ->
          events.add(
              NodeEvent.Kind.EXPERT_RELEASED,
              "expert " + expert + " reproduced its reference and is in use again",
              attempt,
              with(details, Map.of("expert", expert, "after_seconds", after.toMillis() / 1e3)));
    }
  }

  private State state(String expert) {
    return states.getOrDefault(expert, State.TRUSTED);
  }

  private static RunEnd runEnd(AttemptStatus end) {
    AttemptError error = end.error();
    if (error == null) {
      return end.phase() == AttemptPhase.COMPLETED ? RunEnd.ACCEPTED : RunEnd.OTHER;
    }
    return switch (error.code()) {
      case BLACK_FRAMES, FROZEN_FRAMES, FLICKER, QUALITY_LOW -> RunEnd.REJECTED;
      // Colours that are no numbers are the decoder's.
      case NAN_LATENTS -> denoising(error.context()) ? RunEnd.NOT_FINITE : RunEnd.OTHER;
      default -> RunEnd.OTHER;
    };
  }

  private static boolean denoising(@Nullable FailureContext context) {
    return context != null && context.stage() == AttemptPhase.DENOISING;
  }

  /** The experts that did at least one of its steps. */
  private static Set<String> took(List<AttemptStatus> log) {
    Set<String> took = new TreeSet<>();
    for (int i = 1; i < log.size(); i++) {
      AttemptStatus status = log.get(i);
      if (status.step() == log.get(i - 1).step() + 1 && status.expert() != null) {
        took.add(status.expert());
      }
    }
    return took;
  }

  private static Map<String, String> with(Map<String, String> details, Map<String, Object> more) {
    Map<String, String> all = new java.util.TreeMap<>(details);
    more.forEach((name, value) -> all.put(name, value.toString()));
    return all;
  }
}
