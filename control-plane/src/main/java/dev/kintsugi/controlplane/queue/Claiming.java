package dev.kintsugi.controlplane.queue;

import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.core.queue.ClaimOrder;
import dev.kintsugi.core.queue.ClaimOrder.Lane;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Gives waiting jobs to free slots.
 *
 * <p>The commit does not wait for the disk: when PostgreSQL dies within that fraction of a second
 * the job is simply waiting still, and the attempt, whose id nobody else can draw, is unknown. So
 * exactly-once does not depend on it, and claims cost no fsync.
 */
final class Claiming {

  private static final String KNOW =
      "INSERT INTO node (node_id) SELECT unnest(?::text[]) ON CONFLICT DO NOTHING";

  /**
   * Two statements in one round trip: the second must not share the first one's snapshot, so that
   * it sees what the lock's last holder committed.
   */
  private static final String LOCK_AND_COUNT =
      """
      SELECT node_id, ticket FROM node WHERE node_id = ANY(?::text[]) ORDER BY node_id FOR UPDATE;
      SELECT node_id, count(*) FROM lease WHERE node_id = ANY(?::text[]) GROUP BY node_id
      """;

  private static final String ANY_WAITING =
      """
      SELECT s FROM unnest(?::text[]) AS s
      WHERE EXISTS (SELECT 1 FROM waiting w WHERE w.service = s)
      """;

  /** Rows that every node of the statement may take now. */
  private static final String NOT_AVOIDED =
      " AND (avoid IS NULL OR avoid_until <= ? OR NOT avoid && ?::text[])"
          + " AND (failed_on IS NULL OR NOT failed_on && ?::text[])";

  /** Of a customer; never negative. */
  private static final String PLACE =
      "(SELECT (hashtextextended(%s, ?) & 9223372036854775807) %% "
          + Audience.PLACES
          + " FROM job j WHERE j.id = job_id)";

  private static final Map<Audience.By, String> CUSTOMER =
      Map.of(
          Audience.By.TENANT,
          "j.tenant",
          Audience.By.USER,
          "j.tenant || '/' || coalesce(j.end_user, '')");

  private static final String TAKE_HEAD = "WITH head AS (";

  private static final String TAKE_REST =
      """
       LIMIT ?
      ), taken AS (
        DELETE FROM waiting w USING head h WHERE w.job_id = h.job_id
        RETURNING w.job_id, w.service, w.priority, w.tag, w.cost, h.lane
      ), placed AS (
        SELECT *, row_number() OVER (ORDER BY lane, tag, job_id) AS place FROM taken
      ), slot AS (
        SELECT * FROM unnest(?::uuid[], ?::text[], ?::text[], ?::text[], ?::int8[],
            ?::timestamptz[], ?::timestamptz[], ?::text[], ?::float8[])
          WITH ORDINALITY AS i(attempt_id, node_id, revision, replica, lease_ms, started_at,
            expires_at, pool, usd_per_hour, place)
      ), begun AS (
        UPDATE job j SET status = 'in_progress', progress = 0, attempts = attempts + 1,
          fence = fence + 1, sequence = sequence + 1,
          started_at = coalesce(j.started_at, s.started_at)
        FROM placed p JOIN slot s ON s.place = p.place
        WHERE j.id = p.job_id
        RETURNING j.*, p.place, s.attempt_id, s.node_id, s.revision, s.replica, s.lease_ms,
          s.started_at AS begun_at, s.expires_at AS lease_until, s.pool, s.usd_per_hour
      ), leased AS (
        INSERT INTO lease (attempt_id, job_id, service, cost, number, node_id, revision, replica,
          fence, started_at, lease_ms, expires_at, plan, pool, usd_per_hour)
        SELECT attempt_id, id, service, cost, attempts, node_id, revision, replica, fence, begun_at,
          lease_ms, lease_until, plan, pool, usd_per_hour
        FROM begun
      ), logged AS (
        INSERT INTO job_event (job_id, sequence, at, status, attempt)
        SELECT id, sequence, begun_at, status, attempts FROM begun
      ), counted AS (
        UPDATE node n SET ticket = ticket + b.jobs
        FROM (SELECT node_id, count(*) AS jobs FROM begun GROUP BY node_id) b
        WHERE n.node_id = b.node_id
      ), clock AS (
        INSERT INTO fair_clock AS c (service, priority, virtual_time)
        SELECT service, priority, max(tag) FROM taken GROUP BY service, priority ORDER BY 1, 2
        ON CONFLICT (service, priority)
          DO UPDATE SET virtual_time = greatest(c.virtual_time, excluded.virtual_time)
      )
      SELECT\s"""
          + Rows.JOB
          + ", j.fence, j.place FROM begun j ORDER BY j.place";

