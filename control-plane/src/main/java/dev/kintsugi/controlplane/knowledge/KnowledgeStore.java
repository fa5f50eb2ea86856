package dev.kintsugi.controlplane.knowledge;

import static dev.kintsugi.controlplane.database.Sql.instant;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.core.learning.PromptFeatures;
import dev.kintsugi.core.learning.PromptFeatures.Submission;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the index is made of, and what changed of it, in PostgreSQL. */
@Singleton
class KnowledgeStore {

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * A restored or failed-over database is another one: what it has of a position's transactions may
   * not be what was read.
   */
  private static final String HORIZON =
      """
      SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon,
        (SELECT until::text FROM knowledge_forgotten) AS forgotten,
        concat_ws('/', (SELECT system_identifier FROM pg_control_system()),
          (SELECT oid FROM pg_database WHERE datname = current_database()),
          left(pg_walfile_name(pg_current_wal_lsn()), 8)) AS database
      """;

  private static final String CHANGES =
      """
      SELECT changed::text AS transaction, id, kind, subject FROM knowledge_change
      WHERE (changed, id) > (?::text::xid8, ?) AND changed < ?::text::xid8
      ORDER BY changed, id LIMIT ?
      """;

  private static final String BEHIND =
      "SELECT count(*) FROM knowledge_change WHERE (changed, id) > (?::text::xid8, ?)";

  private static final String ENTRIES =
      """
      SELECT c.id, c.member, c.failure_class, c.attribution, c.kind, c.service, c.revision,
        c.node_id, c.rung, c.job_id, c.occurred_at, c.message, i.prompt, i.parameters, v.model,
        v.vector
      FROM failure_case_now c
        LEFT JOIN failure_input i ON i.job_id = c.job_id
        LEFT JOIN prompt_vector v ON v.job_id = c.job_id AND v.vector IS NOT NULL
      """;

  private static final String FORGET =
      """
      WITH gone AS (
        DELETE FROM knowledge_change WHERE (changed, id) IN (
          SELECT changed, id FROM knowledge_change WHERE at < now() - make_interval(secs => ?)
          ORDER BY changed, id LIMIT ?)
        RETURNING changed
      ), counted AS (
        SELECT count(*) AS rows, max(changed) AS until FROM gone
      ), told AS (
        UPDATE knowledge_forgotten f SET until = greatest(f.until, c.until)
        FROM counted c WHERE c.rows > 0
      )
      SELECT rows FROM counted
      """;

  private final Transactions transactions;

  KnowledgeStore(Transactions transactions) {
    this.transactions = transactions;
  }

  /**
   * Every transaction before {@code transaction} has ended, and what it changed is seen by whoever
   * reads later.
   *
   * @param forgotten no change of a later transaction was removed by age
   * @param database which history of which database it is
   */
  record Horizon(long transaction, long forgotten, String database) {}

  /**
   * Something that is not what it was.
   *
   * @param family whether the subject is the id of a family, else of a case
   */
  record Change(Position at, boolean family, String subject) {}

  Horizon horizon() {
    return transactions.reading(
        c ->
            Sql.rows(
                    c,
                    HORIZON,
                    row ->
                        new Horizon(
                            Long.parseLong(row.getString("horizon")),
                            Long.parseLong(row.getString("forgotten")),
                            row.getString("database")))
                .getFirst());
  }

  /** Changes after a position, of transactions before the horizon, in their order. */
  List<Change> changes(Position after, Horizon horizon, int limit) {
    return transactions.reading(
        c ->
            Sql.rows(
                c,
                CHANGES,
                row ->
                    new Change(
                        new Position(
                            Long.parseLong(row.getString("transaction")), row.getLong("id")),
                        row.getString("kind").equals("family"),
                        row.getString("subject")),
                Long.toString(after.transaction()),
                after.id(),
                Long.toString(horizon.transaction()),
                limit));
  }

  /** Changes after a position, those of open transactions not included. */
  long behind(Position after) {
    return number(BEHIND, Long.toString(after.transaction()), after.id());
  }

  long cases() {
    return number("SELECT count(*) FROM failure_case");
  }

  /** Those of the cases that there are. */
  List<Entry> entries(List<UUID> ids) {
    return transactions.reading(
        c -> {
          try (Sql sql = Sql.of(c, ENTRIES + " WHERE c.id = ANY(?::uuid[])")) {
            return sql.each("uuid", ids, id -> id).rows(KnowledgeStore::entry);
          }
        });
  }

  /** Cases by their ids, from the first one after that. */
  List<Entry> entriesAfter(UUID id, int limit) {
    return transactions.reading(
        c ->
            Sql.rows(
                c,
                ENTRIES + " WHERE c.id > ? ORDER BY c.id LIMIT ?",
                KnowledgeStore::entry,
                id,
                limit));
  }

  /** The notes of these families. */
  List<Entry.Note> notes(List<String> families) {
    return transactions.reading(
        c -> {
          try (Sql sql = Sql.of(c, "SELECT id, note FROM failure_family WHERE id = ANY(?)")) {
            return sql.each("text", families, id -> id).rows(KnowledgeStore::note);
          }
        });
  }

  /** Every note. */
  List<Entry.Note> notes() {
    return transactions.reading(
        c ->
            Sql.rows(
                c,
                "SELECT id, note FROM failure_family WHERE note IS NOT NULL",
                KnowledgeStore::note));
  }

  /**
   * These families and those that count to them.
   *
   * @return what each counts to, by its id
   */
  Map<String, String> members(Set<String> families) {
    return transactions.reading(
        c -> {
          try (Sql sql =
              Sql.of(c, "SELECT id, root FROM failure_family WHERE root = ANY(?) OR id = ANY(?)")) {
            return sql
                .each("text", List.copyOf(families), id -> id)
                .each("text", List.copyOf(families), id -> id)
                .rows(row -> Map.entry(row.getString(1), row.getString(2)))
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
          }
        });
  }

  /**
   * Removes changes that are older; returns how many, fewer than {@code limit} when none is left.
   */
  int forget(Duration olderThan, int limit) {
    return transactions.durably(
        c ->
            Sql.rows(c, FORGET, row -> row.getInt(1), (double) olderThan.toSeconds(), limit)
                .getFirst());
  }

  private long number(String sql, Object... values) {
    return transactions.reading(c -> Sql.rows(c, sql, row -> row.getLong(1), values).getFirst());
  }

  private static Entry.Note note(ResultSet row) throws SQLException {
    return new Entry.Note(row.getString("id"), row.getString("note"));
  }

  private static Entry entry(ResultSet row) throws SQLException {
    Map<String, String> keys = new HashMap<>();
    for (String key : Ask.KEYS) {
      keys.put(key, row.getString(key));
    }
    String prompt = row.getString("prompt");
    String model = row.getString("model");
    return new Entry(
        row.getObject("id", UUID.class),
        keys,
        row.getString("member"),
        instant(row, "occurred_at"),
        row.getString("message"),
        prompt,
        prompt == null ? Set.of() : features(row.getString("parameters")),
        model == null ? null : Meaning.of(model, row.getBytes("vector")));
  }

  private static Set<String> features(@Nullable String parameters) {
    try {
      JsonNode asked = JSON.readTree(parameters == null ? "{}" : parameters);
      return PromptFeatures.of(
          new Submission(
              asked.path("prompt").asText(),
              asked.path("width").asInt(),
              asked.path("height").asInt(),
              asked.path("numFrames").asInt(),
              asked.path("steps").asInt()));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a stored input cannot be read", e);
    }
  }
}
