package dev.kintsugi.controlplane.cases;

/** Takes failures into the ledger. */
public interface CaseRecorder {

  /**
   * Hands a case over and returns at once; never throws. The same kind of case of the same attempt
   * (or, without an attempt, of the same job) is kept once.
   */
  void record(NewCase c);
}
