package dev.kintsugi.controlplane.cases;

import static dev.kintsugi.controlplane.database.Sql.instant;

import dev.kintsugi.controlplane.cases.FamilyChange.Action;
import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.core.ledger.FamilyStatus;
import dev.kintsugi.protocol.error.ErrorCode;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Changes families. Cases stay as they were written: merging changes what a family counts to, and
 * splitting puts a row beside each case. So either can be taken back.
 */
@Singleton
final class FamilyStore {

  /** Any constant that nothing else in the database locks. */
  private static final long FAMILIES = 0x66616d696c696573L;

  private static final String SUBTREE =
      """
      WITH RECURSIVE under AS (
        SELECT id FROM failure_family WHERE id = ?
        UNION ALL SELECT f.id FROM failure_family f JOIN under u ON f.merged_into = u.id
      )
      UPDATE failure_family SET root = ? WHERE id IN (SELECT id FROM under)
      """;

  private static final String SPLIT =
      """
      INSERT INTO failure_family (id, root, signature, status, status_at, note, cases, first_seen,
        last_seen)
      SELECT ?, ?, (SELECT signature FROM failure_family WHERE id = min(c.member)), 'open', ?, ?,
        count(*), min(c.occurred_at), max(c.occurred_at)
      FROM failure_case_now c WHERE c.id = ANY(?::uuid[])
      """;

  private static final String FEWER =
      """
      UPDATE failure_family f SET cases = greatest(0, f.cases - m.cases)
      FROM (
        SELECT member, count(*) AS cases FROM failure_case_now WHERE id = ANY(?::uuid[])
        GROUP BY member
      ) m WHERE f.id = m.member
      """;

  private static final String PLACE =
      """
      INSERT INTO failure_case_place (case_id, family)
      SELECT unnest(?::uuid[]), ?
      ON CONFLICT (case_id) DO UPDATE SET family = excluded.family
      """;

  private static final String LAST_SEEN =
      """
      UPDATE failure_family f SET last_seen = s.last_seen
      FROM (
        SELECT member, max(occurred_at) AS last_seen FROM failure_case_now WHERE root = ?
        GROUP BY member
      ) s WHERE f.id = s.member
      """;

  private static final String EVENT =
      """
      INSERT INTO failure_family_event (family, at, action, from_status, to_status, actor, subject,
        note)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """;

  private final Transactions transactions;

  FamilyStore(Transactions transactions) {
    this.transactions = transactions;
  }

  /** Who does what, when and why. */
  record By(String actor, @Nullable String note, Instant at) {}

  private record Row(String id, FamilyStatus status, Instant statusAt, @Nullable String into) {}

  /** No family is merged or split before the end of the transaction. */
  static void hold(Connection c) throws SQLException {
    Sql.lockShared(c, FAMILIES);
  }

  /**
   * Sets what is said of a family, and keeps who did it.
   *
   * @param seenAt since when the family had the status that the change is from
   * @return false when it was changed meanwhile
   */
  boolean set(FamilyChange change, Instant seenAt) {
    return transactions.durably(
        c -> {
          Row now = row(c, change.family());
          if (now.status() != change.from() || !now.statusAt().equals(seenAt)) {
            return false;
          }
          requireRoot(now);
          apply(c, change);
          return true;
        });
  }

  /** Within the caller's transaction. A note alone leaves the time of the status as it is. */
  static void apply(Connection c, FamilyChange change) throws SQLException {
    if (change.action() == Action.STATUS) {
      Sql.update(
          c,
          "UPDATE failure_family SET status = ?, status_at = ?, note = ? WHERE id = ?",
          change.to().wireName(),
          change.at(),
          change.note(),
          change.family());
    } else if (change.action() == Action.NOTE) {
      Sql.update(
          c, "UPDATE failure_family SET note = ? WHERE id = ?", change.note(), change.family());
    }
    Sql.update(
        c,
        EVENT,
        change.family(),
        change.at(),
        change.action().wireName(),
        change.from().wireName(),
        change.to().wireName(),
        change.actor(),
        change.subject(),
        change.note());
  }

  /**
   * From now on the one counts to the other, with all that counts to it.
   *
   * @throws ApiException {@code not_found}, or {@code conflict} when one of them was merged
   */
  void merge(String id, String into, By by) {
    inTurn(
        c -> {
          Row from = requireRoot(row(c, id));
          Row to = requireRoot(row(c, into));
          Sql.update(c, "UPDATE failure_family SET merged_into = ? WHERE id = ?", into, id);
          Sql.update(c, SUBTREE, id, into);
          log(c, from, Action.MERGED, into, by);
          log(c, to, Action.ABSORBED, id, by);
          comeBack(c, to, "cases of " + id + ", merged into it, are newer than the fix", by.at());
        });
  }

  /**
   * Takes a family out of the one it was merged into.
   *
   * @throws ApiException {@code not_found}, or {@code conflict} when it is not merged
   */
  void unmerge(String id, By by) {
    inTurn(
        c -> {
          Row from = row(c, id);
          if (from.into() == null) {
            throw conflict("Family %s is not merged into another.".formatted(id));
          }
          Sql.update(c, "UPDATE failure_family SET merged_into = NULL WHERE id = ?", id);
          Sql.update(c, SUBTREE, id, id);
          log(c, from, Action.PARTED, from.into(), by);
          log(c, row(c, from.into()), Action.RELEASED, id, by);
          comeBack(c, from, "it had cases while it was merged", by.at());
        });
  }

