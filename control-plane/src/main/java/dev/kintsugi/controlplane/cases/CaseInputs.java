package dev.kintsugi.controlplane.cases;

import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.tenants.TenantData;
import dev.kintsugi.controlplane.tenants.Tenants;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/** What customers asked for, as far as the ledger keeps it. */
@Singleton
public class CaseInputs implements TenantData {

  private final CaseStore store;
  private final ReplayStore replays;
  private final JobQueue queue;
  private final Clock clock;

  CaseInputs(CaseStore store, ReplayStore replays, JobQueue queue, Clock clock) {
    this.store = store;
    this.replays = replays;
    this.queue = queue;
    this.clock = clock;
  }

  /** The customer took the video back: its cases stay, its prompt and parameters go. */
  public void forget(String jobId) {
    store.forgetInput(jobId);
    forgetReplays(replays.jobsOf(jobId));
  }

  @Override
  public Map<String, Long> forgetTenant(String tenant) {
    forgetReplays(replays.jobsOfTenant(tenant));
    return Map.of("prompts_of_cases", store.forgetInputs(tenant));
  }

  /** A replay asks for the same as the job did. */
  private void forgetReplays(List<String> jobs) {
    for (String job : jobs) {
      queue.cancel(Tenants.OPERATORS, job, clock.instant());
      queue.delete(Tenants.OPERATORS, job, clock.instant());
    }
  }
}
