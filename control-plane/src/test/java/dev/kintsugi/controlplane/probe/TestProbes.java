package dev.kintsugi.controlplane.probe;

import dev.kintsugi.controlplane.cases.CaseRecorder;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.fleet.FleetRegistry;
import dev.kintsugi.controlplane.observability.Meters;
import java.time.Clock;

/** The prober of one replica, put together by hand. */
public final class TestProbes {

  private final ProbeStore store;
  private final ProbeMetrics metrics;
  private final ProbeBoard board;

  public TestProbes(Transactions transactions, FleetRegistry fleet, Meters meters) {
    this.store = new ProbeStore(transactions);
    this.metrics = new ProbeMetrics(meters);
    this.board = new ProbeBoard(store, fleet, metrics, Clock.systemUTC());
  }

  public ProbeBoard board() {
    return board;
  }

  public Prober prober(ProbeRunner runner, CaseRecorder recorder) {
    return new Prober(
        board, store, runner, new ProbeCases(recorder, board), metrics, Clock.systemUTC());
  }
}
