package dev.kintsugi.controlplane.artifacts;

import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;

/** Makes the store that the settings name. */
@Factory
final class ArtifactsFactory {

  @Singleton
  @Bean(preDestroy = "close")
  ArtifactStore store(ArtifactSettings settings, S3Settings s3, Clock clock) throws IOException {
    VolumeStore volume = new VolumeStore(Path.of(settings.dir()), clock);
    return s3.configured() ? ObjectArtifacts.over(volume, s3) : volume;
  }
}
