package dev.kintsugi.controlplane.learning;

import static dev.kintsugi.controlplane.database.Sql.instant;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.controlplane.cases.ReplayQueue;
import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.topics.PromptTopics;
import dev.kintsugi.controlplane.topics.StoredTopic;
import dev.kintsugi.core.learning.Direction;
import dev.kintsugi.core.learning.PromptFeatures;
import dev.kintsugi.core.learning.PromptFeatures.Submission;
import dev.kintsugi.core.learning.Sample;
import dev.kintsugi.core.learning.SampleSet;
import dev.kintsugi.core.learning.TopicName;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What jobs that ended say of their prompts, in PostgreSQL. */
@Singleton
class SampleStore {

  /** Jobs that ended earlier were read, or the control plane was away for longer. */
  private static final Duration LOOK_BACK = Duration.ofHours(1);

  private static final Logger LOG = LoggerFactory.getLogger(SampleStore.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * A job failed by its input when recovery blames that for one of its attempts, whatever became of
   * the job; it went well when it was made as asked. A fault of a node, a GPU or a version says
   * nothing of a prompt, and neither does a job that never ran.
   */
  private static final String FRESH =
      """
      SELECT e.job_id, e.service, e.ended_at, e.revision, e.tenant, j.created_at, j.parameters,
        CASE
          WHEN EXISTS (SELECT 1 FROM attempt a WHERE a.job_id = e.job_id
            AND a.attribution = 'INPUT') THEN true
          WHEN e.outcome = 'answered' AND NOT e.degraded THEN false
        END AS failed
      FROM job_end e JOIN job j ON j.id = e.job_id
      WHERE e.ended_at >= ? AND j.deleted_at IS NULL AND j.parameters ->> 'prompt' IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM prompt_sample s WHERE s.job_id = e.job_id)
      ORDER BY e.ended_at LIMIT ?
      """;

  /**
   * Whoever deletes one of them waits, and finds its sample. In one order, as all who lock many.
   */
  private static final String HOLD =
      """
      SELECT id FROM job WHERE id = ANY(?::uuid[]) AND deleted_at IS NULL ORDER BY id FOR SHARE
      """;

  private static final String ADD =
      """
      INSERT INTO prompt_sample
        (job_id, service, ended_at, failed, features, stratum, model, direction, digest, previous_at)
      SELECT id, ?, ?, ?, ?::text[], ?, ?, ?, ?::uuid,
        (SELECT max(s.ended_at) FROM prompt_sample s WHERE s.service = ? AND s.digest = ?::uuid)
      FROM job WHERE id = ? AND deleted_at IS NULL
      ON CONFLICT DO NOTHING RETURNING previous_at
      """;

  /** In a time that began then. */
  private static final String FIRST = " AND (previous_at IS NULL OR previous_at <= ?)";

  private static final String FAILURES =
      "SELECT * FROM prompt_sample WHERE service = ? AND failed AND ended_at > ?"
          + FIRST
          + " ORDER BY ended_at DESC LIMIT ?";

  private static final String OTHERS =
      "FROM prompt_sample WHERE service = ? AND NOT failed AND ended_at >= ?" + FIRST;

  /** The same ones each time: a hash of a random name is as good as a die. */
  private static final String SOME =
      "SELECT * " + OTHERS + " AND (hashtext(job_id::text)::bigint + 2147483648) < ?";

  private static final double HASHES = 0x1p32;

  /**
   * Of n samples with k failures, each failure of a rare cause counts as log(n/k) of evidence, and
   * there are as many of them as k: together they are worth most at k = n/e.
   */
  private static final int FAILURES_PART = 3;

  /** From one to the next by the index: there are few of them and many samples of each. */
  private static final String SERVICES =
      """
      WITH RECURSIVE known AS (
        (SELECT service FROM prompt_sample WHERE failed IS NOT NULL ORDER BY service LIMIT 1)
        UNION ALL
        SELECT (SELECT s.service FROM prompt_sample s
          WHERE s.failed IS NOT NULL AND s.service > k.service ORDER BY s.service LIMIT 1)
        FROM known k WHERE k.service IS NOT NULL
      )
      SELECT service FROM known WHERE service IS NOT NULL
      """;

  private final Transactions transactions;

  SampleStore(Transactions transactions) {
    this.transactions = transactions;
  }

  /**
   * A job that ended.
   *
   * @param failed by its input; null where it says nothing of it
   * @param prompt empty where it says nothing of it
   * @param direction of the prompt; null where that is not known
   * @param digest equal for what the tenant asked for again; null where it says nothing of it
   * @param previous end of the last one of this digest that was taken before; null for none
   */
  record Ended(
      UUID job,
      String service,
      Instant createdAt,
      Instant endedAt,
      @Nullable Boolean failed,
      String prompt,
      Set<String> features,
      String stratum,
      @Nullable Direction direction,
      @Nullable UUID digest,
      @Nullable Instant previous) {

    Ended with(Direction known) {
      return with(features, known, previous);
    }

    /** As if it said nothing of its prompt. */
    Ended mute() {
      return new Ended(
          job, service, createdAt, endedAt, null, "", Set.of(), stratum, null, null, null);
    }

    private Ended after(@Nullable Instant known) {
      return with(features, direction, known);
    }

    private Ended with(Set<String> named, @Nullable Direction known, @Nullable Instant taken) {
      return new Ended(
          job, service, createdAt, endedAt, failed, prompt, named, stratum, known, digest, taken);
    }

    /** Whether the same had not ended before in a time that began then. */
    boolean firstSince(Instant then) {
      return previous == null || previous.isBefore(then);
    }

    /** With the topics that its prompt is about. */
    Ended with(Collection<StoredTopic> topics) {
      if (direction == null || topics.isEmpty()) {
        return this;
      }
      Set<String> all = new HashSet<>(features);
      all.addAll(PromptTopics.about(topics, service, direction));
      return with(all, direction, previous);
    }
  }

  /** Jobs that no sample was taken of yet, the oldest first. */
  List<Ended> fresh(Instant now, int limit) {
    return transactions.reading(
        c -> Sql.rows(c, FRESH, SampleStore::ended, now.minus(LOOK_BACK), limit));
  }

  /**
   * Takes samples, in the transaction of the connection.
   *
   * @return those that nobody else took, and that nobody deleted meanwhile
   */
  static List<Ended> take(Connection c, List<Ended> fresh) throws SQLException {
    hold(c, fresh);
    List<Ended> taken = new ArrayList<>();
    for (Ended ended : fresh) {
      Direction direction = ended.direction();
      try (Sql sql = Sql.of(c, ADD)) {
        sql.with(ended.service())
            .with(ended.endedAt())
            .with(ended.failed())
            .each("text", List.copyOf(ended.features()), feature -> feature)
            .with(ended.stratum())
            .with(direction == null ? null : direction.model())
            .with(direction == null ? null : direction.steps())
            .with(ended.digest())
            .with(ended.service())
            .with(ended.digest())
            .with(ended.job())
            .rows(row -> ended.after(Sql.instantOrNull(row, "previous_at")))
            .forEach(taken::add);
      }
    }
    return taken;
  }

  private static void hold(Connection c, List<Ended> fresh) throws SQLException {
    try (Sql sql = Sql.of(c, HOLD)) {
      sql.each("uuid", fresh, Ended::job).rows(row -> true);
    }
  }

  /**
   * Samples of a service that ended after then, of repeated prompts only the first: its newest
   * failures, and some of the other jobs of the same time.
   *
   * @param limit about how many
   */
  SampleSet newest(String service, Instant after, int limit) {
    return transactions.reading(
        c -> {
          Map<String, String> names = new HashMap<>();
          int room = limit / FAILURES_PART;
          List<Seen> failures =
              Sql.rows(c, FAILURES, row -> seen(row, names), service, after, after, room);
          Instant since = failures.size() == room ? failures.getLast().endedAt() : after;
          long others =
              Sql.rows(c, "SELECT count(*) " + OTHERS, row -> row.getLong(1), service, since, after)
                  .getFirst();
          double share = Math.min(1, (limit - failures.size()) / (double) Math.max(1, others));
          List<Seen> some =
              Sql.rows(
                  c, SOME, row -> seen(row, names), service, since, after, (long) (share * HASHES));
          return new SampleSet(
              Stream.concat(failures.stream(), some.stream()).map(Seen::sample).toList(),
              Math.max(1, others / (double) Math.max(1, some.size())),
              (with, without) -> counted(new Span(service, since, after), with, without));
        });
  }

  /**
   * Jobs of a service that ended since one time, whose prompts had not ended before since another.
   */
  private record Span(String service, Instant since, Instant first) {}

  /** Which jobs are about a topic is not stored: it was found in some of them just now. */
  private OptionalLong counted(Span span, Set<String> with, List<Set<String>> without) {
    return with.stream().anyMatch(TopicName::is)
        ? OptionalLong.empty()
        : OptionalLong.of(
            others(
                span,
                with,
                without.stream().filter(one -> one.stream().noneMatch(TopicName::is)).toList()));
  }

  /** Jobs that went well, with all of some features and none of the conjunctions. */
  private long others(Span span, Set<String> with, List<Set<String>> without) {
    String sql =
        "SELECT count(*) "
            + OTHERS
            + " AND features @> ?"
            + " AND NOT features @> ?".repeat(without.size());
    return transactions.reading(
        c -> {
          try (Sql query = Sql.of(c, sql)) {
            query
                .with(span.service())
                .with(span.since())
                .with(span.first())
                .each("text", List.copyOf(with), name -> name);
            for (Set<String> each : without) {
              query.each("text", List.copyOf(each), name -> name);
            }
            return query.rows(row -> row.getLong(1)).getFirst();
          }
        });
  }

  private record Seen(Instant endedAt, Sample sample) {}

  /** Services that have samples. */
  List<String> services() {
    return transactions.reading(c -> Sql.rows(c, SERVICES, row -> row.getString(1)));
  }

  /** Whether it is this replica's turn to mine; then nobody else's for so long. */
  boolean mayMine(String service, Instant now, Duration every) {
    return transactions.durably(
        c ->
            !Sql.rows(
                    c,
                    "INSERT INTO prompt_mining (service, mined_at) VALUES (?, ?)"
                        + " ON CONFLICT (service) DO UPDATE SET mined_at = excluded.mined_at"
                        + " WHERE prompt_mining.mined_at <= ? RETURNING 1",
                    row -> row.getInt(1),
                    service,
                    now,
                    now.minus(every))
                .isEmpty());
  }

  int prune(Instant endedBefore) {
    return transactions.durably(
        c -> Sql.update(c, "DELETE FROM prompt_sample WHERE ended_at < ?", endedBefore));
  }

  private static Ended ended(ResultSet row) throws SQLException {
    Instant at = instant(row, "ended_at");
    // An operator's replay was chosen because it failed before.
    boolean replay = ReplayQueue.isReplay(row.getString("service"));
    Boolean failed = replay ? null : row.getObject("failed", Boolean.class);
    Submission asked = failed == null ? null : asked(row);
    String tenant = row.getString("tenant");
    return new Ended(
        row.getObject("job_id", UUID.class),
        row.getString("service"),
        instant(row, "created_at"),
        at,
        asked == null ? null : failed,
        asked == null ? "" : asked.prompt(),
        asked == null ? Set.of() : PromptFeatures.of(asked),
        "%s|%s|%s"
            .formatted(
                row.getString("revision"),
                tenant,
                at.toString().substring(0, "2026-01-01".length())),
        null,
        asked == null ? null : OnePrompt.digest(tenant, asked),
        null);
  }

  /** Null where it cannot be read: one such job must not keep all others from being learnt. */
  private static @Nullable Submission asked(ResultSet row) throws SQLException {
    try {
      JsonNode asked = JSON.readTree(row.getString("parameters"));
      return new Submission(
          asked.required("prompt").asText(),
          asked.required("width").asInt(),
          asked.required("height").asInt(),
          asked.required("numFrames").asInt(),
          asked.required("steps").asInt());
    } catch (JsonProcessingException | IllegalArgumentException e) {
      LOG.warn("Nothing is learnt from job {}: it cannot be read", row.getString("job_id"), e);
      return null;
    }
  }

  /**
   * @param names of features, each kept once
   */
  private static Seen seen(ResultSet row, Map<String, String> names) throws SQLException {
    String[] features = (String[]) row.getArray("features").getArray();
    String model = row.getString("model");
    return new Seen(
        instant(row, "ended_at"),
        new Sample(
            Arrays.stream(features)
                .map(name -> names.computeIfAbsent(name, Function.identity()))
                .collect(Collectors.toUnmodifiableSet()),
            row.getBoolean("failed"),
            row.getString("stratum"),
            model == null ? null : new Direction(model, row.getBytes("direction"))));
  }
}