  /**
   * Makes a family of cases of another.
   *
   * @param fresh id of the new one
   * @throws ApiException {@code not_found}, or {@code conflict} when one of the cases is elsewhere
   */
  void split(String id, String fresh, List<UUID> cases, By by) {
    inTurn(
        c -> {
          Row from = requireRoot(row(c, id));
          requireIn(c, id, cases);
          String ids =
              cases.stream().map(UUID::toString).collect(Collectors.joining(",", "{", "}"));
          Sql.update(c, SPLIT, fresh, fresh, by.at(), by.note(), ids);
          Sql.update(c, FEWER, ids);
          Sql.update(c, PLACE, ids, fresh);
          Sql.update(c, LAST_SEEN, id);
          log(c, from, Action.SPLIT, fresh, by);
          log(c, row(c, fresh), Action.SPLIT_FROM, id, by);
        });
  }

  /** Adds a link; adding it again changes nothing. */
  void link(String id, String kind, String ref, By by) {
    inTurn(
        c -> {
          Row family = requireRoot(row(c, id));
          int added =
              Sql.update(
                  c,
                  "INSERT INTO failure_family_link (family, kind, ref, added_by, added_at)"
                      + " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                  id,
                  kind,
                  ref,
                  by.actor(),
                  by.at());
          if (added > 0) {
            log(c, family, Action.LINKED, kind + " " + ref, by);
          }
        });
  }

  /**
   * Removes a link, from whichever family merged into this one has it.
   *
   * @throws ApiException {@code not_found} when there is none
   */
  void unlink(String id, String kind, String ref, By by) {
    inTurn(
        c -> {
          Row family = requireRoot(row(c, id));
          int removed =
              Sql.update(
                  c,
                  "DELETE FROM failure_family_link WHERE kind = ? AND ref = ? AND family IN"
                      + " (SELECT id FROM failure_family WHERE root = ?)",
                  kind,
                  ref,
                  id);
          if (removed == 0) {
            throw ApiException.of(ErrorCode.NOT_FOUND, "The family has no such link.", "ref");
          }
          log(c, family, Action.UNLINKED, kind + " " + ref, by);
        });
  }

  /** Work on families, alone. */
  @FunctionalInterface
  private interface Work {
    void on(Connection c) throws SQLException;
  }

  private void inTurn(Work work) {
    transactions.durably(
        c -> {
          Sql.lock(c, FAMILIES);
          work.on(c);
          return 0;
        });
  }

  private static void log(Connection c, Row family, Action action, String subject, By by)
      throws SQLException {
    apply(
        c,
        new FamilyChange(
            family.id(),
            by.at(),
            action,
            family.status(),
            family.status(),
            by.actor(),
            subject,
            by.note()));
  }

  /** A fix that cases are newer than did not hold, wherever they were counted. */
  private static void comeBack(Connection c, Row family, String why, Instant now)
      throws SQLException {
    Instant last =
        Sql.rows(
                c,
                "SELECT max(last_seen) AS last FROM failure_family WHERE root = ?",
                row -> instant(row, "last"),
                family.id())
            .getFirst();
    FamilyStatus after = family.status().afterCase(family.statusAt(), last);
    if (after != family.status()) {
      apply(
          c,
          FamilyChange.status(family.id(), now, family.status(), after, FamilyChange.LEDGER, why));
    }
  }

  private static Row row(Connection c, String id) throws SQLException {
    return Sql.rows(c, "SELECT * FROM failure_family WHERE id = ? FOR UPDATE", FamilyStore::row, id)
        .stream()
        .findFirst()
        .orElseThrow(
            () ->
                ApiException.of(
                    ErrorCode.NOT_FOUND, "There is no family " + id + ".", "family_id"));
  }

  private static Row row(ResultSet row) throws SQLException {
    return new Row(
        row.getString("id"),
        CaseStore.status(row.getString("status")),
        instant(row, "status_at"),
        row.getString("merged_into"));
  }

  private static Row requireRoot(Row family) {
    if (family.into() != null) {
      throw conflict(
          "Family %s was merged into %s; look at that one.".formatted(family.id(), family.into()));
    }
    return family;
  }

  private static void requireIn(Connection c, String family, List<UUID> cases) throws SQLException {
    Map<UUID, String> roots;
    try (Sql sql = Sql.of(c, "SELECT id, root FROM failure_case_now WHERE id = ANY(?::uuid[])")) {
      roots =
          sql
              .each("uuid", cases, id -> id)
              .rows(row -> Map.entry(row.getObject("id", UUID.class), row.getString("root")))
              .stream()
              .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
    for (UUID id : cases) {
      String root = roots.get(id);
      if (root == null) {
        throw ApiException.of(
            ErrorCode.INVALID_VALUE, "There is no case " + CaseIds.ofCase(id) + ".", "cases");
      }
      if (!root.equals(family)) {
        throw conflict("Case %s is in family %s.".formatted(CaseIds.ofCase(id), root));
      }
    }
  }

  private static ApiException conflict(String message) {
    return ApiException.of(ErrorCode.CONFLICT, message, "family_id");
  }
}
