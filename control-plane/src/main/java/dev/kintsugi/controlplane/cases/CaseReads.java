package dev.kintsugi.controlplane.cases;

import static dev.kintsugi.controlplane.database.Sql.instant;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.queue.JobParameters;
import dev.kintsugi.core.ledger.FamilyStatus;
import jakarta.inject.Singleton;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What operators ask of the ledger. */
@Singleton
final class CaseReads {

  private static final String CASES = "SELECT * FROM failure_case c WHERE TRUE";
  private static final String TEXT =
      """
       AND (message ILIKE ? ESCAPE '\\' OR EXISTS (
         SELECT 1 FROM failure_input i WHERE i.job_id = c.job_id AND i.prompt ILIKE ? ESCAPE '\\'))
      """;

  private final Transactions transactions;

  CaseReads(Transactions transactions) {
    this.transactions = transactions;
  }

  /** A row of {@code failure_family}. */
  record StoredFamily(
      String id,
      JsonNode fingerprint,
      FamilyStatus status,
      java.time.Instant statusAt,
      @Nullable String note,
      long cases,
      java.time.Instant firstSeen,
      java.time.Instant lastSeen) {}

  /** Reads one row. */
  @FunctionalInterface
  private interface Mapper<T> {
    T map(ResultSet row) throws SQLException;
  }

  /** One row more than the page holds where there are more; empty when {@code after} is unknown. */
  Optional<List<StoredCase>> list(CaseQuery query) {
    UUID after = query.after();
    if (after != null && find(after).isEmpty()) {
      return Optional.empty();
    }
    StringBuilder sql = new StringBuilder(CASES);
    List<@Nullable Object> values = new ArrayList<>();
    query
        .equal()
        .forEach(
            (column, value) -> {
              sql.append(" AND ").append(column).append(" = ?");
              values.add(value);
            });
    if (query.since() != null) {
      sql.append(" AND occurred_at >= ?");
      values.add(query.since());
    }
    if (query.until() != null) {
      sql.append(" AND occurred_at < ?");
      values.add(query.until());
    }
    if (query.text() != null) {
      sql.append(TEXT);
      values.add(pattern(query.text()));
      values.add(pattern(query.text()));
    }
    boolean up = query.page().ascending();
    if (after != null) {
      sql.append(up ? " AND id > ?" : " AND id < ?");
      values.add(after);
    }
    sql.append(" ORDER BY id ").append(up ? "ASC" : "DESC").append(" LIMIT ?");
    values.add(query.page().limit() + 1);
    return Optional.of(rows(sql.toString(), CaseReads::stored, values.toArray()));
  }

  Optional<StoredCase> find(UUID id) {
    return rows(CASES + " AND id = ?", CaseReads::stored, id).stream().findFirst();
  }

  List<StoredCase> ofJob(String jobId) {
    return rows(CASES + " AND job_id = ? ORDER BY occurred_at, id", CaseReads::stored, jobId);
  }

  /** What the customer asked for; empty once it was taken back. */
  Optional<JobParameters> input(String jobId) {
    return rows(
            "SELECT parameters FROM failure_input WHERE job_id = ?",
            row -> Json.read(row.getString(1), JobParameters.class),
            jobId)
        .stream()
        .findFirst();
  }

  Optional<StoredFamily> family(String id) {
    return rows("SELECT * FROM failure_family WHERE id = ?", CaseReads::family, id).stream()
        .findFirst();
  }

  /** Last seen first; one row more than the page holds where there are more. */
  List<StoredFamily> families(@Nullable FamilyStatus status, CaseQuery.Page page) {
    StringBuilder sql = new StringBuilder("SELECT * FROM failure_family WHERE TRUE");
    List<@Nullable Object> values = new ArrayList<>();
    if (status != null) {
      sql.append(" AND status = ?");
      values.add(status.wireName());
    }
    String than = page.ascending() ? ">" : "<";
    String way = page.ascending() ? " ASC" : " DESC";
    if (page.after() != null) {
      sql.append(" AND (last_seen, id) ")
          .append(than)
          .append(" (SELECT last_seen, id FROM failure_family WHERE id = ?)");
      values.add(page.after());
    }
    sql.append(" ORDER BY last_seen").append(way).append(", id").append(way).append(" LIMIT ?");
    values.add(page.limit() + 1);
    return rows(sql.toString(), CaseReads::family, values.toArray());
  }

  List<FamilyChange> changes(String family) {
    return rows(
        "SELECT * FROM failure_family_event WHERE family = ? ORDER BY at",
        row ->
            new FamilyChange(
                family,
                instant(row, "at"),
                CaseStore.status(row.getString("from_status")),
                CaseStore.status(row.getString("to_status")),
                row.getString("actor"),
                row.getString("note")),
        family);
  }

  private static String pattern(String text) {
    return "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%";
  }

  private <T> List<T> rows(String sql, Mapper<T> mapper, @Nullable Object... values) {
    return transactions.reading(
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(sql)) {
            CaseStore.bind(statement, values);
            List<T> found = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                found.add(mapper.map(rows));
              }
            }
            return found;
          }
        });
  }

  private static StoredCase stored(ResultSet row) throws SQLException {
    String context = row.getString("context");
    return new StoredCase(
        row.getObject("id", UUID.class),
        row.getString("family"),
        row.getString("kind"),
        row.getString("job_id"),
        row.getString("attempt_id"),
        row.getString("tenant"),
        row.getString("service"),
        row.getString("model"),
        row.getString("failure_class"),
        row.getString("attribution"),
        row.getString("rung"),
        row.getString("stage"),
        row.getString("message"),
        row.getString("node_id"),
        row.getString("revision"),
        row.getString("version"),
        row.getString("digest"),
        row.getString("trace_id"),
        context == null ? null : Json.read(context, JsonNode.class),
        Json.read(row.getString("details"), JsonNode.class),
        Json.read(row.getString("features"), JsonNode.class),
        Json.read(row.getString("attempts"), JsonNode.class),
        instant(row, "occurred_at"),
        instant(row, "recorded_at"));
  }

  private static StoredFamily family(ResultSet row) throws SQLException {
    return new StoredFamily(
        row.getString("id"),
        Json.read(row.getString("signature"), JsonNode.class),
        CaseStore.status(row.getString("status")),
        instant(row, "status_at"),
        row.getString("note"),
        row.getLong("cases"),
        instant(row, "first_seen"),
        instant(row, "last_seen"));
  }
}
