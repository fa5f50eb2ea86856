package dev.kintsugi.controlplane.learning;

import dev.kintsugi.controlplane.database.Transactions;

/** Interceptions on a database, for tests of other packages. */
public final class TestInterceptions {

  private TestInterceptions() {}

  public static Interceptions on(Transactions transactions) {
    return new Interceptions(new OutcomeStore(transactions));
  }
}
