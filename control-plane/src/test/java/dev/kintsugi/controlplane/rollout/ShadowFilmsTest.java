package dev.kintsugi.controlplane.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.controlplane.artifacts.ArtifactStore;
import dev.kintsugi.controlplane.placeholder.PlaceholderClip;
import dev.kintsugi.controlplane.placeholder.PlaceholderClip.Why;
import dev.kintsugi.core.rollout.ShadowPair.Likeness;
import dev.kintsugi.media.MediaException;
import dev.kintsugi.media.MediaFile;
import dev.kintsugi.media.VideoSpec;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real clips from a real store. */
class ShadowFilmsTest {

  @TempDir Path dir;

  private ArtifactStore store;
  private ShadowFilms films;

  @BeforeEach
  void start() throws Exception {
    store = ArtifactStore.onVolume(dir.resolve("store"), Clock.systemUTC());
    films = new ShadowFilms(store);
  }

  @Test
  void storedClipsAreDecodedAndCompared() throws Exception {
    String one = stored("one", "a red ball");
    String other = stored("other", "two blue cubes on a table");
    Likeness likeness = films.compare(one, other);
    assertThat(likeness.psnrDb()).isBetween(10.0, 60.0);
    assertThat(likeness.leastPsnrDb()).isBetween(5.0, likeness.psnrDb());
    assertThat(films.compare(one, one)).isEqualTo(new Likeness(100, 100));
  }

  @Test
  void aFileThatIsGoneIsNamed() throws Exception {
    String one = stored("one", "a red ball");
    assertThatThrownBy(() -> films.compare(one, "0".repeat(64)))
        .isInstanceOf(MediaException.class)
        .hasMessage("the file of canary is gone");
  }

  private String stored(String name, String prompt) throws Exception {
    Path own = Files.createDirectory(dir.resolve(name));
    MediaFile video =
        new PlaceholderClip()
            .draw(new VideoSpec(160, 96, 9, 8), prompt, Why.NO_TIME, own).stream()
                .filter(file -> file.variant() == MediaFile.Variant.VIDEO)
                .findFirst()
                .orElseThrow();
    try (InputStream in = Files.newInputStream(video.path())) {
      store.write(in, video.sha256(), video.bytes());
    }
    return video.sha256();
  }
}
