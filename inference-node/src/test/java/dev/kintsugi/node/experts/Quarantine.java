package dev.kintsugi.node.experts;

import dev.kintsugi.core.node.ExpertHealth;
import dev.kintsugi.core.node.ExpertHealth.Observation;
import dev.kintsugi.node.FakeNode;
import java.util.Map;

/** Takes experts of a node out of use, and back, by the observations that do so. */
public final class Quarantine {

  private Quarantine() {}

  public static void begin(FakeNode node, String expert) {
    for (int i = 0; i < ExpertHealth.Policy.DEFAULT.abnormalInARow(); i++) {
      observe(node, expert, Observation.ABNORMAL_RESULT);
    }
  }

  public static void end(FakeNode node, String expert) {
    observe(node, expert, Observation.SELF_TEST_PASSED);
  }

  private static void observe(FakeNode node, String expert, Observation seen) {
    node.bean(ExpertWatch.class).observe(expert, seen, null, Map.of());
  }
}
