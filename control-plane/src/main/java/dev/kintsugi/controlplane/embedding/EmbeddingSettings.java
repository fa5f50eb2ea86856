package dev.kintsugi.controlplane.embedding;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;

/**
 * Settings under {@code kintsugi.embedding}.
 *
 * @param enabled without it, nothing that compares prompts by meaning says anything
 * @param atOnce prompts that are embedded at once, each on one thread; others wait
 * @param cached prompts whose points are kept in memory, 2 KiB each
 */
@ConfigurationProperties("kintsugi.embedding")
public record EmbeddingSettings(
    @Bindable(defaultValue = "true") boolean enabled,
    @Bindable(defaultValue = "2") int atOnce,
    @Bindable(defaultValue = "1000") int cached) {

  public EmbeddingSettings {
    require("at-once", atOnce, 1, 64);
    require("cached", cached, 1, 100_000);
  }

  private static void require(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "kintsugi.embedding.%s must be %d to %d, but is %d".formatted(name, least, most, value));
    }
  }
}
