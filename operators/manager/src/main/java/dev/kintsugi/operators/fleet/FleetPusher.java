package dev.kintsugi.operators.fleet;

import dev.kintsugi.core.service.FleetSync;
import dev.kintsugi.core.service.FleetSync.Status;
import dev.kintsugi.operators.OperatorSettings;
import dev.kintsugi.operators.fleet.FleetClient.FleetException;
import dev.kintsugi.operators.fleet.FleetReport.RolloutReport;
import dev.kintsugi.operators.health.OperatorMetrics;
import dev.kintsugi.protocol.fleet.ServiceEvidence;
import dev.kintsugi.protocol.fleet.ServiceEvidence.NodeEvidence;
import dev.kintsugi.protocol.fleet.ServiceEvidence.ProbeEvidence;
import dev.kintsugi.protocol.fleet.ServiceState;
import jakarta.inject.Singleton;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the control plane's picture of each service current: pushes on change and at an interval,
 * backs off while it is away. One service is pushed by one thread at a time (the reconciler's).
 */
@Singleton
public class FleetPusher {

  private static final Logger LOG = LoggerFactory.getLogger(FleetPusher.class);
  private static final int MAX_DOUBLINGS = 3;
  private static final Duration EACH = Duration.ofMillis(10);

  private final FleetClient client;
  private final Duration interval;
  private final Duration fastest;
  private final OperatorMetrics metrics;
  private final Map<String, Memory> memories = new ConcurrentHashMap<>();

  public FleetPusher(FleetClient client, OperatorSettings settings, OperatorMetrics metrics) {
    this.client = client;
    this.interval = settings.pushInterval();
    this.fastest = settings.watchInterval();
    this.metrics = metrics;
  }

  /** What is known of one service between two pushes. */
  private static final class Memory {
    private @Nullable ServiceState taken;
    private @Nullable ServiceEvidence evidence;
    private FleetSync sync = FleetSync.notPushed();
    private Instant next = Instant.MIN;
    private long sequence;
    private int failures;
    private Instant look = Instant.MIN;
    private boolean stepChanged;
    private @Nullable String ofStepBefore;
  }

  /** Evidence of a rollout is read so often: the more there are, the less often each. */
  public Duration pace() {
    long rollouts = memories.values().stream().filter(m -> rollout(m.taken) != null).count();
    Duration shared = EACH.multipliedBy(rollouts);
    return shared.compareTo(fastest) < 0 ? fastest : shared;
  }

  /** The last report of a service, without calling anyone. */
  public FleetReport last(String service) {
    Memory memory = memories.get(service);
    return memory == null
        ? new FleetReport(
            FleetSync.notPushed(), Map.of(), Map.of(), null, Map.of(), Map.of(), Instant.MIN)
        : report(memory);
  }

  /**
   * Pushes when there is something to say or it is time, then reads the evidence.
   *
   * @param service {@code namespace/name}
   * @param state its sequence is replaced
   * @param watching evidence is read even if nothing is pushed, because something waits for it
   */
  public FleetReport sync(String service, ServiceState state, boolean watching, Instant now) {
    Memory memory = memories.computeIfAbsent(service, _ -> new Memory());
    boolean away = memory.failures > 0;
    boolean due = !now.isBefore(memory.next);
    boolean changed = !same(state, memory.taken);
    boolean look = state.rollout() != null && !now.isBefore(memory.look);
    if (due || (!away && (changed || watching || look))) {
      exchange(service, memory, state, due || changed, now);
    }
    return report(memory);
  }

  /**
   * Takes the service out of the control plane's fleet.
   *
   * @return whether it is gone
   */
  public boolean remove(String service, String uid) {
    try {
      client.delete(service, uid);
      memories.remove(service);
      return true;
    } catch (FleetException e) {
      LOG.warn("{} could not be taken out of the fleet: {}", service, e.getMessage());
      return false;
    }
  }

  /** Forgets a service without telling anyone. */
  public void forget(String service) {
    memories.remove(service);
  }

  private void exchange(
      String service, Memory memory, ServiceState state, boolean push, Instant now) {
    try {
      if (push) {
        // Wall-clock numbers keep growing when another replica takes over the lead.
        memory.sequence = Math.max(memory.sequence + 1, now.toEpochMilli());
        var numbered = state.numbered(memory.sequence);
        client.put(service, numbered);
        if (!sameStep(rollout(memory.taken), numbered.rollout())) {
          memory.stepChanged = true;
        }
        memory.taken = numbered;
        memory.next = now.plus(interval);
        metrics.pushed("ok");
      }
      memory.evidence = client.evidence(service);
      memory.look = now.plus(pace());
      if (memory.stepChanged) {
        // It may have been judged a moment before the push, on the step before.
        memory.ofStepBefore = judgedAt(memory.evidence);
        memory.stepChanged = false;
      }
      memory.failures = 0;
      memory.sync = new FleetSync(Status.SYNCED, "", memory.evidence.running());
    } catch (FleetException e) {
      failed(service, memory, e, now);
    }
  }

  private void failed(String service, Memory memory, FleetException e, Instant now) {
    Status status = e.outcome();
    if (e.status() == HttpURLConnection.HTTP_CONFLICT) {
      overtake(service, memory);
    }
    metrics.pushed(status.name().toLowerCase(Locale.ROOT));
    if (memory.failures == 0) {
      LOG.warn("the fleet state of {} was not taken: {}", service, e.getMessage());
    }
    memory.next = now.plus(fastest.multipliedBy(1L << Math.min(memory.failures, MAX_DOUBLINGS)));
    memory.failures++;
    memory.sync = new FleetSync(status, e.reason(), memory.sync.jobsRunning());
  }

  /** Another replica with a faster clock pushed before us: go on from its number. */
  private void overtake(String service, Memory memory) {
    try {
      memory.sequence = Math.max(memory.sequence, client.evidence(service).observedSequence());
    } catch (FleetException e) {
      LOG.debug("no evidence of {} after a conflict: {}", service, e.getMessage());
    }
  }

  private static FleetReport report(Memory memory) {
    return new FleetReport(
        memory.sync,
        running(memory),
        confirmedDrains(memory),
        judged(memory),
        failingProbes(memory.evidence),
        notReady(memory.evidence),
        memory.next);
  }

  private static boolean confirmed(Memory memory) {
    return memory.taken != null
        && memory.evidence != null
        && memory.taken.uid().equals(memory.evidence.uid())
        && memory.evidence.observedSequence() >= memory.taken.sequence();
  }

  private static @Nullable RolloutReport judged(Memory memory) {
    ServiceState.Rollout told = rollout(memory.taken);
    ServiceEvidence evidence = memory.evidence;
    if (!confirmed(memory) || told == null || evidence == null || evidence.rollout() == null) {
      return null;
    }
    if (!told.name().equals(evidence.rollout().rollout())) {
      return null;
    }
    boolean sure =
        !memory.stepChanged && !evidence.rollout().evaluatedAt().equals(memory.ofStepBefore);
    return new RolloutReport(evidence.rollout(), sure ? told.step() : -1);
  }

  private static ServiceState.@Nullable Rollout rollout(@Nullable ServiceState state) {
    return state == null ? null : state.rollout();
  }

  private static boolean sameStep(
      ServiceState.@Nullable Rollout before, ServiceState.@Nullable Rollout after) {
    return after == null
        || (before != null
            && before.name().equals(after.name())
            && before.step() == after.step()
            && before.promoted() == after.promoted());
  }

  private static @Nullable String judgedAt(ServiceEvidence evidence) {
    return evidence.rollout() == null ? null : evidence.rollout().evaluatedAt();
  }

  private static Map<String, Integer> running(Memory memory) {
    ServiceEvidence evidence = memory.evidence;
    return evidence == null
        ? Map.of()
        : evidence.nodes().stream()
            .collect(Collectors.toMap(NodeEvidence::name, NodeEvidence::running, Math::max));
  }

  private static Map<String, String> notReady(@Nullable ServiceEvidence evidence) {
    Map<String, String> reasons = new TreeMap<>();
    if (evidence != null) {
      for (NodeEvidence node : evidence.nodes()) {
        if (node.notReadyReason() != null) {
          reasons.put(node.name(), node.notReadyReason());
        }
      }
    }
    return reasons;
  }

  private static Map<String, String> failingProbes(@Nullable ServiceEvidence evidence) {
    Map<String, String> failing = new TreeMap<>();
    if (evidence != null) {
      for (NodeEvidence node : evidence.nodes()) {
        ProbeEvidence probe = node.probe();
        if (probe != null && probe.outSince() != null) {
          failing.put(
              node.name(),
              "%d in a row since it went out at %s; the last: %s"
                  .formatted(probe.failures(), probe.outSince(), probe.message()));
        }
      }
    }
    return failing;
  }

  private static Map<String, Integer> confirmedDrains(Memory memory) {
    ServiceState taken = memory.taken;
    if (!confirmed(memory) || taken == null) {
      return Map.of();
    }
    Map<String, Integer> running = new TreeMap<>(running(memory));
    running
        .keySet()
        .retainAll(
            taken.nodes().stream()
                .filter(ServiceState.Node::draining)
                .map(ServiceState.Node::name)
                .collect(Collectors.toSet()));
    return running;
  }

  private static boolean same(ServiceState state, @Nullable ServiceState taken) {
    return taken != null && taken.numbered(0).equals(state.numbered(0));
  }
}
