package dev.kintsugi.core.service;

import java.util.List;

/**
 * How a service is.
 *
 * @param asked pods asked for
 * @param ready of them, ready and in the revision that serves
 * @param conditions one of each {@link ConditionType}, in its order
 */
public record ServiceVerdict(Phase phase, int asked, int ready, List<Condition> conditions) {

  public ServiceVerdict {
    conditions = List.copyOf(conditions);
  }

  public Condition condition(ConditionType type) {
    return conditions.stream().filter(c -> c.type() == type).findFirst().orElseThrow();
  }

  /** One condition, without the time of its last transition. */
  public record Condition(
      ConditionType type, Truth truth, ConditionReason reason, String message) {}

  /** Unknown is never good. */
  public enum Truth {
    TRUE("True"),
    FALSE("False"),
    UNKNOWN("Unknown");

    private final String text;

    Truth(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }
}
