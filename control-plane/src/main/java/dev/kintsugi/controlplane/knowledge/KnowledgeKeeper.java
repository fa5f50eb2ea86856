package dev.kintsugi.controlplane.knowledge;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.knowledge.Found.Phase;
import dev.kintsugi.controlplane.knowledge.KnowledgeIndex.Mark;
import dev.kintsugi.controlplane.knowledge.KnowledgeStore.Horizon;
import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.protocol.metrics.KnowledgeCatalogue;
import io.micronaut.context.annotation.Requires;
import io.micronaut.scheduling.annotation.Scheduled;
import io.prometheus.metrics.core.metrics.Counter;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.apache.lucene.util.IOUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the index up with the ledger, and begins it anew whenever it is not what the ledger says:
 * lost, damaged, of another version or of another database. Nothing waits for it.
 */
@Singleton
@Requires(notEnv = "command")
class KnowledgeKeeper {

  private static final Logger LOG = LoggerFactory.getLogger(KnowledgeKeeper.class);
  private static final Duration AGAIN = Duration.ofSeconds(30);

  /** A position that moved without a change is not worth a write each second. */
  private static final Duration COMMIT_IDLE = Duration.ofMinutes(10);

  private static final int FORGET_AT_ONCE = 10_000;

  private final KnowledgeStore store;
  private final KnowledgeSlots slots;
  private final KnowledgeSettings settings;
  private final Clock clock;
  private final Counter rebuilds;
  private final Counter failures;

  private volatile @Nullable KnowledgeIndex index;
  private volatile @Nullable KnowledgeIndex suspected;
  private volatile Phase phase = Phase.BUILDING;
  private volatile long total;
  private volatile long behind;
  private volatile boolean stopping;
  private Reading reading = Reading.NOWHERE;
  private Instant verifiedAt = Instant.EPOCH;
  private Instant committedAt = Instant.EPOCH;
  private Instant notBefore = Instant.EPOCH;
  private Instant expungeAfter = Instant.EPOCH;

  KnowledgeKeeper(KnowledgeStore store, KnowledgeSettings settings, Clock clock, Meters meters) {
    this.store = store;
    this.slots = KnowledgeSlots.in(settings.dir());
    this.settings = settings;
    this.clock = clock;
    this.rebuilds = meters.counter(KnowledgeCatalogue.KNOWLEDGE_REBUILDS);
    this.failures = meters.counter(KnowledgeCatalogue.KNOWLEDGE_FAILURES);
    for (Cause cause : Cause.values()) {
      rebuilds.labelValues(cause.wireName()).inc(0);
    }
    meters.gauge(KnowledgeCatalogue.KNOWLEDGE_BEHIND, samples -> samples.call(behind));
  }

  /** Why an index is built. */
  enum Cause {
    MISSING,
    DAMAGED,
    OTHER_VERSION,
    OTHER_DATABASE,
    TOO_OLD;

    String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Which database is read and how far; of nothing before the first commit. */
  private record Reading(String database, Position position) {
    static final Reading NOWHERE = new Reading("", Position.NONE);
  }

  /** The index as searches may use it; null while there is none. */
  @Nullable KnowledgeIndex index() {
    return index;
  }

  Found.State state() {
    KnowledgeIndex open = index;
    long indexed = open == null ? 0 : open.cases();
    return new Found.State(phase, indexed, Math.max(indexed, total), behind);
  }

  /** A search failed on it: it is read from end to end before it is used on. */
  void suspect(KnowledgeIndex one) {
    suspected = one;
  }

  /** Brings the index up to what the ledger was when it began to look. */
  @Scheduled(initialDelay = "1s", fixedDelay = "${kintsugi.knowledge.look-every:1s}")
  synchronized void look() {
    if (stopping || clock.instant().isBefore(notBefore)) {
      return;
    }
    try {
      Horizon horizon = store.horizon();
      KnowledgeIndex open = ready(horizon);
      catchUp(open, horizon);
      count(open);
    } catch (DatabaseUnavailableException away) {
      LOG.debug("The index waits for the database: {}", away.getMessage());
    } catch (IOException | RuntimeException defect) {
      failed(defect);
    }
  }

  /** Counting a million cases in the ledger takes a while, and the index has just read them. */
  private void count(KnowledgeIndex open) {
    behind = store.behind(reading.position());
    total = open.cases();
  }

  @Scheduled(initialDelay = "11m", fixedDelay = "1h")
  void forget() {
    try {
      int last = FORGET_AT_ONCE;
      while (last == FORGET_AT_ONCE) {
        last = store.forget(settings.keepChanges(), FORGET_AT_ONCE);
      }
    } catch (DatabaseUnavailableException away) {
      LOG.debug("Old changes will be removed later: {}", away.getMessage());
    }
  }

  @PreDestroy
  void stop() {
    stopping = true;
    synchronized (this) {
      drop();
    }
  }