  private record Input(ClaimRequest request, Instant now) {}

  private record Slot(int place, UUID attemptId, ClaimRequest request, Instant now) {
    Instant leaseUntil() {
      return now.plus(request.lease());
    }
  }

  /** Slots that one statement may serve. */
  private record Group(
      String service, List<Lane> lanes, Set<String> notFailedOn, @Nullable Audience audience) {}

  private record Taken(Job job, long fence, int place) {}

  private final Transactions transactions;
  private final ClaimOrder.Policy policy;
  private final Combiner<Input, Optional<Claim>> combiner;
  private final Set<String> known = ConcurrentHashMap.newKeySet();
  private final Set<String> busy = ConcurrentHashMap.newKeySet();

  Claiming(Transactions transactions, ClaimOrder.Policy policy) {
    this.transactions = transactions;
    this.policy = policy;
    this.combiner = new Combiner<>(64, this::claimAll);
  }

  Optional<Claim> claim(ClaimRequest request, Instant now) {
    return combiner.call(new Input(request, Sql.stored(now)));
  }

  private List<Optional<Claim>> claimAll(List<Input> inputs) {
    List<Integer> hopeful = withWork(inputs);
    Map<Integer, Claim> claims = new HashMap<>();
    if (!hopeful.isEmpty()) {
      List<String> nodes =
          hopeful.stream().map(place -> inputs.get(place).request().nodeId()).distinct().toList();
      learn(nodes);
      claims.putAll(transactions.relaxed(c -> claimIn(c, nodes, inputs, hopeful)));
    }
    List<Optional<Claim>> answers = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      answers.add(Optional.ofNullable(claims.get(i)));
    }
    return answers;
  }

  /**
   * The places of the requests whose service has work. A look without a lock, so that idle nodes
   * that keep asking write nothing; spared for services that had work the last time.
   */
  private List<Integer> withWork(List<Input> inputs) {
    List<String> unsure =
        inputs.stream()
            .map(i -> i.request().service())
            .distinct()
            .filter(service -> !busy.contains(service))
            .toList();
    if (!unsure.isEmpty()) {
      busy.addAll(
          transactions.reading(
              c -> {
                try (Sql sql = Sql.of(c, ANY_WAITING)) {
                  return sql.each("text", unsure, s -> s).rows(row -> row.getString(1));
                }
              }));
    }
    return IntStream.range(0, inputs.size())
        .filter(place -> busy.contains(inputs.get(place).request().service()))
        .boxed()
        .toList();
  }

  private void learn(List<String> nodes) {
    List<String> strangers = nodes.stream().filter(node -> !known.contains(node)).toList();
    if (strangers.isEmpty()) {
      return;
    }
    transactions.durableStatement(
        c -> {
          try (Sql sql = Sql.of(c, KNOW)) {
            return sql.each("text", strangers.stream().sorted().toList(), node -> node).update();
          }
        });
    known.addAll(strangers);
  }

  private Map<Integer, Claim> claimIn(
      Connection c, List<String> nodes, List<Input> inputs, List<Integer> hopeful)
      throws SQLException {
    Map<String, Long> tickets = new HashMap<>();
    Map<String, Long> live = new HashMap<>();
    try (Sql sql = Sql.of(c, LOCK_AND_COUNT)) {
      sql.each("text", nodes, node -> node)
          .each("text", nodes, node -> node)
          .bothRows(
              row -> tickets.put(row.getString(1), row.getLong(2)),
              row -> live.put(row.getString(1), row.getLong(2)));
    }
    Map<Group, List<Slot>> groups = new LinkedHashMap<>();
    for (int place : hopeful) {
      Input input = inputs.get(place);
      ClaimRequest request = input.request();
      Long ticket = tickets.get(request.nodeId());
      long running = live.getOrDefault(request.nodeId(), 0L);
      if (ticket == null) {
        known.remove(request.nodeId());
      }
      if (ticket == null || running >= request.slots()) {
        continue;
      }
      live.put(request.nodeId(), running + 1);
      tickets.put(request.nodeId(), ticket + 1);
      ClaimOrder.Order order =
          ClaimOrder.decide(new ClaimOrder.Asking(ticket, request.spot()), policy);
      groups
          .computeIfAbsent(
              new Group(
                  request.service(), order.lanes(), request.notFailedOn(), request.audience()),
              g -> new ArrayList<>())
          .add(new Slot(place, Ids.next(input.now()), request, input.now()));
    }
    Map<Integer, Claim> claims = new HashMap<>();
    for (Map.Entry<Group, List<Slot>> group : groups.entrySet()) {
      Map<Integer, Claim> taken = take(c, group.getKey(), group.getValue());
      if (taken.size() < group.getValue().size()) {
        busy.remove(group.getKey().service());
      }
      claims.putAll(taken);
    }
    return claims;
  }

  private static Map<Integer, Claim> take(Connection c, Group group, List<Slot> slots)
      throws SQLException {
    StringBuilder text = new StringBuilder(TAKE_HEAD);
    for (int lane = 0; lane < group.lanes().size(); lane++) {
      text.append(lane == 0 ? "" : " UNION ALL ").append(laneSql(lane, group));
    }
    Instant now = slots.getFirst().now();
    try (Sql sql = Sql.of(c, text.append(TAKE_REST).toString())) {
      for (int lane = 0; lane < group.lanes().size(); lane++) {
        bindLane(sql, group, group.lanes().get(lane), now, slots);
      }
      List<Taken> taken =
          sql.with(slots.size())
              .each("uuid", slots, Slot::attemptId)
              .each("text", slots, s -> s.request().nodeId())
              .each("text", slots, s -> s.request().revision())
              .each("text", slots, s -> s.request().replica())
              .each("int8", slots, s -> s.request().lease().toMillis())
              .each("timestamptz", slots, Slot::now)
              .each("timestamptz", slots, Slot::leaseUntil)
              .each("text", slots, s -> s.request().pool())
              .each("float8", slots, s -> s.request().usdPerHour())
              .rows(row -> new Taken(Rows.job(row), row.getLong("fence"), row.getInt("place")));
      Map<Integer, Claim> claims = new HashMap<>();
      for (Taken one : taken) {
        Slot slot = slots.get(one.place() - 1);
        claims.put(slot.place(), claim(one, slot));
      }
      return claims;
    }
  }

  /** The lanes never overlap, so that several may be taken from in one statement. */
  private static String laneSql(int place, Group group) {
    String audience = group.audience() == null ? "" : audienceSql(group.audience());
    String condition =
        switch (group.lanes().get(place)) {
          case REALTIME ->
              "service = ? AND priority = 0 AND available_at <= ?"
                  + NOT_AVOIDED
                  + audience
                  + " ORDER BY tag, job_id";
          case OVERDUE ->
              "service = ? AND overdue_at <= ? AND available_at <= ?"
                  + NOT_AVOIDED
                  + audience
                  + " ORDER BY overdue_at, job_id";
          case STANDARD ->
              "service = ? AND priority = 1 AND overdue_at > ? AND available_at <= ?"
                  + NOT_AVOIDED
                  + audience
                  + " ORDER BY tag, job_id";
          case BATCH ->
              "service = ? AND priority = 2 AND overdue_at > ? AND available_at <= ?"
                  + NOT_AVOIDED
                  + audience
                  + " ORDER BY tag, job_id";
        };
    return "SELECT * FROM (SELECT job_id, "
        + place
        + " AS lane FROM waiting WHERE "
        + condition
        + " LIMIT ? FOR UPDATE SKIP LOCKED) AS lane"
        + place;
  }

  private static String audienceSql(Audience audience) {
    String ours = PLACE.formatted(CUSTOMER.get(audience.by())) + " BETWEEN ? AND ?";
    return audience.patience() == null
        ? " AND " + ours
        : " AND (failed_on IS NOT NULL OR available_at <= ? OR " + ours + ")";
  }

  private static void bindLane(Sql sql, Group group, Lane lane, Instant now, List<Slot> slots)
      throws SQLException {
    sql.with(group.service()).with(now);
    if (lane != Lane.REALTIME) {
      sql.with(now);
    }
    sql.with(now)
        .each("text", slots, s -> s.request().nodeId())
        .each("text", List.copyOf(group.notFailedOn()), revision -> revision);
    Audience audience = group.audience();
    if (audience != null) {
      if (audience.patience() != null) {
        sql.with(now.minus(audience.patience()));
      }
      sql.with(audience.seed()).with(audience.from()).with(audience.until() - 1);
    }
    sql.with(slots.size());
  }

  private static Claim claim(Taken taken, Slot slot) {
    ClaimRequest request = slot.request();
    Instant until = Sql.stored(slot.leaseUntil());
    Job job = taken.job();
    Attempt attempt =
        Attempt.begun(
            Ids.attempt(slot.attemptId()), job, request, taken.fence(), slot.now(), until);
    return new Claim(job, attempt, taken.fence(), until);
  }
}
