package dev.kintsugi.controlplane.queue;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Writes what belongs to a change of a job, in the transaction of that change: both are kept or
 * neither. May run more than once, so it must have no other effect.
 */
@FunctionalInterface
public interface Alongside {

  /**
   * @param job as it is after the change
   */
  void write(Connection connection, Job job) throws SQLException;
}
