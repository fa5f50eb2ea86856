package dev.kintsugi.node.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kintsugi.node.model.ModelLoadException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlowModuleTest {
  private static final EngineOptions OPTIONS = new EngineOptions("cpu", 1);
  @TempDir private Path folder;

  @Test
  void theFinestFlowIsReturnedPixelByPixelWithoutThePadding() throws Exception {
    Path file = ScriptedFlow.write(folder.resolve("flow.pt"), ScriptedFlow.FOLLOWS_COLOUR);
    int width = 20;
    int height = 10;
    byte[] first = new byte[width * height * 3];
    byte[] second = new byte[width * height * 3];
    int pixel = 3 * width + 17;
    second[pixel * 3] = (byte) 255;
    second[pixel * 3 + 1] = 51;
    try (FlowModule module = FlowModule.load(file, OPTIONS)) {
      float[] flow = module.flow(first, second, width, height);
      assertThat(flow).hasSize(width * height * 2);
      // Bytes become -1..1, so a full step of red is 2, and the last of the list doubles it.
      assertThat(flow[pixel * 2]).isCloseTo(4f, within(1e-5f));
      assertThat(flow[pixel * 2 + 1]).isCloseTo(0.8f, within(1e-5f));
      assertThat(flow[pixel * 2 + 2]).isZero();
    }
  }

  @Test
  void aModuleOfAnotherFormIsRefusedWhenItIsLoaded() throws Exception {
    Path file = ScriptedFlow.write(folder.resolve("flow.pt"), ScriptedFlow.RETURNS_A_PICTURE);
    assertThatThrownBy(() -> FlowModule.load(file, OPTIONS))
        .isInstanceOf(ModelLoadException.class)
        .hasMessage(
            "the flow module %s does not do what is asked: forward must return [1, 2, 128, 128],"
                    .formatted(file)
                + " not (1, 3, 128, 128)");
  }

  @Test
  void aFileThatIsMissingOrNoModuleIsNamed() throws IOException {
    Path missing = folder.resolve("none.pt");
    assertThatThrownBy(() -> FlowModule.load(missing, OPTIONS))
        .hasMessage("the flow module " + missing + " is missing");
    Path text = Files.writeString(folder.resolve("text.pt"), "not a module");
    assertThatThrownBy(() -> FlowModule.load(text, OPTIONS))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageStartingWith(text + " cannot be loaded");
  }
}
