package dev.kintsugi.node.watch;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Notes that the process would have ended, in place of ending the tests' one. */
final class RecordedEnd implements ProcessEnd {
  final List<String> reasons = new CopyOnWriteArrayList<>();

  @Override
  public void now(String why) {
    reasons.add(why);
  }
}
