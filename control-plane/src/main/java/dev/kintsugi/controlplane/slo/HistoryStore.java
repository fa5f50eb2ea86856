package dev.kintsugi.controlplane.slo;

import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.core.slo.BurnReading;
import dev.kintsugi.core.slo.Grain;
import dev.kintsugi.core.slo.SloReview;
import dev.kintsugi.protocol.slo.Slo.Past;
import jakarta.inject.Singleton;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;

/** How each objective stood, an hour at a time. */
@Singleton
class HistoryStore {

  private final Transactions transactions;

  HistoryStore(Transactions transactions) {
    this.transactions = transactions;
  }

  /** The last review of an hour is the one that stays. */
  void keep(StoredObjective objective, SloReview review, Instant now) {
    transactions.relaxed(
        c -> {
          try (PreparedStatement upsert =
              c.prepareStatement(
                  "INSERT INTO slo_history (namespace, name, hour, state, events, bad, current,"
                      + " budget_left, burn) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
                      + " ON CONFLICT (namespace, name, hour) DO UPDATE SET"
                      + " state = excluded.state, events = excluded.events, bad = excluded.bad,"
                      + " current = excluded.current, budget_left = excluded.budget_left,"
                      + " burn = excluded.burn")) {
            upsert.setString(1, objective.namespace());
            upsert.setString(2, objective.name());
            CountStore.time(upsert, 3, Grain.HOUR.floor(now));
            upsert.setString(4, review.state().text());
            upsert.setLong(5, review.window().events());
            upsert.setDouble(6, review.window().bad());
            upsert.setObject(7, review.current());
            upsert.setObject(8, review.budgetLeft());
            upsert.setObject(9, review.worst().map(BurnReading::burn).orElse(null));
            return upsert.executeUpdate();
          }
        });
  }

  /** The hours since then, oldest first. */
  List<Past> since(String namespace, String name, Instant from) {
    return transactions.reading(
        c -> {
          List<Past> past = new ArrayList<>();
          try (PreparedStatement select =
              c.prepareStatement(
                  "SELECT * FROM slo_history WHERE namespace = ? AND name = ? AND hour >= ?"
                      + " ORDER BY hour")) {
            select.setString(1, namespace);
            select.setString(2, name);
            CountStore.time(select, 3, from);
            try (ResultSet rows = select.executeQuery()) {
              while (rows.next()) {
                past.add(
                    new Past(
                        rows.getObject("hour", OffsetDateTime.class).toInstant().toString(),
                        rows.getString("state"),
                        rows.getLong("events"),
                        rows.getDouble("bad"),
                        rows.getObject("current", Double.class),
                        rows.getObject("budget_left", Double.class),
                        rows.getObject("burn", Double.class)));
              }
            }
          }
          return past;
        });
  }

  void prune(Instant before) {
    transactions.relaxed(
        c -> CountStore.delete(c, "DELETE FROM slo_history WHERE hour < ?", before));
  }
}
