package dev.kintsugi.node.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTextTest {
  private static final String MANIFEST =
      """
      {
        "name": "tiny",
        "quality": {
          "adjacent_psnr_alarm_db": 15.0
        },
        "files": []
      }
      """;

  @TempDir private Path folder;

  @Test
  void onlyTheLimitsChangeAndTheDigestDoesNot() throws IOException {
    Path file = Files.writeString(folder.resolve("manifest.json"), MANIFEST);
    String before = ManifestText.digest(Files.readAllBytes(file));
    Map<String, Double> section = new LinkedHashMap<>();
    section.put("adjacent_psnr_alarm_db", 14.25);
    section.put("max_jump", 3.0);
    section.put("false_alarm_rate", 0.00001);
    ManifestText.replaceQuality(file, section);
    assertThat(file)
        .hasContent(
            """
            {
              "name": "tiny",
              "quality": {
                "adjacent_psnr_alarm_db": 14.25,
                "max_jump": 3.0,
                "false_alarm_rate": 0.00001
              },
              "files": []
            }
            """);
    assertThat(ManifestText.digest(Files.readAllBytes(file))).isEqualTo(before);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"tiny\"", "[]", "\"files\""})
  void anythingElseChangesTheDigest(String part) {
    String changed = MANIFEST.replace(part, part.equals("[]") ? "[1]" : "\"other\"");
    assertThat(digest(changed)).isNotEqualTo(digest(MANIFEST));
  }

  @Test
  void aLiteModelsPinSurvivesTheCalibrationOfItsBase() throws Exception {
    Path base = TestModels.copy("wan-tiny", folder);
    Path lite = TestModels.copy("wan-tiny-lite", folder);
    ManifestText.replaceQuality(base.resolve("manifest.json"), Map.of("max_jump", 7.0));
    assertThat(ModelDirectory.open(lite).manifest().base()).isNotNull();
    assertThat(ModelDirectory.open(base).manifest().quality()).isEqualTo(Map.of("max_jump", 7.0));
  }

  @Test
  void aManifestWithoutTheMemberIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("manifest.json"), "{\"name\": \"tiny\"}");
    assertThatThrownBy(() -> ManifestText.replaceQuality(file, Map.of("max_jump", 1.0)))
        .hasMessage(file + " has no member quality to replace");
    assertThat(file).hasContent("{\"name\": \"tiny\"}");
  }

  private static String digest(String text) {
    return ManifestText.digest(text.getBytes(StandardCharsets.UTF_8));
  }
}
