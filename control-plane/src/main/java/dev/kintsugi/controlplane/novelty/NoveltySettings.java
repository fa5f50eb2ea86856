package dev.kintsugi.controlplane.novelty;

import dev.kintsugi.core.novelty.NoveltyPolicy;
import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;

/**
 * Settings under {@code kintsugi.novelty}.
 *
 * @param passShare of prompts that go well which is to pass, 0.9 to 0.999
 */
@ConfigurationProperties("kintsugi.novelty")
public record NoveltySettings(@Bindable(defaultValue = "0.995") double passShare) {

  public NoveltySettings {
    if (!(passShare >= 0.9 && passShare <= 0.999)) {
      throw new IllegalArgumentException(
          "kintsugi.novelty.pass-share must be 0.9 to 0.999, but is " + passShare);
    }
  }

  NoveltyPolicy policy() {
    return new NoveltyPolicy(passShare);
  }
}
