package dev.kintsugi.controlplane.queue;

/**
 * Hears of every end of a job, after the commit, once: in the process whose call ended it. Called
 * on the caller's thread, so it must return at once.
 */
public interface JobEndListener {

  void ended(Job job);
}
