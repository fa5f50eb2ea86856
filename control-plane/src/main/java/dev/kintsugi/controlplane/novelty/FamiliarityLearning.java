package dev.kintsugi.controlplane.novelty;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.database.Turn;
import dev.kintsugi.controlplane.embedding.Embedding;
import dev.kintsugi.controlplane.embedding.PromptEmbeddings;
import dev.kintsugi.controlplane.novelty.FamiliarityStore.Good;
import dev.kintsugi.core.novelty.Familiarity;
import dev.kintsugi.core.novelty.Familiarity.Point;
import dev.kintsugi.core.novelty.NoveltyPolicy;
import dev.kintsugi.protocol.digest.Sha256;
import io.micronaut.context.annotation.Requires;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes in prompts as their jobs go well, each job exactly once whichever replica does it. Their
 * points are made before the transaction that takes them, and forgotten after it.
 */
@Singleton
@Requires(notEnv = "command")
class FamiliarityLearning {

  private static final Logger LOG = LoggerFactory.getLogger(FamiliarityLearning.class);

  /** Any constant that nothing else in the database locks. */
  private static final long TURN = 0x6e6f76656c7479L;

  private static final int AT_ONCE = 200;

  /** A batch is embedded and written in a second or two. */
  private static final Duration LONGEST_TURN = Duration.ofMinutes(1);

  private static final Duration FORGOTTEN_AFTER = Duration.ofDays(180);

  private final Transactions transactions;
  private final Turn turn;
  private final FamiliarityStore store;
  private final PromptEmbeddings embeddings;
  private final NoveltyPolicy policy;
  private final Clock clock;

  FamiliarityLearning(
      Transactions transactions,
      FamiliarityStore store,
      PromptEmbeddings embeddings,
      NoveltySettings settings,
      Clock clock) {
    this.transactions = transactions;
    this.turn = new Turn(transactions, "novelty", LONGEST_TURN);
    this.store = store;
    this.embeddings = embeddings;
    this.policy = settings.policy();
    this.clock = clock;
  }

  private record Taught(Good job, Optional<Embedding> embedding) {}

  @Scheduled(
      initialDelay = "${kintsugi.novelty.look-every:20s}",
      fixedDelay = "${kintsugi.novelty.look-every:30s}")
  void look() {
    try {
      int last = AT_ONCE;
      while (last == AT_ONCE) {
        last = learn();
      }
    } catch (DatabaseUnavailableException away) {
      LOG.debug("No prompt is taken in now: {}", away.getMessage());
    }
  }

  @Scheduled(initialDelay = "17m", fixedDelay = "1h")
  void prune() {
    try {
      Instant now = clock.instant();
      int removed =
          store.prune(
              now.minus(FamiliarityStore.LOOK_BACK.multipliedBy(2)), now.minus(FORGOTTEN_AFTER));
      LOG.debug("Removed {} rows of prompts that were taken in", removed);
    } catch (DatabaseUnavailableException away) {
      LOG.debug("Old rows will be removed later: {}", away.getMessage());
    }
  }

  /**
   * Takes in prompts of jobs that ended, unless another replica is at it; returns how many there
   * were.
   */
  int learn() {
    return embeddings.ready() && !store.fresh(clock.instant(), 1).isEmpty()
        ? turn.take(this::learnFresh).orElse(0)
        : 0;
  }

  private int learnFresh() {
    Instant now = clock.instant();
    List<Taught> taught =
        store.fresh(now, AT_ONCE).stream()
            .map(
                job ->
                    new Taught(
                        job,
                        FamiliarityStore.teaches(job)
                            ? embeddings.ofBeginning(job.prompt())
                            : Optional.empty()))
            .toList();
    if (taught.isEmpty() || embeddings.away()) {
      return 0;
    }
    return transactions.durably(c -> Sql.tryLock(c, TURN) ? keep(c, taught, now) : 0);
  }

  private int keep(Connection c, List<Taught> taught, Instant now) throws SQLException {
    Set<UUID> mine =
        FamiliarityStore.take(c, taught.stream().map(t -> t.job().job()).toList(), now);
    Map<Subject, Familiarity> before = new LinkedHashMap<>();
    Map<Subject, Familiarity> after = new LinkedHashMap<>();
    for (Taught each : taught) {
      if (mine.contains(each.job().job()) && each.embedding().isPresent()) {
        Embedding embedding = each.embedding().get();
        Subject subject = Subject.of(each.job().service(), embedding.language());
        if (!after.containsKey(subject)) {
          Familiarity known = known(c, subject, embedding.vector().length);
          before.put(subject, known);
          after.put(subject, known);
        }
        Point point = point(each.job().prompt(), embedding);
        after.computeIfPresent(subject, (same, familiarity) -> familiarity.with(point, policy));
      }
    }
    for (Map.Entry<Subject, Familiarity> entry : before.entrySet()) {
      Subject subject = entry.getKey();
      Familiarity more = after.getOrDefault(subject, entry.getValue());
      if (more.moments().seen() > entry.getValue().moments().seen()) {
        FamiliarityStore.set(c, subject, entry.getValue(), more, now);
      }
    }
    return taught.size();
  }

  private static Familiarity known(Connection c, Subject subject, int dimensions)
      throws SQLException {
    return FamiliarityStore.find(c, subject).orElseGet(() -> Familiarity.none(dimensions));
  }

  private static Point point(String prompt, Embedding embedding) {
    long digest = ByteBuffer.wrap(Sha256.of(prompt.strip())).getLong();
    return new Point(digest, embedding.vector());
  }
}
