package dev.kintsugi.controlplane.cases;

import jakarta.inject.Singleton;

/** What customers asked for, as far as the ledger keeps it. */
@Singleton
public class CaseInputs {

  private final CaseStore store;

  CaseInputs(CaseStore store) {
    this.store = store;
  }

  /** The customer took the video back: its cases stay, its prompt and parameters go. */
  public void forget(String jobId) {
    store.forgetInput(jobId);
  }
}
