package dev.kintsugi.node.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kintsugi.protocol.node.FailureClass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelDirectoryTest {
  @TempDir private Path models;
  private Path tiny;
  private Path lite;

  @BeforeEach
  void copyModels() throws IOException {
    tiny = TestModels.copy("wan-tiny", models);
    lite = TestModels.copy("wan-tiny-lite", models);
  }

  @Test
  void anIntactModelOpens() throws ModelLoadException {
    ModelDirectory model = ModelDirectory.open(tiny);
    assertThat(model.manifest().name()).isEqualTo("wan-tiny");
    assertThat(model.manifest().boundaryRatio()).isEqualTo(0.875);
    assertThat(model.digest()).matches("[0-9a-f]{64}");
  }

  @Test
  void aLiteModelBringsItsBasesTextAndDecoder() throws ModelLoadException {
    ModelDirectory model = ModelDirectory.open(lite);
    assertThat(model.manifest().boundaryRatio()).isNull();
    assertThat(model.textEncoder()).isEqualTo(tiny.resolve("text_encoder.pt"));
    assertThat(model.vae().latentChannels()).isEqualTo(16);
  }

  @Test
  void aMissingFileIsNamed() throws IOException {
    Files.delete(tiny.resolve("transformer_2.pt"));
    assertThat(problem(tiny)).hasMessage(tiny.resolve("transformer_2.pt") + " is missing");
  }

  @Test
  void aTruncatedFileIsNamed() throws IOException {
    Path file = tiny.resolve("vae.pt");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 7));
    assertThat(problem(tiny))
        .hasMessage(
            file + " is truncated: " + (bytes.length - 7) + " bytes instead of " + bytes.length);
  }

  @Test
  void oneAlteredBitIsNoticed() throws IOException {
    Path file = tiny.resolve("transformer.pt");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    ModelLoadException problem = problem(tiny);
    assertThat(problem).hasMessageStartingWith(file + " is altered: sha256 ");
    assertThat(problem.failureClass()).isEqualTo(FailureClass.WEIGHTS_CORRUPT);
  }

  @Test
  void aDirectoryInPlaceOfAFileIsNamed() throws IOException {
    Path file = tiny.resolve("vae.pt");
    Files.delete(file);
    Files.createDirectory(file);
    assertThat(problem(tiny)).hasMessage(file + " is not a file");
  }

  @Test
  void aMissingManifestIsNamed() {
    assertThat(problem(models)).hasMessage(models.resolve("manifest.json") + " is missing");
  }

  @Test
  void aManifestThatIsNoJsonIsNamed() throws IOException {
    Files.writeString(tiny.resolve("manifest.json"), "{\"format_version\":");
    assertThat(problem(tiny))
        .hasMessageStartingWith(tiny.resolve("manifest.json") + " is not a manifest: ");
  }

  @Test
  void aManifestWithoutAPartSaysWhich() throws IOException {
    TestModels.edit(tiny, manifest -> manifest.remove("scheduler"));
    assertThat(problem(tiny)).hasMessage(tiny.resolve("manifest.json") + " lacks scheduler");
  }

  @Test
  void aManifestOfAnotherFormatIsRefused() throws IOException {
    TestModels.edit(tiny, manifest -> manifest.put("format_version", 2));
    assertThat(problem(tiny)).hasMessageEndingWith("format_version must be 1, not 2");
  }

  @Test
  void aPartThatIsNotAmongTheCheckedFilesIsRefused() throws IOException {
    TestModels.edit(
        tiny, manifest -> ((ObjectNode) manifest.get("vae")).put("decoder", "../vae.pt"));
    assertThat(problem(tiny)).hasMessageContaining("does not list ../vae.pt among its files");
  }

  @Test
  void aLiteModelRefusesAnotherBase() throws IOException {
    Files.writeString(tiny.resolve("manifest.json"), "\n", StandardOpenOption.APPEND);
    assertThat(problem(lite))
        .hasMessageContaining("is not the base that wan-tiny-lite was made for");
  }

  private static ModelLoadException problem(Path directory) {
    return catchThrowableOfType(ModelLoadException.class, () -> ModelDirectory.open(directory));
  }
}
