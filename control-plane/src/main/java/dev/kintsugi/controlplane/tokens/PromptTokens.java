package dev.kintsugi.controlplane.tokens;

import dev.kintsugi.controlplane.fleet.FleetNode;
import dev.kintsugi.controlplane.fleet.FleetRegistry;
import dev.kintsugi.controlplane.fleet.NodeSight;
import dev.kintsugi.controlplane.fleet.NodeSights;
import dev.kintsugi.controlplane.tokens.NodeTokenizer.Answer;
import dev.kintsugi.protocol.digest.Sha256;
import dev.kintsugi.protocol.node.NodeStatus;
import io.micronaut.context.annotation.Requires;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tokens of prompts by the tokenizer of the model that will read them. A service's nodes are asked;
 * who answered is asked again, who did not is left alone for a while.
 */
@Singleton
@Requires(notEnv = "command")
final class PromptTokens implements TokenCounter {

  private static final Logger LOG = LoggerFactory.getLogger(PromptTokens.class);
  private static final Duration SILENT = Duration.ofSeconds(5);
  private static final Duration WITHOUT_ROUTE = Duration.ofMinutes(10);
  private static final int CACHED = 2_000;
  private static final float LOAD_FACTOR = 0.75f;

  private final FleetRegistry fleet;
  private final NodeSights sights;
  private final NodeTokenizer tokenizer;
  private final Clock clock;
  private final Duration within;
  private final Map<String, Instant> leftAlone = new ConcurrentHashMap<>();
  private final Map<Question, List<Integer>> cache =
      Collections.synchronizedMap(
          new LinkedHashMap<>(16, LOAD_FACTOR, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Question, List<Integer>> eldest) {
              return size() > CACHED;
            }
          });

  /**
   * Texts may be long, so they are not kept.
   *
   * @param model of the service: another one counts differently
   * @param texts their digest
   */
  private record Question(String model, String texts) {}

  PromptTokens(
      FleetRegistry fleet,
      NodeSights sights,
      NodeTokenizer tokenizer,
      Clock clock,
      @Value("${kintsugi.screening.tokens-within:200ms}") Duration within) {
    this.fleet = fleet;
    this.sights = sights;
    this.tokenizer = tokenizer;
    this.clock = clock;
    this.within = within;
  }

  @Override
  public Optional<List<Integer>> count(String service, List<String> texts)
      throws InterruptedException {
    Instant until = clock.instant().plus(within);
    String digest = digest(texts);
    for (FleetNode node : nodes(service)) {
      Question question = new Question(model(sights.of(node.nodeId())), digest);
      List<Integer> known = cache.get(question);
      if (known != null) {
        return Optional.of(known);
      }
      Duration left = Duration.between(clock.instant(), until);
      if (!left.isPositive()) {
        break;
      }
      if (ask(node, texts, left) instanceof Answer.Counted(List<Integer> counts)) {
        cache.put(question, counts);
        return Optional.of(counts);
      }
    }
    return Optional.empty();
  }

  private static String digest(List<String> texts) {
    MessageDigest sha = Sha256.begin();
    for (String text : texts) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      sha.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
      sha.update(bytes);
    }
    return Sha256.end(sha);
  }

  private Answer ask(FleetNode node, List<String> texts, Duration left)
      throws InterruptedException {
    Answer answer = tokenizer.ask(node.address(), texts, left);
    switch (answer) {
      case Answer.Counted counted -> leftAlone.remove(node.address());
      case Answer.NoSuchRoute none -> leaveAlone(node, WITHOUT_ROUTE, "it has no such route");
      case Answer.None(String why) -> leaveAlone(node, SILENT, why);
    }
    return answer;
  }

  private void leaveAlone(FleetNode node, Duration pause, String why) {
    Instant now = clock.instant();
    leftAlone.values().removeIf(until -> !until.isAfter(now));
    leftAlone.put(node.address(), now.plus(pause));
    LOG.debug("{} counts no tokens and is not asked for {}: {}", node.nodeId(), pause, why);
  }

  /** Those that have a model and are not left alone. */
  private List<FleetNode> nodes(String service) {
    Instant now = clock.instant();
    return fleet.services().stream()
        .filter(registered -> registered.key().equals(service))
        .flatMap(registered -> registered.nodes().stream())
        .filter(node -> !model(sights.of(node.nodeId())).isEmpty())
        .filter(node -> !leftAlone.getOrDefault(node.address(), Instant.MIN).isAfter(now))
        .toList();
  }

  /** Name, version and digest of the model that a node can run now; empty for none. */
  private static String model(NodeSight sight) {
    NodeStatus status = sight.status();
    return status == null || !status.warm() || !sight.health().reachable()
        ? ""
        : status.model() + " " + status.version() + " " + status.digest();
  }
}
