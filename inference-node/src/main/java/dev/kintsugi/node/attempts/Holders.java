package dev.kintsugi.node.attempts;

import java.util.ArrayList;
import java.util.List;

/**
 * Counts the threads that may still write an attempt's files. An attempt can have ended, by a
 * watcher's word, while a thread is stuck in it. Thread-safe.
 */
final class Holders {
  private final List<Runnable> whenFree = new ArrayList<>();
  private int count;

  synchronized void hold() {
    count++;
  }

  /** Lets go; true when nobody holds it any more. */
  boolean release() {
    List<Runnable> actions;
    synchronized (this) {
      count--;
      if (count > 0) {
        return false;
      }
      actions = List.copyOf(whenFree);
      whenFree.clear();
    }
    actions.forEach(Runnable::run);
    return true;
  }

  synchronized boolean any() {
    return count > 0;
  }

  /** Runs an action as soon as nobody holds it, at once where nobody does. */
  void whenFree(Runnable action) {
    synchronized (this) {
      if (count > 0) {
        whenFree.add(action);
        return;
      }
    }
    action.run();
  }
}
