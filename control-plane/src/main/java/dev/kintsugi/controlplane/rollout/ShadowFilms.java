package dev.kintsugi.controlplane.rollout;

import dev.kintsugi.controlplane.artifacts.ArtifactStore;
import dev.kintsugi.controlplane.artifacts.StoredFile;
import dev.kintsugi.core.rollout.ShadowPair.Likeness;
import dev.kintsugi.media.ClipLikeness;
import dev.kintsugi.media.MediaException;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Compares clips of the artefact store. */
@Singleton
final class ShadowFilms {

  private final ArtifactStore store;

  ShadowFilms(ArtifactStore store) {
    this.store = store;
  }

  /**
   * Files with the same content need no look.
   *
   * @param stable SHA-256 of a stored file
   * @param canary of another
   * @throws MediaException when they cannot be compared, ever
   * @throws IOException when a file cannot be read now
   */
  Likeness compare(String stable, String canary) throws MediaException, IOException {
    if (stable.equals(canary)) {
      return new Likeness(ClipLikeness.EQUAL_DB, ClipLikeness.EQUAL_DB);
    }
    Path one = Files.createTempFile("shadow-", ".mp4");
    try {
      Path other = Files.createTempFile("shadow-", ".mp4");
      try {
        copy("stable", stable, one);
        copy("canary", canary, other);
        ClipLikeness likeness = ClipLikeness.of(one, other);
        return new Likeness(likeness.psnrDb(), likeness.leastPsnrDb());
      } finally {
        Files.deleteIfExists(other);
      }
    } finally {
      Files.deleteIfExists(one);
    }
  }

  private void copy(String version, String sha256, Path to) throws MediaException, IOException {
    StoredFile file = store.find(sha256).orElseThrow(() -> gone(version));
    try (InputStream in = file.open()) {
      Files.copy(in, to, StandardCopyOption.REPLACE_EXISTING);
    } catch (NoSuchFileException e) {
      throw gone(version);
    }
  }

  private static MediaException gone(String version) {
    return new MediaException("the file of " + version + " is gone");
  }
}
