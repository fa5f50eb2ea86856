package dev.kintsugi.controlplane.cases;

import java.util.Set;

/** Who else has replays made, beside those of cases. What they meet makes no case. */
public interface ReplaySource {

  /** The queue's names under which its replays wait. */
  Set<String> waiting();

  /** True for the job of one of its replays. */
  boolean owns(String jobId);
}
