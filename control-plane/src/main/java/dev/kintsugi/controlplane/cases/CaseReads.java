package dev.kintsugi.controlplane.cases;

import static dev.kintsugi.controlplane.database.Sql.instant;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.queue.JobParameters;
import jakarta.inject.Singleton;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What operators ask of the ledger. */
@Singleton
final class CaseReads {

  private static final String CASES = "SELECT * FROM failure_case_now c WHERE TRUE";
  private static final String TEXT =
      """
       AND (message ILIKE ? ESCAPE '\\' OR EXISTS (
         SELECT 1 FROM failure_input i WHERE i.job_id = c.job_id AND i.prompt ILIKE ? ESCAPE '\\'))
      """;

  /** By its index first; whoever was moved out of it falls to the second condition. */
  private static final String OF_FAMILY =
      """
       AND id IN (
         SELECT id FROM failure_case WHERE family IN (
           SELECT id FROM failure_family WHERE root = ? OR id = ?)
         UNION ALL SELECT case_id FROM failure_case_place WHERE family IN (
           SELECT id FROM failure_family WHERE root = ? OR id = ?))
       AND (root = ? OR member = ?)
      """;

  private final Transactions transactions;

  CaseReads(Transactions transactions) {
    this.transactions = transactions;
  }

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
    if (query.family() != null) {
      sql.append(OF_FAMILY);
      values.addAll(Collections.nCopies(6, query.family()));
    }
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

  /** Those of the cases that there are, by id. */
  Map<UUID, StoredCase> find(List<UUID> ids) {
    return rows(
            CASES + " AND id = ANY(?::uuid[])",
            CaseReads::stored,
            ids.stream().map(UUID::toString).collect(Collectors.joining(",", "{", "}")))
        .stream()
        .collect(Collectors.toMap(StoredCase::id, row -> row));
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
        row.getString("root"),
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
        instant(row, "recorded_at"),
        row.getLong("times"));
  }
}
