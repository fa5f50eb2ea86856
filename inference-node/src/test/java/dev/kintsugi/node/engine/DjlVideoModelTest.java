package dev.kintsugi.node.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kintsugi.node.model.ModelDirectory;
import dev.kintsugi.node.model.ModelLoadException;
import dev.kintsugi.node.model.TestModels;
import dev.kintsugi.protocol.node.FailureClass;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DjlVideoModelTest {
  private static final EngineOptions OPTIONS = new EngineOptions("cpu", 1);

  private static ReplayableModel model;
  @TempDir private Path models;

  @BeforeAll
  static void load() throws ModelLoadException {
    model = ModelLoader.load(Path.of("models/wan-tiny"), OPTIONS);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @Test
  void everyFrameArrivesOnceAndInOrder() throws GenerationException {
    Recorder recorder = new Recorder(Integer.MAX_VALUE);
    Clip clip = model.generate(request(96, 64, 9, 2, 7), recorder);
    assertThat(clip.frameCount()).isEqualTo(9);
    assertThat(recorder.firstFrames).containsExactly(0, 1, 5);
    assertThat(recorder.rgb.size()).isEqualTo(9 * 64 * 96 * 3);
    assertThat(recorder.experts).containsExactly(Expert.HIGH, Expert.LOW);
    assertThat(recorder.textEncoded).isEqualTo(1);
  }

  @Test
  void tokensAreCountedAsTheEncoderGetsThem() throws GenerationException {
    for (String prompt : List.of("", "a cat", " a  cat &amp; a dog ", "一只猫在雪地里奔跑")) {
      assertThat(model.tokens(prompt)).as(prompt).isEqualTo(model.encode(prompt).ids().length);
    }
    assertThat(model.tokens("")).as("the end alone").isEqualTo(1);
    assertThat(model.tokens("cat ".repeat(2_000))).as("what the model reads").isEqualTo(512);
  }

  @Test
  void theSameSeedGivesTheSameBytes() throws GenerationException {
    assertThat(frames(11)).isEqualTo(frames(11));
    assertThat(Arrays.equals(frames(11), frames(12))).isFalse();
  }

  @Test
  void theTwoSidesOfTheGuidanceMayShareAForwardPassOrNot()
      throws GenerationException, ModelLoadException {
    List<float[]> together = new ArrayList<>();
    model.generate(request(96, 64, 9, 4, 3), keeping(together));
    var directory = ModelDirectory.open(Path.of("models/wan-tiny"));
    List<float[]> apart = new ArrayList<>();
    try (DjlVideoModel other =
        new DjlVideoModel(directory, LoadedModules.load(directory, Torch.device(OPTIONS)), false)) {
      other.generate(request(96, 64, 9, 4, 3), keeping(apart));
    }
    for (int step = 0; step < together.size(); step++) {
      assertThat(apart.get(step)).containsExactly(together.get(step), within(1e-4f));
    }
  }

  @ParameterizedTest
  @CsvSource({"HIGH, LOW", "LOW, HIGH"})
  void anExpertThatMustNotBeUsedGivesItsStepsToTheOther(Expert out, Expert by)
      throws GenerationException {
    List<float[]> usual = new ArrayList<>();
    model.generate(request(96, 64, 5, 4, 5), keeping(usual));
    List<float[]> without = new ArrayList<>();
    Recorder recorder = keeping(without);
    Clip clip =
        model.generate(
            request(96, 64, 5, 4, 5), new RunOptions(Map.of(out, by), null, 0), recorder);

    assertThat(clip.frameCount()).isEqualTo(5);
    assertThat(recorder.experts).hasSize(4).containsOnly(by);
    assertThat(recorder.substituted).containsExactly(out);
    assertThat(without.getLast()).isNotEqualTo(usual.getLast());
  }

  @Test
  void nothingIsSubstitutedWhereTheExpertHasNoStep() throws GenerationException {
    Recorder recorder = new Recorder(Integer.MAX_VALUE);
    // One step: all noise, so it is the high-noise expert's.
    model.generate(
        request(96, 64, 5, 1, 5),
        new RunOptions(Map.of(Expert.LOW, Expert.HIGH), null, 0),
        recorder);
    assertThat(recorder.experts).containsExactly(Expert.HIGH);
    assertThat(recorder.substituted).isEmpty();
  }

  @Test
  void aCancelledGenerationStopsBeforeTheNextStep() {
    Recorder recorder = new Recorder(3);
    GenerationException e = failure(request(96, 64, 9, 8, 1), recorder);
    assertThat(e.failureClass()).isEqualTo(FailureClass.CANCELLED);
    assertThat(recorder.experts).hasSize(3);
    assertThat(recorder.rgb.size()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "97,64,9,8,width must be a multiple of 16",
    "96,60,9,8,height must be a multiple of 16",
    "96,64,10,8,num_frames must be 4k+1",
    "96,64,9,0,steps must be 1..1000",
    "16400,64,9,8,width must be at most 16384",
  })
  void aRequestThatDoesNotFitIsRefused(int w, int h, int frames, int steps, String message) {
    GenerationException e = failure(request(w, h, frames, steps, 1), new Recorder(99));
    assertThat(e).hasMessageContaining(message);
  }

  @Test
  void damagedWeightsEndAsNanLatentsNotAsABlackClip() throws Exception {
    Path damaged = TestModels.copy("wan-tiny", models);
    TestModels.replace(
        damaged, "transformer_2.pt", withNanWeights(damaged.resolve("transformer_2.pt")));
    ModelLoadException e =
        catchThrowableOfType(
            ModelLoadException.class, () -> ModelLoader.load(damaged, OPTIONS).close());
    assertThat(e)
        .hasMessageStartingWith(damaged.resolve("transformer_2.pt") + " does not fit the manifest")
        .hasMessageContaining("a latent is not a finite number after step 2 of 2, expert low");
    assertThat(((GenerationException) e.getCause()).failureClass())
        .isEqualTo(FailureClass.NAN_LATENTS);
  }

  @Test
  void aFileThatIsNoModuleIsNamed() throws IOException {
    Path damaged = TestModels.copy("wan-tiny", models);
    TestModels.replace(damaged, "vae.pt", "no archive".getBytes(StandardCharsets.UTF_8));
    ModelLoadException e =
        catchThrowableOfType(
            ModelLoadException.class, () -> ModelLoader.load(damaged, OPTIONS).close());
    assertThat(e).hasMessageStartingWith(damaged.resolve("vae.pt") + " cannot be loaded");
    assertThat(e.getMessage()).doesNotContain("\n");
  }

  @Test
  void aModuleOfAnotherShapeIsNamed() throws IOException {
    Path mixed = TestModels.copy("wan-tiny", models);
    TestModels.edit(mixed, manifest -> ((ObjectNode) manifest.get("text")).put("width", 64));
    ModelLoadException e =
        catchThrowableOfType(
            ModelLoadException.class, () -> ModelLoader.load(mixed, OPTIONS).close());
    assertThat(e).hasMessageStartingWith(mixed.resolve("text_encoder.pt") + " does not fit");
  }

  private static byte[] frames(int seed) throws GenerationException {
    Recorder recorder = new Recorder(Integer.MAX_VALUE);
    model.generate(request(96, 64, 5, 2, seed), recorder);
    return recorder.rgb.toByteArray();
  }

  private static GenerationException failure(GenerationRequest request, GenerationListener l) {
    return catchThrowableOfType(GenerationException.class, () -> model.generate(request, l));
  }

  private static GenerationRequest request(int w, int h, int frames, int steps, int seed) {
    return new GenerationRequest(
        "a red ball bouncing on the beach",
        "",
        w,
        h,
        frames,
        steps,
        3,
        3,
        3,
        seed,
        SchedulerKind.UNIPC);
  }

  private static Recorder keeping(List<float[]> steps) {
    return new Recorder(Integer.MAX_VALUE) {
      @Override
      public void latents(int step, float[] values) {
        steps.add(values.clone());
      }
    };
  }

  /** The archive with the largest tensor overwritten by a value that is not a number. */
  private static byte[] withNanWeights(Path archive) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipInputStream in =
            new ZipInputStream(new ByteArrayInputStream(Files.readAllBytes(archive)));
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        byte[] content = in.readAllBytes();
        if (entry.getName().contains("/data/")) {
          Arrays.fill(content, (byte) 0xff);
        }
        zip.putNextEntry(new ZipEntry(entry.getName()));
        zip.write(content);
      }
    }
    return out.toByteArray();
  }

  /** Keeps what it hears; wants to stop after some steps. */
  private static class Recorder implements GenerationListener {
    private final int stopAfter;
    final List<Expert> experts = new ArrayList<>();
    final List<Integer> firstFrames = new ArrayList<>();
    final ByteArrayOutputStream rgb = new ByteArrayOutputStream();
    final List<Expert> substituted = new ArrayList<>();
    int textEncoded;

    Recorder(int stopAfter) {
      this.stopAfter = stopAfter;
    }

    @Override
    public boolean cancelled() {
      return experts.size() >= stopAfter;
    }

    @Override
    public void textEncoded() {
      textEncoded++;
    }

    @Override
    public void substituted(Expert out, Expert by) {
      substituted.add(out);
    }

    @Override
    public void step(int step, int total, Expert expert) {
      experts.add(expert);
    }

    @Override
    public void frames(FrameChunk chunk) {
      firstFrames.add(chunk.firstFrame());
      rgb.writeBytes(chunk.rgb());
    }
  }
}
