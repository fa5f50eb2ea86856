package dev.kintsugi.controlplane.screening;

import dev.kintsugi.core.screening.ScreeningPolicy;
import jakarta.inject.Singleton;

/** Limits of prompts, by service. */
@Singleton
class Policies {

  /**
   * @param service {@code namespace/name}
   */
  ScreeningPolicy of(String service) {
    return ScreeningPolicy.DEFAULT;
  }
}
