package dev.kintsugi.controlplane.tenants;

import dev.kintsugi.controlplane.database.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;

/** What of a tenant may still be written, for who writes words some time after they came. */
public final class Erasures {

  /** Any constant that nothing else in the database locks. */
  private static final long TURN = 0x65726173757265L;

  private Erasures() {}

  /**
   * Whether a tenant's data was removed then or later. No removal begins before the transaction of
   * the connection ends: it finds what this one writes.
   */
  public static boolean since(Connection c, String tenant, Instant then) throws SQLException {
    Sql.lockShared(c, TURN);
    return Sql.rows(
            c,
            "SELECT EXISTS (SELECT 1 FROM tenant_erasure WHERE tenant = ? AND at >= ?)",
            row -> row.getBoolean(1),
            tenant,
            then)
        .getFirst();
  }

  /** Waits for who asked before; who asks later sees what this transaction writes. */
  static void takeTurn(Connection c) throws SQLException {
    Sql.lock(c, TURN);
  }
}
