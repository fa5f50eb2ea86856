package dev.kintsugi.controlplane.cases;

import static dev.kintsugi.controlplane.database.Sql.instant;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.paging.Page;
import dev.kintsugi.core.ledger.FamilyStatus;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What operators ask of families. */
@Singleton
final class FamilyReads {

  private final Transactions transactions;

  FamilyReads(Transactions transactions) {
    this.transactions = transactions;
  }

  /**
   * A family.
   *
   * @param mergedInto null for one of its own
   * @param cases those of families merged into it included
   * @param links an array; null for none
   */
  record StoredFamily(
      String id,
      JsonNode fingerprint,
      FamilyStatus status,
      Instant statusAt,
      @Nullable String note,
      @Nullable String mergedInto,
      long cases,
      Instant firstSeen,
      Instant lastSeen,
      @Nullable JsonNode links) {}

  Optional<StoredFamily> find(String id) {
    return transactions
        .reading(
            c ->
                Sql.rows(
                    c, "SELECT * FROM failure_family_now WHERE id = ?", FamilyReads::family, id))
        .stream()
        .findFirst();
  }

  /**
   * Last seen first, without those merged into another; one row more than the page holds where
   * there are more.
   */
  List<StoredFamily> list(@Nullable FamilyStatus status, Page page) {
    StringBuilder sql =
        new StringBuilder("SELECT * FROM failure_family_now WHERE merged_into IS NULL");
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
          .append(" (SELECT last_seen, id FROM failure_family_now WHERE id = ?)");
      values.add(page.after());
    }
    sql.append(" ORDER BY last_seen").append(way).append(", id").append(way).append(" LIMIT ?");
    values.add(page.limit() + 1);
    return transactions.reading(
        c -> Sql.rows(c, sql.toString(), FamilyReads::family, values.toArray()));
  }

  /** All that was done to it, first to last. */
  List<FamilyChange> changes(String family) {
    return transactions.reading(
        c ->
            Sql.rows(
                c,
                "SELECT * FROM failure_family_event WHERE family = ? ORDER BY at, ctid",
                FamilyReads::change,
                family));
  }

  private static FamilyChange change(ResultSet row) throws SQLException {
    return new FamilyChange(
        row.getString("family"),
        instant(row, "at"),
        FamilyChange.Action.fromStored(row.getString("action")),
        CaseStore.status(row.getString("from_status")),
        CaseStore.status(row.getString("to_status")),
        row.getString("actor"),
        row.getString("subject"),
        row.getString("note"));
  }

  private static StoredFamily family(ResultSet row) throws SQLException {
    String links = row.getString("links");
    return new StoredFamily(
        row.getString("id"),
        Json.read(row.getString("signature"), JsonNode.class),
        CaseStore.status(row.getString("status")),
        instant(row, "status_at"),
        row.getString("note"),
        row.getString("merged_into"),
        row.getLong("cases"),
        instant(row, "first_seen"),
        instant(row, "last_seen"),
        links == null ? null : Json.read(links, JsonNode.class));
  }
}