  private KnowledgeIndex ready(Horizon horizon) throws IOException {
    KnowledgeIndex open = index;
    if (open != null) {
      try {
        look(open);
      } catch (IOException | RuntimeException damaged) {
        LOG.warn("The index of cases is damaged: {}", damaged.toString());
        drop();
        return rebuild(Cause.DAMAGED, horizon);
      }
    } else {
      switch (slots.open()) {
        case KnowledgeSlots.Opened.Whole(KnowledgeIndex whole) -> open = take(whole);
        case KnowledgeSlots.Opened.Nothing nothing -> {
          return rebuild(Cause.MISSING, horizon);
        }
        case KnowledgeSlots.Opened.Damaged(String why) -> {
          LOG.warn("The index of cases is damaged: {}", why);
          return rebuild(Cause.DAMAGED, horizon);
        }
      }
    }
    Cause outdated = outdated(open, horizon);
    if (outdated != null) {
      drop();
      return rebuild(outdated, horizon);
    }
    phase = Phase.READY;
    return open;
  }

  private KnowledgeIndex take(KnowledgeIndex whole) {
    Mark mark = whole.mark();
    reading = new Reading(mark.database(), mark.position());
    verifiedAt = clock.instant();
    committedAt = verifiedAt;
    index = whole;
    return whole;
  }

  private void look(KnowledgeIndex open) throws IOException {
    Instant now = clock.instant();
    if (open.equals(suspected) || now.isAfter(verifiedAt.plus(settings.verifyEvery()))) {
      open.verify();
      suspected = null;
      verifiedAt = now;
    } else {
      open.present();
    }
  }

  private @Nullable Cause outdated(KnowledgeIndex open, Horizon horizon) {
    if (!open.mark().ofThisVersion()) {
      return Cause.OTHER_VERSION;
    }
    if (!reading.database().equals(horizon.database())
        || reading.position().transaction() > horizon.transaction()) {
      return Cause.OTHER_DATABASE;
    }
    return reading.position().transaction() <= horizon.forgotten() ? Cause.TOO_OLD : null;
  }

  /**
   * What was committed after the horizon was seen comes as changes, once more or for the first
   * time.
   */
  private KnowledgeIndex rebuild(Cause why, Horizon horizon) throws IOException {
    phase = Phase.BUILDING;
    rebuilds.labelValues(why.wireName()).inc();
    total = store.cases();
    behind = total;
    KnowledgeIndex fresh = slots.begin();
    index = fresh;
    reading = new Reading(horizon.database(), new Position(horizon.transaction(), 0));
    LOG.info("The index of {} cases is built: {}", total, why.wireName());
    Copying.all(store, fresh, () -> stopping, left -> behind = Math.max(0, total - left));
    commit(fresh);
    verifiedAt = clock.instant();
    phase = Phase.READY;
    LOG.info("The index of cases is built and has {}", fresh.cases());
    return fresh;
  }

  private void catchUp(KnowledgeIndex open, Horizon horizon) throws IOException {
    Position before = reading.position();
    Position after = Copying.changes(store, open, before, horizon, () -> stopping);
    boolean changed = !after.equals(before);
    Position upTo = new Position(horizon.transaction(), 0);
    if (!stopping && upTo.transaction() > after.transaction()) {
      after = upTo;
    }
    reading = new Reading(horizon.database(), after);
    Instant now = clock.instant();
    boolean expunged = changed || open.hasRemains() ? expunge(open, now) : false;
    boolean idle = now.isAfter(committedAt.plus(COMMIT_IDLE));
    if (changed || expunged || idle || open.uncommitted()) {
      commit(open);
    }
  }

  /** Rewriting takes a tenth of the time at most, however much is removed. */
  private boolean expunge(KnowledgeIndex open, Instant now) throws IOException {
    if (!open.hasRemains() || now.isBefore(expungeAfter)) {
      return false;
    }
    open.expunge();
    Instant end = clock.instant();
    expungeAfter = end.plus(Duration.between(now, end).multipliedBy(9));
    return true;
  }

  /** Searches see at least what is committed, so that they need not look for later merges. */
  private void commit(KnowledgeIndex open) throws IOException {
    open.commit(Mark.of(reading.database(), reading.position()));
    open.show();
    open.tidy();
    committedAt = clock.instant();
  }

  private void failed(Exception defect) {
    if (stopping) {
      return;
    }
    failures.inc();
    if (phase != Phase.UNAVAILABLE) {
      LOG.error(
          "The index of cases cannot be kept in {}: {}. Text is searched in the database until it"
              + " can; tried again every {}",
          settings.dir(),
          defect.toString(),
          AGAIN,
          defect);
    }
    drop();
    phase = Phase.UNAVAILABLE;
    notBefore = clock.instant().plus(AGAIN);
  }

  private void drop() {
    KnowledgeIndex open = index;
    index = null;
    reading = Reading.NOWHERE;
    IOUtils.closeWhileHandlingException(open);
  }
}
