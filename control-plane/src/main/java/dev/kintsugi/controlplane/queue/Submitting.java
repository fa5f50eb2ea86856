package dev.kintsugi.controlplane.queue;

import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.core.queue.FairShare;
import dev.kintsugi.core.queue.WaitBound;
import dev.kintsugi.protocol.video.Priority;
import dev.kintsugi.protocol.video.VideoStatus;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Takes jobs in: tags first, in a commit that does not wait for the disk, then the jobs. */
final class Submitting {

  /**
   * Reserves a span of each flow's virtual time for what is being submitted. One statement under
   * the flow's row lock, so that replicas never hand out the same span; {@link FairShare} divides
   * it.
   */
  private static final String RESERVE =
      """
      WITH input AS (
        SELECT service, priority, tenant, sum(span) AS span
        FROM unnest(?::text[], ?::smallint[], ?::text[], ?::float8[])
          AS i(service, priority, tenant, span)
        GROUP BY service, priority, tenant
      ), standing AS (
        SELECT i.*, coalesce(c.virtual_time, 0) AS virtual_time
        FROM input i LEFT JOIN fair_clock c ON c.service = i.service AND c.priority = i.priority
        ORDER BY i.service, i.priority, i.tenant
      )
      INSERT INTO fair_share AS f (service, priority, tenant, finish, span)
      SELECT service, priority, tenant, virtual_time + span, span FROM standing
      ON CONFLICT (service, priority, tenant) DO UPDATE SET
        finish = greatest(f.finish, excluded.finish - excluded.span) + excluded.span,
        span = excluded.span
      RETURNING service, priority, tenant, finish - span AS start
      """;

  private static final String INSERT =
      """
      WITH input AS (
        SELECT * FROM unnest(
          ?::uuid[], ?::text[], ?::text[], ?::text[], ?::smallint[], ?::jsonb[], ?::text[],
          ?::text[], ?::text[], ?::text[], ?::float8[], ?::float8[], ?::timestamptz[],
          ?::timestamptz[], ?::timestamptz[], ?::text[], ?::jsonb[])
        AS i(id, tenant, service, model, priority, parameters, end_user,
          webhook_url, idempotency_key, request_hash, cost, tag, created_at,
          overdue_at, deadline, trace_id, screening)
      ), taken AS (
        INSERT INTO job (id, tenant, service, model, priority, status, parameters, end_user,
          webhook_url, idempotency_key, request_hash, cost, tag, created_at, overdue_at, deadline,
          trace_id, screening)
        SELECT id, tenant, service, model, priority, 'queued', parameters, end_user,
          webhook_url, idempotency_key, request_hash, cost, tag, created_at, overdue_at, deadline,
          trace_id, screening
        FROM input
        ON CONFLICT DO NOTHING
        RETURNING id, service, priority, tag, cost, overdue_at, created_at, deadline
      ), queued AS (
        INSERT INTO waiting (job_id, service, priority, tag, cost, overdue_at, available_at,
          deadline)
        SELECT id, service, priority, tag, cost, overdue_at, created_at, deadline FROM taken
      ), logged AS (
        INSERT INTO job_event (job_id, sequence, at, status)
        SELECT id, 1, created_at, 'queued' FROM taken
      )
      SELECT id FROM taken
      """;

  private static final String BY_KEY =
      "SELECT "
          + Rows.JOB
          + """
           FROM job j
          JOIN unnest(?::text[], ?::text[]) AS i(tenant, key)
            ON j.tenant = i.tenant AND j.idempotency_key = i.key
          """;

  private static final Comparator<Entry> ONE_ORDER =
      Comparator.comparing((Entry e) -> e.job().tenant())
          .thenComparing(
              e -> e.job().idempotencyKey(), Comparator.nullsFirst(Comparator.naturalOrder()))
          .thenComparing(Entry::id);

  private record Input(NewJob job, Instant now) {}

  private record Entry(int place, UUID id, NewJob job, Instant now, double tag) {}

