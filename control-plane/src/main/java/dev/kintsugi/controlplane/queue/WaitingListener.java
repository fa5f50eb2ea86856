package dev.kintsugi.controlplane.queue;

/**
 * Hears within this process, after the commit, that a job was submitted; other replicas find it by
 * looking. Called on the submitter's thread, so it must return at once.
 */
public interface WaitingListener {

  /**
   * @param service {@code namespace/name}
   */
  void waiting(String service);
}
