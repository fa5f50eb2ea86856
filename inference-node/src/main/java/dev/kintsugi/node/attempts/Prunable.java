package dev.kintsugi.node.attempts;

import dev.kintsugi.core.node.Retention.Kept;
import java.util.List;

/** Something in the work directory that may be removed when it is old or space runs short. */
public interface Prunable {

  /**
   * What could go. Never what is being written, or used by an attempt that has not ended.
   *
   * @return ids that no other store uses
   */
  List<Kept> prunable(WorkDirectory directory);

  /** Removes one of them. */
  void prune(String id);
}
