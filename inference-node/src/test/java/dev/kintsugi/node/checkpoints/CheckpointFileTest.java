package dev.kintsugi.node.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.core.node.CheckpointMatch.Run;
import dev.kintsugi.node.engine.DenoiseState;
import dev.kintsugi.node.engine.Expert;
import dev.kintsugi.node.engine.GenerationRequest;
import dev.kintsugi.node.engine.SchedulerKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckpointFileTest {
  private static final float[] VALUES = {0.1f, -3e-38f, Float.MIN_VALUE, 1f / 3, 7, -0f};

  @TempDir Path dir;

  @Test
  void whatIsReadIsWhatWasWrittenToTheLastBit() throws Exception {
    CheckpointFile read = CheckpointFile.read(file(bytes()));
    assertThat(read.run()).isEqualTo(run());
    assertThat(read.state().step()).isEqualTo(3);
    assertThat(read.state().shape()).containsExactly(1, 1, 1, 2, 3);
    assertThat(read.state().substituted()).containsExactly(Expert.HIGH);
    assertThat(read.state().latents()).isEqualTo(VALUES);
    assertThat(Float.floatToRawIntBits(read.state().latents()[5]))
        .isEqualTo(Float.floatToRawIntBits(-0f));
    assertThat(read.state().history()).containsOnlyKeys("current", "from");
    assertThat(read.state().history().get("from")).isEqualTo(reversed());
  }

  @Test
  void noPromptIsInTheFile() throws IOException {
    assertThat(new String(bytes(), StandardCharsets.ISO_8859_1))
        .contains("prompt_sha256")
        .doesNotContain("a secret prompt");
  }

  /** Whatever is cut off, the answer is one sentence and no other exception. */
  @Test
  void aTruncatedFileIsSaidToBeDamagedWhereverItEnds() throws Exception {
    byte[] whole = bytes();
    for (int length = 0; length < whole.length; length++) {
      Path cut = file(Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> CheckpointFile.read(cut))
          .as("cut at %d of %d", length, whole.length)
          .isInstanceOf(CheckpointException.class)
          .hasMessageStartingWith("the checkpoint is damaged");
    }
  }

  /** A flipped bit of the header is noticed, or changes nothing that is read here. */
  @Test
  void noFlippedBitOfTheHeaderEndsInAnotherException() throws Exception {
    byte[] whole = bytes();
    int header = whole.length - 3 * 4 * VALUES.length;
    for (int i = 0; i < header; i++) {
      byte[] flipped = whole.clone();
      flipped[i] ^= 0x10;
      Path file = file(flipped);
      try {
        assertThat(CheckpointFile.read(file).state().latents()).hasSize(VALUES.length);
      } catch (CheckpointException e) {
        assertThat(e).hasMessageNotContaining("\n");
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"step\":\"3\" | \"step\":\"0\" | step 0 of 6",
        "\"step\":\"3\" | \"step\":\"9\" | step 9 of 6",
        "\"step\":\"3\" | \"step\":\"x\" | its step is x",
        "\"steps\":\"6\" | \"stepz\":\"6\" | does not say its steps",
        "\"flow_shift\":\"3.0\" | \"flow_shift\":\"...\" | its flow_shift is ...",
        "\"substituted\":\"high\" | \"substituted\":\"wide\" | its substituted is no expert",
        "kintsugi-checkpoint | kintsugi-checkpaint | the file is a kintsugi-checkpaint 1",
        "\"format_version\":\"1\" | \"format_version\":\"2\" | the file is a kintsugi-checkpoint 2",
        "\"latents\" | \"latentz\" | lacks tensor latents",
        "[1,1,1,2,3] | [1,1,1,3,3] | latents is not all there",
      })
  void whatIsWrongIsNamed(String from, String to, String message) throws Exception {
    String text = new String(bytes(), StandardCharsets.ISO_8859_1);
    assertThat(text).contains(from);
    Path file =
        file(
            text.replaceFirst(java.util.regex.Pattern.quote(from), to)
                .getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> CheckpointFile.read(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aValueThatIsNotFiniteIsDamage() throws Exception {
    byte[] whole = bytes();
    Arrays.fill(whole, whole.length - 4, whole.length, (byte) 0xff);
    Path file = file(whole);
    assertThatThrownBy(() -> CheckpointFile.read(file))
        .hasMessage("the checkpoint is damaged: history.from holds a value that is not finite");
  }

  private Path file(byte[] content) throws IOException {
    return Files.write(dir.resolve("checkpoint.safetensors"), content);
  }

  private static byte[] bytes() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    DenoiseState state =
        new DenoiseState(
            3,
            new long[] {1, 1, 1, 2, 3},
            VALUES,
            Map.of("from", reversed(), "current", VALUES),
            Set.of(Expert.HIGH));
    new CheckpointFile(run(), state).write(out);
    return out.toByteArray();
  }

  private static float[] reversed() {
    float[] reversed = new float[VALUES.length];
    for (int i = 0; i < VALUES.length; i++) {
      reversed[i] = VALUES[VALUES.length - 1 - i];
    }
    return reversed;
  }

  private static Run run() {
    return CheckpointFile.run(
        "wan-tiny",
        "ab".repeat(32),
        new GenerationRequest(
            "a secret prompt", "", 24, 16, 1, 6, 3.1, 0.1 + 0.2, 3, 7, SchedulerKind.UNIPC));
  }
}
