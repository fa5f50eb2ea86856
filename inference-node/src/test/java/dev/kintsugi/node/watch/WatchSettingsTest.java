package dev.kintsugi.node.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.node.FakeNode;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WatchSettingsTest {
  @TempDir private Path work;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "stall-floor | 1ms | must be at least PT0.1S, not PT0.001S",
        "stall-unlearned | 1s | must be at least PT20S, not PT1S",
        "stall-exit | -1s | must be at least PT0S, not PT-1S",
        "slow-by-size | 96x64 | must be a list such as 832x480=2m,1280x720=5m, not \"96x64\"",
        "slow-by-size | big=5m | must be a list such as 832x480=2m,1280x720=5m, not \"big=5m\"",
        "memory-high | 90 | must be from 0.1 to 1.0, not 90.0",
        "temperature-swing | 0 | must be from 1.0 to 100.0, not 0.0",
        "pcie-share | 2 | must be from 0.01 to 0.9, not 2.0",
        "leak-horizon-jobs | 0 | must be from 1.0 to 1000000.0, not 0.0",
        "drift-learn | 3 | must be from 20.0 to 100000.0, not 3.0",
      })
  void aSettingThatMakesNoSenseIsRefusedByName(String name, String value, String message) {
    String setting = "kintsugi.node.watch." + name;
    assertThatThrownBy(() -> new FakeNode(work, Map.of(setting, value)).close())
        .rootCause()
        .hasMessage(setting + " " + message);
    assertThat(work).as("nothing has begun").isEmptyDirectory();
  }

  @Test
  void theDefaultsAreTheDocumentedOnes() {
    try (FakeNode node = new FakeNode(work)) {
      assertThat(node.bean(AttemptWatchSettings.class).stall().floor()).hasSeconds(20);
      assertThat(node.bean(DeviceWatchSettings.class).memoryHigh()).isEqualTo(0.9);
      assertThat(node.bean(TrendSettings.class).driftLearn()).isEqualTo(200);
    }
  }
}
