package dev.kintsugi.core.service;

import dev.kintsugi.core.service.JobEvidence.Judgement;
import dev.kintsugi.core.service.JobEvidence.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A cluster and a control plane in miniature: replicas become pods, pods become ready, what was
 * pushed is confirmed one look later. An operator that is killed at any point is a look whose
 * second half does not happen.
 */
final class RolloutWorld {

  final Map<PodGroup.Key, Integer> replicas = new LinkedHashMap<>();
  final Map<PodGroup.Key, Instant> groupDrains = new HashMap<>();
  final Map<String, PodNode> pods = new LinkedHashMap<>();
  final Map<String, Integer> running = new HashMap<>();
  final Set<String> confirmed = new HashSet<>();
  final List<RolloutState> history = new ArrayList<>();
  private Set<String> pushedDrains = Set.of();
  private int names;
  Instant now = Scene.NOW;
  Instant theirs = Scene.NOW;
  final ServiceAsk.Pool pool;
  ServiceAsk ask;
  RolloutState state;
  boolean heard = true;
  Verdict verdict = Verdict.CONTINUE;
  private int judgedStep = -1;
  private int pushedStep = -1;
  ServicePlan plan;

  RolloutWorld(int size, RolloutPolicy policy) {
    pool = Scene.pool("main", size, 0, 9);
    ask = Scene.ask("b", pool);
    var stable = Scene.key("a", "main");
    replicas.put(stable, size);
    for (int i = 0; i < size; i++) {
      pod(stable, true);
    }
    state = RolloutState.begin("r-1", "a", "b", policy, Map.of("main", size), false, now);
    plan = ServicePlan.serving("a", List.of(), size);
  }

  static RolloutPolicy policy(int surge, Integer... steps) {
    return new RolloutPolicy(List.of(steps), surge, Duration.ofSeconds(60));
  }

  private void pod(PodGroup.Key key, boolean ready) {
    String name = key.revision() + "-" + names++;
    pods.put(name, node(name, key, ready, ready ? null : now));
  }

  private static PodNode node(
      String name, PodGroup.Key key, boolean ready, @Nullable Instant notReadySince) {
    return new PodNode(name, key, ready, false, ready, notReadySince, null, 0, null, false, false);
  }

  ServiceObservation seen() {
    Map<String, Integer> drained = new HashMap<>();
    confirmed.forEach(node -> drained.put(node, running.getOrDefault(node, 0)));
    return new ServiceObservation(
        replicas.entrySet().stream()
            .map(e -> new PodGroup(e.getKey(), e.getValue(), groupDrains.get(e.getKey())))
            .toList(),
        List.copyOf(pods.values()),
        plan.serving(),
        running,
        drained,
        Map.of());
  }

  JobEvidence evidence() {
    return new JobEvidence(
        heard, heard ? new Judgement(verdict, "TEST", "0 of 0 jobs.", judgedStep, theirs) : null);
  }

  /** One look of the operator; killed before it acts if told so. */
  RolloutDecision look(boolean killed) {
    RolloutDecision decision = RolloutMachine.decide(state, ask, seen(), evidence(), now);
    if (decision instanceof RolloutDecision.Move move) {
      state = move.state();
      history.add(state);
    }
    if (!killed) {
      act();
    }
    return decision;
  }

  private void act() {
    boolean stays = state.phase().refused() || state.phase() == RolloutPhase.SUPERSEDED;
    var asked = stays ? ask.instead(state.stable()) : ask;
    plan = ServicePlanner.decide(asked, seen(), state, heard, now);
    for (GroupStep step : plan.steps()) {
      switch (step) {
        case GroupStep.Run run -> {
          replicas.put(run.key(), run.size());
          groupDrains.remove(run.key());
        }
        case GroupStep.Keep keep -> groupDrains.remove(keep.key());
        case GroupStep.Drain drain -> groupDrains.put(drain.key(), drain.since());
        case GroupStep.Remove remove -> {
          replicas.remove(remove.key());
          groupDrains.remove(remove.key());
        }
      }
    }
    pods.replaceAll((_, pod) -> marked(pod));
    if (heard) {
      pushedDrains = new HashSet<>();
      pods.values().stream().filter(plan::draining).forEach(p -> pushedDrains.add(p.name()));
      judgedStep = pushedStep == state.step() ? pushedStep : -1;
      pushedStep = state.step();
    }
  }

