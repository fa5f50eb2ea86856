package dev.kintsugi.controlplane.cases;

import dev.kintsugi.controlplane.cases.StoppedPrompts.Seen;
import dev.kintsugi.controlplane.cases.StoppedPrompts.Stopped;
import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.queue.Ids;
import dev.kintsugi.controlplane.queue.JobParameters;
import dev.kintsugi.controlplane.tenants.Erasures;
import dev.kintsugi.core.learning.PromptFeatures.Submission;
import dev.kintsugi.core.ledger.Features;
import dev.kintsugi.core.ledger.Fingerprint;
import dev.kintsugi.protocol.metrics.KnowledgeCatalogue;
import io.prometheus.metrics.core.metrics.Counter;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Stopped prompts in PostgreSQL. */
@Singleton
final class StoppedStore {

  /** New cases of a tenant within a day; more of them teach nothing. */
  static final int MOST_A_DAY = 200;

  private static final String AGAIN =
      "UPDATE stopped_prompt SET times = times + ?, last_at = ? WHERE id = ?";

  private static final String RECENT =
      "SELECT count(*) FROM stopped_prompt WHERE tenant = ? AND first_at > ?";

  private static final String ADD =
      """
      INSERT INTO stopped_prompt (id, tenant, service, rule, times, first_at, last_at)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET times = stopped_prompt.times + excluded.times,
        last_at = excluded.last_at
      """;

  private final Transactions transactions;
  private final Counter recorded;

  StoppedStore(Transactions transactions, Meters meters) {
    this.transactions = transactions;
    this.recorded = meters.counter(KnowledgeCatalogue.CASES);
  }

  /**
   * Counts it; makes a case of it when it is new and the tenant has not too many today, without its
   * words when those were to go meanwhile.
   */
  void add(Seen seen) {
    Stopped stopped = seen.stopped();
    Fingerprint fingerprint = Fingerprint.of(facts(stopped));
    StoredCase row = row(seen, CaseIds.ofFamily(fingerprint));
    boolean fresh =
        transactions.durably(
            c ->
                counted(c, seen)
                    && CaseStore.insert(
                        c,
                        row,
                        fingerprint,
                        Erasures.since(c, stopped.tenant(), seen.last())
                            ? null
                            : input(stopped.submission())));
    if (fresh) {
      recorded
          .labelValues(
              NewCase.Kind.PROMPT_STOPPED.wireName(),
              StoppedPrompts.REJECTED.toLowerCase(Locale.ROOT))
          .inc();
    }
  }

  /** False where there is nothing more to do. */
  private static boolean counted(Connection c, Seen seen) throws SQLException {
    if (Sql.update(c, AGAIN, seen.times(), seen.last(), seen.id()) > 0) {
      return false;
    }
    Stopped stopped = seen.stopped();
    Instant dayBefore = seen.last().minus(Duration.ofDays(1));
    long recent =
        Sql.rows(c, RECENT, row -> row.getLong(1), stopped.tenant(), dayBefore).getFirst();
    return recent < MOST_A_DAY
        && Sql.update(
                c,
                ADD,
                seen.id(),
                stopped.tenant(),
                stopped.service(),
                stopped.rules().getFirst(),
                seen.times(),
                seen.first(),
                seen.last())
            > 0;
  }

  /** One family a rule: what stopped them is what they have in common. */
  private static Fingerprint.Facts facts(Stopped stopped) {
    return new Fingerprint.Facts(
        StoppedPrompts.REJECTED,
        "screening",
        null,
        "input",
        "",
        0,
        0,
        null,
        null,
        false,
        stopped.rules().getFirst(),
        List.of());
  }

  private static StoredCase row(Seen seen, String family) {
    Stopped stopped = seen.stopped();
    Submission asked = stopped.submission();
    Fingerprint.Shape shape = new Fingerprint.Shape(asked.width(), asked.height(), asked.frames());
    return new StoredCase(
        Ids.next(seen.last()),
        family,
        NewCase.Kind.PROMPT_STOPPED.wireName(),
        seen.id(),
        null,
        stopped.tenant(),
        stopped.service(),
        stopped.model(),
        StoppedPrompts.REJECTED,
        "input",
        "",
        "screening",
        message(stopped),
        "",
        "",
        "",
        "",
        "",
        null,
        Json.tree(Map.of("rules", String.join(", ", stopped.rules()))),
        Json.tree(Features.of(asked.prompt(), shape, asked.steps()).named()),
        Json.tree(List.of()),
        seen.first(),
        seen.last(),
        seen.times());
  }

  /** Cases stay when the tenant's words go, so none of them is in it. */
  private static String message(Stopped stopped) {
    return "rejected by " + String.join(", ", stopped.rules());
  }

  private static JobParameters input(Submission asked) {
    return new JobParameters(
        asked.prompt(),
        null,
        asked.width(),
        asked.height(),
        asked.frames(),
        0,
        asked.steps(),
        0,
        null,
        null,
        0,
        "0");
  }
}
