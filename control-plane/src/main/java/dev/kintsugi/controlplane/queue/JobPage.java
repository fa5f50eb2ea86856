package dev.kintsugi.controlplane.queue;

import java.util.List;

/**
 * One page of a tenant's jobs.
 *
 * @param hasMore more jobs follow in the asked direction
 */
public record JobPage(List<Job> jobs, boolean hasMore) {
  public JobPage {
    jobs = List.copyOf(jobs);
  }
}
