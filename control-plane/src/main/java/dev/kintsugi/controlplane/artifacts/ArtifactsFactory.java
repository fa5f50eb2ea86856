package dev.kintsugi.controlplane.artifacts;

import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;

/** Makes the store of the configured directory. */
@Factory
final class ArtifactsFactory {

  @Singleton
  ArtifactStore store(ArtifactSettings settings, Clock clock) throws IOException {
    return new ArtifactStore(Path.of(settings.dir()), clock);
  }
}