  /** Jobs that share their turns fairly with those of other tenants. */
  record Flow(String service, Priority priority, String tenant) {
    private static Flow of(NewJob job) {
      return new Flow(job.service(), job.priority(), job.tenant());
    }
  }

  /**
   * @param span of virtual time: cost by weight
   */
  record Share(Flow flow, double span) {}

  private record Span(Flow flow, double start) {}

  private record KeyOwner(String tenant, String key) {}

  private final Transactions transactions;
  private final Depths depths;
  private final WaitBound bound;
  private final Combiner<Input, Submission> combiner;

  Submitting(Transactions transactions, Depths depths, WaitBound bound) {
    this.transactions = transactions;
    this.depths = depths;
    this.bound = bound;
    this.combiner = new Combiner<>(64, this::submitAll);
  }

  Submission submit(NewJob job, Instant now) {
    return combiner.call(new Input(job, Sql.stored(now)));
  }

  private List<Submission> submitAll(List<Input> inputs) {
    @Nullable Submission[] answers = new @Nullable Submission[inputs.size()];
    List<Integer> open = new ArrayList<>();
    for (int i = 0; i < answers.length; i++) {
      Input input = inputs.get(i);
      Optional<Submission> full = depths.refuses(input.job(), input.now());
      if (full.isEmpty()) {
        open.add(i);
      } else {
        Submission seen = seenBefore(input.job());
        answers[i] = seen == null ? full.get() : seen;
      }
    }
    // A key that was taken and is free again by now (its job was deleted) needs another round.
    while (!open.isEmpty()) {
      open = insert(inputs, open, answers);
    }
    return List.of(answers);
  }

  /** Inserts what is open; returns the places that are still without an answer. */
  private List<Integer> insert(
      List<Input> inputs, List<Integer> open, @Nullable Submission[] answers) {
    List<Entry> entries = tagged(inputs, open);
    List<UUID> taken =
        transactions.durableStatement(c -> insert(c, entries.stream().sorted(ONE_ORDER).toList()));
    List<Entry> refused = entries.stream().filter(e -> !taken.contains(e.id())).toList();
    Map<KeyOwner, Job> known = owners(refused.stream().map(Entry::job).toList());
    List<Integer> again = new ArrayList<>();
    for (Entry entry : entries) {
      Submission answer =
          taken.contains(entry.id())
              ? new Submission.Accepted(accepted(entry))
              : seenBefore(entry.job(), known);
      if (answer == null) {
        again.add(entry.place());
      }
      answers[entry.place()] = answer;
    }
    return again;
  }

  /** What became of an earlier submission under the job's idempotency key; null for none. */
  @Nullable Submission seenBefore(NewJob job) {
    return seenBefore(job, owners(List.of(job)));
  }

  private static @Nullable Submission seenBefore(NewJob job, Map<KeyOwner, Job> known) {
    if (job.idempotencyKey() == null) {
      return null;
    }
    Job owner = known.get(new KeyOwner(job.tenant(), job.idempotencyKey()));
    if (owner == null) {
      return null;
    }
    return owner.requestHash().equals(job.requestHash())
        ? new Submission.Replayed(owner)
        : new Submission.KeyReused(owner);
  }

  private Map<KeyOwner, Job> owners(List<NewJob> jobs) {
    List<NewJob> keyed = jobs.stream().filter(job -> job.idempotencyKey() != null).toList();
    if (keyed.isEmpty()) {
      return Map.of();
    }
    List<Job> found =
        transactions.reading(
            c -> {
              try (Sql sql = Sql.of(c, BY_KEY)) {
                return sql.each("text", keyed, NewJob::tenant)
                    .each("text", keyed, NewJob::idempotencyKey)
                    .rows(Rows::job);
              }
            });
    Map<KeyOwner, Job> owners = new HashMap<>();
    for (Job job : found) {
      owners.put(new KeyOwner(job.tenant(), String.valueOf(job.idempotencyKey())), job);
    }
    return owners;
  }

