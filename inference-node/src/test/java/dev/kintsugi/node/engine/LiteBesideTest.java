package dev.kintsugi.node.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.node.model.ModelDirectory;
import dev.kintsugi.node.model.ModelLoadException;
import dev.kintsugi.node.model.TestModels;
import dev.kintsugi.node.model.WeightReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lite model beside the main one, both real. */
class LiteBesideTest {
  private static final EngineOptions OPTIONS = new EngineOptions("cpu", 1);

  @TempDir Path models;

  @Test
  void itSharesWhatItHasFromItsBaseAndOutlivesIt() throws Exception {
    ModelDirectory base = ModelDirectory.open(Path.of("models/wan-tiny"));
    ModelDirectory own =
        ModelDirectory.openBeside(Path.of("models/wan-tiny-lite"), base, WeightReader.DISK);
    DjlVideoModel main = (DjlVideoModel) ModelLoader.load(base, OPTIONS);
    try (DjlVideoModel lite = (DjlVideoModel) ModelLoader.loadBeside(own, main, OPTIONS)) {
      assertThat(lite.modules().common()).isSameAs(main.modules().common());
      main.close();
      assertThat(frames(lite)).isEqualTo(5);
    }
  }

  @Test
  void itsFailureLeavesTheBaseUsable() throws Exception {
    ModelDirectory base = ModelDirectory.open(Path.of("models/wan-tiny"));
    Path damaged = TestModels.copy("wan-tiny-lite", models);
    TestModels.copy("wan-tiny", models);
    TestModels.replace(damaged, "transformer.pt", "no archive".getBytes(StandardCharsets.UTF_8));
    ModelDirectory own = ModelDirectory.openBeside(damaged, base, WeightReader.DISK);
    try (ReplayableModel main = ModelLoader.load(base, OPTIONS)) {
      assertThatThrownBy(() -> ModelLoader.loadBeside(own, main, OPTIONS).close())
          .isInstanceOf(ModelLoadException.class)
          .hasMessageContaining("transformer.pt");
      assertThat(frames(main)).isEqualTo(5);
    }
  }

  @Test
  void anAlteredFileOfItsOwnIsNoticed() throws Exception {
    ModelDirectory base = ModelDirectory.open(Path.of("models/wan-tiny"));
    Path damaged = TestModels.copy("wan-tiny-lite", models);
    TestModels.copy("wan-tiny", models);
    Files.writeString(damaged.resolve("transformer.pt"), "x");
    assertThatThrownBy(() -> ModelDirectory.openBeside(damaged, base, WeightReader.DISK))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("transformer.pt is truncated");
  }

  private static int frames(VideoModel model) throws GenerationException {
    return model
        .generate(
            new GenerationRequest("a", "", 96, 64, 5, 2, 3, 3, 3, 1, SchedulerKind.UNIPC),
            () -> false)
        .frameCount();
  }
}
