package dev.kintsugi.controlplane.screening;

import io.micronaut.context.annotation.ConfigurationProperties;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Settings under {@code kintsugi.screening.budget}: how long a prompt waits for each stage, 1 ms to
 * 10 s.
 */
@ConfigurationProperties("kintsugi.screening.budget")
record StageSettings(
    @Nullable Duration rules,
    @Nullable Duration learned,
    @Nullable Duration tokens,
    @Nullable Duration novelty) {

  static final StageSettings USUAL = new StageSettings(null, null, null, null);

  private static final Duration LEAST = Duration.ofMillis(1);
  private static final Duration MOST = Duration.ofSeconds(10);

  StageSettings {
    require("rules", rules);
    require("learned", learned);
    require("tokens", tokens);
    require("novelty", novelty);
  }

  Map<Stage, Duration> budgets() {
    Map<Stage, Duration> budgets = new EnumMap<>(Stage.class);
    for (Stage stage : Stage.values()) {
      Duration set =
          switch (stage) {
            case RULES -> rules;
            case LEARNED -> learned;
            case TOKENS -> tokens;
            case NOVELTY -> novelty;
          };
      budgets.put(stage, set == null ? stage.budget() : set);
    }
    return budgets;
  }

  private static void require(String name, @Nullable Duration budget) {
    if (budget != null && (budget.compareTo(LEAST) < 0 || budget.compareTo(MOST) > 0)) {
      throw new IllegalArgumentException(
          "kintsugi.screening.budget.%s must be 1ms to 10s, but is %s".formatted(name, budget));
    }
  }
}
