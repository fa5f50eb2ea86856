package dev.kintsugi.node.warmup;

import dev.kintsugi.node.model.WeightReader;
import io.micronaut.context.annotation.Secondary;
import jakarta.inject.Singleton;

/** The files of a model as they lie on the disk. */
@Singleton
@Secondary
final class DiskWeights implements WeightReader.Source {

  @Override
  public WeightReader forVerification() {
    return WeightReader.DISK;
  }
}
