package dev.kintsugi.core.service;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Builds what is asked and what is seen, one short line per fact. */
final class Scene {

  static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

  private final List<PodGroup> groups = new ArrayList<>();
  private final List<PodNode> nodes = new ArrayList<>();
  private final Map<String, Integer> running = new HashMap<>();
  private final Map<String, Integer> busy = new HashMap<>();
  private final Map<String, String> failing = new HashMap<>();
  private @Nullable String lastServing;

  static ServiceAsk ask(String revision, ServiceAsk.Pool... pools) {
    return new ServiceAsk(
        revision, List.of(pools), false, false, Duration.ofSeconds(120), Duration.ofMinutes(5));
  }

  static ServiceAsk.Pool pool(String name, int replicas) {
    return new ServiceAsk.Pool(name, replicas, replicas, replicas);
  }

  static ServiceAsk.Pool pool(String name, int replicas, int min, int max) {
    return new ServiceAsk.Pool(name, replicas, min, max);
  }

  static ServiceAsk deleting(ServiceAsk ask) {
    return new ServiceAsk(
        ask.revision(), ask.pools(), false, true, ask.drainBound(), ask.startBound());
  }

  static ServiceAsk held(ServiceAsk ask) {
    return new ServiceAsk(
        ask.revision(), ask.pools(), true, false, ask.drainBound(), ask.startBound());
  }

  private static PodNode node(
      String name,
      PodGroup.Key group,
      boolean ready,
      boolean addressed,
      @Nullable Instant notReadySince,
      @Nullable String problem,
      boolean leaving,
      boolean released) {
    return new PodNode(
        name, group, ready, false, addressed, notReadySince, problem, 0, null, leaving, released);
  }

  static PodGroup.Key key(String revision, String pool) {
    return new PodGroup.Key(revision, pool);
  }

  Scene group(String revision, String pool, int replicas) {
    groups.add(new PodGroup(key(revision, pool), replicas, null));
    return this;
  }

  Scene draining(String revision, String pool, int replicas, int seconds) {
    groups.add(new PodGroup(key(revision, pool), replicas, NOW.minusSeconds(seconds)));
    return this;
  }

  Scene ready(String name, String revision, String pool) {
    nodes.add(node(name, key(revision, pool), true, true, null, null, false, false));
    return this;
  }

  Scene starting(String name, String revision, String pool, int seconds, String problem) {
    Instant since = NOW.minusSeconds(seconds);
    nodes.add(node(name, key(revision, pool), false, false, since, problem, false, false));
    return this;
  }

  Scene leaving(String name, String revision, String pool) {
    nodes.add(node(name, key(revision, pool), true, true, null, null, true, false));
    return this;
  }

  Scene released(String name, String revision, String pool) {
    nodes.add(node(name, key(revision, pool), true, true, null, null, true, true));
    return this;
  }

  Scene unready(String name, String revision, String pool) {
    nodes.add(node(name, key(revision, pool), false, true, NOW, null, false, false));
    return this;
  }

  /** Confirmed as draining. */
  Scene running(String node, int jobs) {
    running.put(node, jobs);
    return this;
  }

  /** As last heard of a node that may get jobs. */
  Scene busy(String node, int jobs) {
    busy.put(node, jobs);
    return this;
  }

  Scene failing(String node, String why) {
    failing.put(node, why);
    return this;
  }

  Scene served(String revision) {
    lastServing = revision;
    return this;
  }

  ServiceObservation seen() {
    return new ServiceObservation(groups, nodes, lastServing, busy, running, failing);
  }
}
