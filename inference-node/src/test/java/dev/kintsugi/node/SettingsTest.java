package dev.kintsugi.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
  @TempDir Path work;

  @Test
  void settingsReachWhatTheyName() {
    Map<String, Object> given =
        Map.of(
            "kintsugi.node.threads",
            3,
            "kintsugi.node.device",
            "cuda:1",
            "kintsugi.node.grace",
            "7s");
    try (FakeNode node = new FakeNode(work, given)) {
      assertThat(node.bean(EngineSettings.class)).isEqualTo(new EngineSettings(3, "cuda:1"));
      NodeSettings settings = node.bean(NodeSettings.class);
      assertThat(settings.grace()).isEqualTo(Duration.ofSeconds(7));
      assertThat(settings.keep()).isEqualTo(Duration.ofMinutes(30));
      assertThat(settings.workDir()).isEqualTo(work.toString());
    }
  }
}