  private List<Entry> tagged(List<Input> inputs, List<Integer> open) {
    List<Share> shares =
        open.stream()
            .map(i -> inputs.get(i).job())
            .map(job -> new Share(Flow.of(job), job.cost() / job.weight()))
            .toList();
    Map<Flow, Double> next = new HashMap<>();
    for (Span span : transactions.relaxedStatement(c -> reserve(c, shares))) {
      next.put(span.flow(), span.start());
    }
    List<Entry> entries = new ArrayList<>();
    for (int place : open) {
      Input input = inputs.get(place);
      NewJob job = input.job();
      double finish = Objects.requireNonNull(next.get(Flow.of(job)));
      FairShare.Tag tag = FairShare.tag(0, finish, job.cost(), job.weight());
      next.put(Flow.of(job), tag.finish());
      entries.add(new Entry(place, Ids.next(input.now()), job, input.now(), tag.start()));
    }
    return entries;
  }

  /** The start of what is reserved for one job. */
  static double reserve(Connection c, Share share) throws SQLException {
    return reserve(c, List.of(share)).getFirst().start();
  }

  private static List<Span> reserve(Connection c, List<Share> shares) throws SQLException {
    try (Sql sql = Sql.of(c, RESERVE)) {
      return sql.each("text", shares, share -> share.flow().service())
          .each("int2", shares, share -> share.flow().priority().ordinal())
          .each("text", shares, share -> share.flow().tenant())
          .each("float8", shares, Share::span)
          .rows(
              row ->
                  new Span(
                      new Flow(
                          row.getString("service"),
                          Rows.priority(row.getInt("priority")),
                          row.getString("tenant")),
                      row.getDouble("start")));
    }
  }

  private List<UUID> insert(Connection c, List<Entry> entries) throws SQLException {
    try (Sql sql = Sql.of(c, INSERT)) {
      return sql.each("uuid", entries, Entry::id)
          .each("text", entries, e -> e.job().tenant())
          .each("text", entries, e -> e.job().service())
          .each("text", entries, e -> e.job().model())
          .each("int2", entries, e -> e.job().priority().ordinal())
          .each("jsonb", entries, e -> Rows.write(e.job().parameters()))
          .each("text", entries, e -> e.job().user())
          .each("text", entries, e -> e.job().webhookUrl())
          .each("text", entries, e -> e.job().idempotencyKey())
          .each("text", entries, e -> e.job().requestHash())
          .each("float8", entries, e -> e.job().cost())
          .each("float8", entries, Entry::tag)
          .each("timestamptz", entries, Entry::now)
          .each("timestamptz", entries, this::overdueAt)
          .each("timestamptz", entries, e -> Sql.stored(e.job().deadline()))
          .each("text", entries, e -> e.job().traceId())
          .each("jsonb", entries, e -> Rows.writeOrNull(e.job().screening()))
          .rows(row -> Rows.uuid(row, "id"));
    }
  }

  private @Nullable Instant overdueAt(Entry entry) {
    return overdueAt(entry.job().priority(), entry.now());
  }

  /**
   * @param since it waits
   */
  @Nullable Instant overdueAt(Priority priority, Instant since) {
    return switch (priority) {
      case REALTIME -> null;
      case STANDARD -> Sql.stored(bound.standardOverdue(since));
      case BATCH -> Sql.stored(bound.batchOverdue(since));
    };
  }

  private static Job accepted(Entry entry) {
    NewJob job = entry.job();
    return new Job(
        Ids.job(entry.id()),
        job.tenant(),
        job.service(),
        job.model(),
        job.priority(),
        VideoStatus.QUEUED,
        0,
        job.parameters(),
        job.user(),
        job.webhookUrl(),
        job.idempotencyKey(),
        job.requestHash(),
        job.cost(),
        entry.now(),
        null,
        null,
        null,
        Sql.stored(job.deadline()),
        null,
        null,
        0,
        1,
        job.traceId(),
        null,
        0,
        null,
        job.screening(),
        null,
        null);
  }
}
