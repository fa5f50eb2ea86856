package dev.kintsugi.controlplane.queue;

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
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Takes jobs in: tags first, in a commit that does not wait for the disk, then the jobs. */
final class Submitting {

  /**
   * Locks the flows in one order, creating those that are new. {@code finish} is written as it was:
   * the write is what locks.
   */
  private static final String FLOWS =
      """
      INSERT INTO fair_share AS f (service, priority, tenant, finish)
      SELECT DISTINCT service, priority, tenant, 0
      FROM unnest(?::text[], ?::smallint[], ?::text[]) AS i(service, priority, tenant)
      ORDER BY 1, 2, 3
      ON CONFLICT (service, priority, tenant) DO UPDATE SET finish = f.finish
      RETURNING service, priority, tenant, finish, coalesce((
        SELECT virtual_time FROM fair_clock c
        WHERE c.service = f.service AND c.priority = f.priority), 0) AS virtual_time
      """;

  private static final String FINISH =
      """
      UPDATE fair_share f SET finish = i.finish
      FROM unnest(?::text[], ?::smallint[], ?::text[], ?::float8[])
        AS i(service, priority, tenant, finish)
      WHERE f.service = i.service AND f.priority = i.priority AND f.tenant = i.tenant
      """;

  private static final String INSERT =
      """
      WITH input AS (
        SELECT * FROM unnest(
          ?::uuid[], ?::text[], ?::text[], ?::text[], ?::smallint[], ?::jsonb[], ?::text[],
          ?::text[], ?::text[], ?::text[], ?::float8[], ?::float8[], ?::timestamptz[],
          ?::timestamptz[], ?::timestamptz[], ?::text[])
        AS i(id, tenant, service, model, priority, parameters, end_user,
          webhook_url, idempotency_key, request_hash, cost, tag, created_at,
          overdue_at, deadline, trace_id)
      ), taken AS (
        INSERT INTO job (id, tenant, service, model, priority, status, parameters, end_user,
          webhook_url, idempotency_key, request_hash, cost, tag, created_at, overdue_at, deadline,
          trace_id)
        SELECT id, tenant, service, model, priority, 'queued', parameters, end_user,
          webhook_url, idempotency_key, request_hash, cost, tag, created_at, overdue_at, deadline,
          trace_id
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

  private record Flow(String service, Priority priority, String tenant) {
    static Flow of(NewJob job) {
      return new Flow(job.service(), job.priority(), job.tenant());
    }
  }

  private record Standing(Flow flow, double finish, double virtualTime) {}

  private record KeyOwner(String tenant, String key) {}

  private final Transactions transactions;
  private final Depths depths;
  private final WaitBound bound;
  private final Combiner<Input, Submission> combiner;

  Submitting(Transactions transactions, Depths depths, WaitBound bound) {
    this.transactions = transactions;
    this.depths = depths;
    this.bound = bound;
    this.combiner = new Combiner<>(2, 64, this::submitAll);
  }

  Submission submit(NewJob job, Instant now) {
    return combiner.call(new Input(job, Sql.stored(now)));
  }

  private List<Submission> submitAll(List<Input> inputs) {
    @Nullable Submission[] answers = new @Nullable Submission[inputs.size()];
    List<Integer> open = new ArrayList<>();
    Map<KeyOwner, Job> known = owners(inputs.stream().map(Input::job).toList());
    for (int i = 0; i < answers.length; i++) {
      Input input = inputs.get(i);
      answers[i] = seenBefore(input.job(), known);
      if (answers[i] == null) {
        answers[i] = depths.refuses(input.job(), input.now()).orElse(null);
      }
      if (answers[i] == null) {
        open.add(i);
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
    return transactions.relaxed(
        c -> {
          List<NewJob> jobs = open.stream().map(i -> inputs.get(i).job()).toList();
          Map<Flow, Standing> standings = new HashMap<>();
          for (Standing standing : standings(c, jobs)) {
            standings.put(standing.flow(), standing);
          }
          List<Entry> entries = new ArrayList<>();
          for (int place : open) {
            Input input = inputs.get(place);
            NewJob job = input.job();
            Standing now = Objects.requireNonNull(standings.get(Flow.of(job)));
            FairShare.Tag tag =
                FairShare.tag(now.virtualTime(), now.finish(), job.cost(), job.weight());
            standings.put(now.flow(), new Standing(now.flow(), tag.finish(), now.virtualTime()));
            entries.add(new Entry(place, Ids.next(input.now()), job, input.now(), tag.start()));
          }
          store(c, List.copyOf(standings.values()));
          return entries;
        });
  }

  private static List<Standing> standings(Connection c, List<NewJob> jobs) throws SQLException {
    try (Sql sql = Sql.of(c, FLOWS)) {
      return sql.each("text", jobs, NewJob::service)
          .each("int2", jobs, job -> job.priority().ordinal())
          .each("text", jobs, NewJob::tenant)
          .rows(
              row ->
                  new Standing(
                      new Flow(
                          row.getString("service"),
                          Rows.priority(row.getInt("priority")),
                          row.getString("tenant")),
                      row.getDouble("finish"),
                      row.getDouble("virtual_time")));
    }
  }

  private static void store(Connection c, List<Standing> standings) throws SQLException {
    try (Sql sql = Sql.of(c, FINISH)) {
      sql.each("text", standings, s -> s.flow().service())
          .each("int2", standings, s -> s.flow().priority().ordinal())
          .each("text", standings, s -> s.flow().tenant())
          .each("float8", standings, Standing::finish)
          .update();
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
          .rows(row -> Rows.uuid(row, "id"));
    }
  }

  private @Nullable Instant overdueAt(Entry entry) {
    return switch (entry.job().priority()) {
      case REALTIME -> null;
      case STANDARD -> Sql.stored(bound.standardOverdue(entry.now()));
      case BATCH -> Sql.stored(bound.batchOverdue(entry.now()));
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
        job.traceId());
  }
}
