package dev.kintsugi.controlplane.fleet;

import dev.kintsugi.core.recovery.Rung;
import dev.kintsugi.protocol.fleet.ServiceState;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a service state must satisfy. Reports every problem at once, each naming its field. */
final class ServiceStateRules {

  private static final long LONGEST_DEADLINE_SECONDS = 7 * 24 * 3600;
  private static final int LONGEST_NAME = 253;
  private static final int HIGHEST_PRICE = 10_000;
  private static final int LONGEST_PROMPT = 512;
  private static final long LONGEST_INTERVAL_SECONDS = 24 * 3600;
  private static final int MOST_FAILURES = 100;
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
  private static final Pattern SUBDOMAIN = Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  private final List<String> problems = new ArrayList<>();

  private ServiceStateRules() {}

  /** Empty when the state may be put in force. */
  static List<String> problems(String namespace, String name, ServiceState state) {
    ServiceStateRules rules = new ServiceStateRules();
    rules.require(LABEL.matcher(namespace).matches(), "namespace: must be a DNS label");
    rules.require(SUBDOMAIN.matcher(name).matches(), "name: must be a DNS subdomain");
    rules.check(state);
    return List.copyOf(rules.problems);
  }

  private void check(ServiceState state) {
    require(text(state.uid()), "uid: must be 1 to 253 characters");
    require(state.generation() >= 1, "generation: must be at least 1");
    require(state.sequence() >= 0, "sequence: must be at least 0");
    require(text(state.model()), "model: must be 1 to 253 characters");
    require(
        state.deadlineSeconds() >= 1 && state.deadlineSeconds() <= LONGEST_DEADLINE_SECONDS,
        "deadline_seconds: must be 1 to " + LONGEST_DEADLINE_SECONDS);
    checkLadder(state.ladder());
    checkPrice(state.price());
    checkScaling(state.scaling());
    checkProbe(state.probe());
    checkFreezes(state.freezes());
    boolean listed = true;
    listed &= require(state.tenants() != null, "tenants: must be a list");
    listed &= require(state.revisions() != null, "revisions: must be a list");
    listed &= require(state.nodes() != null, "nodes: must be a list");
    if (listed) {
      for (int i = 0; i < state.tenants().size(); i++) {
        require(text(state.tenants().get(i)), "tenants[" + i + "]: must be 1 to 253 characters");
      }
      Set<String> revisions = checkRevisions(state.revisions());
      checkNodes(state.nodes(), revisions);
      problems.addAll(RolloutRules.problems(state.rollout(), revisions));
    }
  }

  private void checkLadder(@Nullable List<String> ladder) {
    for (int i = 0; ladder != null && i < ladder.size(); i++) {
      String step = ladder.get(i);
      require(
          Rung.step(step).isPresent(), "ladder[" + i + "]: " + step + " is no step of the ladder");
      require(ladder.indexOf(step) == i, "ladder[" + i + "]: " + step + " is there twice");
    }
  }

  private void checkPrice(ServiceState.@Nullable Price price) {
    if (price != null) {
      require(
          price.gpuHourUsd() >= 0 && price.gpuHourUsd() <= HIGHEST_PRICE,
          "price.gpu_hour_usd: must be 0 to " + HIGHEST_PRICE);
      require(
          price.spotDiscount() >= 0 && price.spotDiscount() <= 1,
          "price.spot_discount: must be 0 to 1");
    }
  }

  private void checkScaling(ServiceState.@Nullable Scaling scaling) {
    if (scaling != null) {
      require(scaling.targetPerPod() > 0, "scaling.target_per_pod: must be above 0");
      require(
          scaling.scaleDownBelow() >= 0 && scaling.scaleDownBelow() <= scaling.targetPerPod(),
          "scaling.scale_down_below: must be 0 to target_per_pod");
      require(scaling.replicas() >= 0, "scaling.replicas: must be at least 0");
    }
  }

  private void checkProbe(ServiceState.@Nullable Probe probe) {
    if (probe == null) {
      return;
    }
    require(
        probe.prompt() != null
            && !probe.prompt().isBlank()
            && probe.prompt().length() <= LONGEST_PROMPT,
        "probe.prompt: must be 1 to " + LONGEST_PROMPT + " characters");
    require(
        probe.intervalSeconds() >= 1 && probe.intervalSeconds() <= LONGEST_INTERVAL_SECONDS,
        "probe.interval_seconds: must be 1 to " + LONGEST_INTERVAL_SECONDS);
    require(
        probe.timeoutSeconds() >= 1 && probe.timeoutSeconds() <= LONGEST_INTERVAL_SECONDS,
        "probe.timeout_seconds: must be 1 to " + LONGEST_INTERVAL_SECONDS);
    require(
        probe.failures() >= 1 && probe.failures() <= MOST_FAILURES,
        "probe.failures: must be 1 to " + MOST_FAILURES);
  }

  private void checkFreezes(@Nullable List<ServiceState.Freeze> freezes) {
    for (int i = 0; freezes != null && i < freezes.size(); i++) {
      try {
        FreezeWindow.of(freezes.get(i));
      } catch (IllegalArgumentException e) {
        problems.add("freezes[" + i + "]." + e.getMessage());
      }
    }
  }

  private Set<String> checkRevisions(List<ServiceState.Revision> revisions) {
    Set<String> names = new HashSet<>();
    long weights = 0;
    for (int i = 0; i < revisions.size(); i++) {
      ServiceState.Revision revision = revisions.get(i);
      String at = "revisions[" + i + "].";
      require(text(revision.name()), at + "name: must be 1 to 253 characters");
      require(names.add(revision.name()), at + "name: " + revision.name() + " is there twice");
      require(text(revision.version()), at + "version: must be 1 to 253 characters");
      require(revision.weight() >= 0 && revision.weight() <= 100, at + "weight: must be 0 to 100");
      require(
          revision.digest() == null || SHA256.matcher(revision.digest()).matches(),
          at + "digest: must be 64 lower-case hex digits");
      weights += revision.weight();
    }
    require(weights == 100, "revisions: weights must sum to 100, they sum to " + weights);
    return names;
  }

  private void checkNodes(List<ServiceState.Node> nodes, Set<String> revisions) {
    Set<String> names = new HashSet<>();
    for (int i = 0; i < nodes.size(); i++) {
      ServiceState.Node node = nodes.get(i);
      String at = "nodes[" + i + "].";
      require(text(node.name()), at + "name: must be 1 to 253 characters");
      require(names.add(node.name()), at + "name: " + node.name() + " is there twice");
      require(
          revisions.contains(node.revision()),
          at + "revision: " + node.revision() + " is not among the revisions");
      require(baseUrl(node.address()), at + "address: must be a URL such as http://10.0.0.7:8080");
      require(
          node.stopAt() == null || instant(node.stopAt()).isPresent(),
          at + "stop_at: must be a time such as 2026-01-01T12:00:00Z");
    }
  }

  private boolean require(boolean holds, String problem) {
    if (!holds) {
      problems.add(problem);
    }
    return holds;
  }

  private static boolean text(@Nullable String value) {
    return value != null && !value.isBlank() && value.length() <= LONGEST_NAME;
  }

  static Optional<Instant> instant(@Nullable String text) {
    try {
      return Optional.ofNullable(text).map(Instant::parse);
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  static boolean baseUrl(@Nullable String address) {
    if (address == null) {
      return false;
    }
    try {
      URI uri = new URI(address);
      return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
          && uri.getHost() != null
          && uri.getUserInfo() == null
          && uri.getQuery() == null
          && uri.getFragment() == null;
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