  /** What the rest of the cluster does meanwhile. */
  void pass(int seconds) {
    now = now.plusSeconds(seconds);
    theirs = theirs.plusSeconds(seconds);
    if (heard) {
      confirmed.clear();
      confirmed.addAll(pushedDrains);
    }
    pods.keySet().removeIf(name -> pods.get(name).stopping());
    for (var key : Set.copyOf(pods.values().stream().map(PodNode::group).toList())) {
      scale(key, replicas.getOrDefault(key, 0));
    }
    replicas.forEach(this::scale);
  }

  private void scale(PodGroup.Key key, int target) {
    List<PodNode> live =
        new ArrayList<>(
            pods.values().stream().filter(p -> p.group().equals(key) && !p.stopping()).toList());
    // As the ReplicaSet controller chooses: not ready first, then the cheapest.
    live.sort(java.util.Comparator.comparing(PodNode::ready).thenComparing(p -> !p.released()));
    for (int i = 0; i < live.size() - target; i++) {
      PodNode p = live.get(i);
      pods.put(
          p.name(),
          new PodNode(
              p.name(),
              key,
              p.ready(),
              true,
              true,
              p.notReadySince(),
              null,
              0,
              p.drainingSince(),
              p.leaving(),
              p.released()));
    }
    for (int i = live.size(); i < target; i++) {
      pod(key, false);
    }
  }

  void allReady(String revision) {
    pods.replaceAll((_, p) -> p.group().revision().equals(revision) ? ready(p, true) : p);
  }

  void setReady(String name, boolean ready) {
    pods.computeIfPresent(name, (_, p) -> ready(p, ready));
  }

  private PodNode ready(PodNode p, boolean ready) {
    return new PodNode(
        p.name(),
        p.group(),
        ready,
        p.stopping(),
        true,
        ready ? null : p.notReadySince() == null ? now : p.notReadySince(),
        null,
        p.restarts(),
        p.drainingSince(),
        p.leaving(),
        p.released());
  }

  private PodNode marked(PodNode p) {
    Instant since = plan.drain(p.name()).map(NodeDrain::since).orElse(null);
    Set<String> released =
        plan.step(p.group()).orElse(null) instanceof GroupStep.Run run ? run.released() : Set.of();
    return new PodNode(
        p.name(),
        p.group(),
        p.ready(),
        p.stopping(),
        p.addressed(),
        p.notReadySince(),
        p.problem(),
        p.restarts(),
        since,
        plan.leaving(p.group()).contains(p.name()),
        since != null || released.contains(p.name()));
  }

  void restarts(String revision, int count) {
    pods.replaceAll(
        (_, p) ->
            p.group().revision().equals(revision)
                ? new PodNode(
                    p.name(),
                    p.group(),
                    false,
                    false,
                    true,
                    now,
                    "CrashLoopBackOff",
                    count,
                    null,
                    false,
                    false)
                : p);
  }

  /** Ready nodes that get jobs. */
  long serving() {
    return pods.values().stream().filter(p -> p.takesJobs() && !plan.draining(p)).count();
  }

  long readyOf(String revision) {
    return pods.values().stream()
        .filter(p -> p.group().revision().equals(revision) && p.takesJobs() && !plan.draining(p))
        .count();
  }

  /** Looks until the rollout is in the phase; pods become ready at once. */
  void until(RolloutPhase phase) {
    for (int i = 0; i < 400 && state.phase() != phase; i++) {
      look(false);
      pass(1);
      allReady("a");
      allReady("b");
    }
    if (state.phase() != phase) {
      throw new AssertionError("is " + state + ", not " + phase + " " + plan);
    }
  }
}
