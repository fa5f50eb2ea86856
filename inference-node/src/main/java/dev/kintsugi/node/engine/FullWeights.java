package dev.kintsugi.node.engine;

import io.micronaut.context.annotation.Secondary;
import jakarta.inject.Singleton;

/** Every expert is trusted, where nothing watches their health. */
@Singleton
@Secondary
final class FullWeights implements ExpertWeights {

  @Override
  public double weight(String expert) {
    return 1;
  }
}
