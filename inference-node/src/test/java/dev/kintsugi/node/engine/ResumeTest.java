package dev.kintsugi.node.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.node.model.ModelLoadException;
import dev.kintsugi.protocol.node.FailureClass;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Going on from a state, on another instance of the model than the one that made it. */
class ResumeTest {
  private static final EngineOptions OPTIONS = new EngineOptions("cpu", 1);
  private static final int STEPS = 6;

  private static ReplayableModel first;
  private static ReplayableModel second;

  @BeforeAll
  static void load() throws ModelLoadException {
    first = ModelLoader.load(Path.of("models/wan-tiny"), OPTIONS);
    second = ModelLoader.load(Path.of("models/wan-tiny"), OPTIONS);
  }

  @AfterAll
  static void close() {
    first.close();
    second.close();
  }

  @ParameterizedTest
  @CsvSource({"UNIPC", "EULER"})
  void aResumedRunIsBitIdenticalToOneThatWasNeverInterrupted(SchedulerKind scheduler)
      throws GenerationException {
    GenerationRequest request = request(STEPS, 9, scheduler);
    Recorder whole = new Recorder();
    first.generate(request, new RunOptions(Map.of(), null, 1), whole);
    assertThat(whole.states).extracting(DenoiseState::step).containsExactly(1, 2, 3, 4, 5, 6);

    for (DenoiseState state : whole.states) {
      Recorder rest = new Recorder();
      second.generate(request, new RunOptions(Map.of(), state, 0), rest);
      assertThat(rest.steps).as("steps after " + state.step()).hasSize(STEPS - state.step());
      assertThat(rest.latents.getFirst()).isEqualTo(state.latents());
      assertThat(rest.latents.getLast())
          .as("latents resumed after step " + state.step())
          .isEqualTo(whole.latents.getLast());
      assertThat(rest.frames.toByteArray()).isEqualTo(whole.frames.toByteArray());
    }
  }

  @Test
  void onlyStepsMadeHereCountAsTimeSpentHere() throws GenerationException {
    GenerationRequest request = request(STEPS, 9, SchedulerKind.UNIPC);
    Recorder whole = new Recorder();
    Clip all = first.generate(request, new RunOptions(Map.of(), null, STEPS), whole);
    Clip none =
        second.generate(
            request, new RunOptions(Map.of(), whole.states.getLast(), 0), new Recorder());
    assertThat(none.durations().denoise()).isLessThan(all.durations().denoise() / 4);
  }

  @Test
  void aStateIsACopyThatLaterStepsLeaveAlone() throws GenerationException {
    Recorder whole = new Recorder();
    first.generate(
        request(STEPS, 5, SchedulerKind.UNIPC), new RunOptions(Map.of(), null, 2), whole);
    assertThat(whole.states).hasSize(3);
    for (DenoiseState state : whole.states) {
      assertThat(state.latents()).isEqualTo(whole.latents.get(state.step()));
    }
  }

  @Test
  void whoTookStepsOverIsRememberedAcrossNodes() throws GenerationException {
    GenerationRequest request = request(4, 5, SchedulerKind.UNIPC);
    Recorder sick = new Recorder();
    first.generate(request, new RunOptions(Map.of(Expert.HIGH, Expert.LOW), null, 1), sick);
    DenoiseState state = sick.states.getFirst();
    assertThat(state.substituted()).containsExactly(Expert.HIGH);

    Recorder rest = new Recorder();
    second.generate(request, new RunOptions(Map.of(), state, 1), rest);
    assertThat(rest.states.getLast().substituted()).containsExactly(Expert.HIGH);
    assertThat(rest.steps).contains(Expert.LOW);
  }

  @Test
  void aStateOfAnotherKindOfRunIsRefusedAndTheModelStaysUsable() throws GenerationException {
    Recorder unipc = new Recorder();
    first.generate(
        request(STEPS, 9, SchedulerKind.UNIPC), new RunOptions(Map.of(), null, 2), unipc);
    DenoiseState state = unipc.states.getFirst();
    refused(request(STEPS, 9, SchedulerKind.EULER), state, "the solver's history is []");
    refused(request(STEPS, 5, SchedulerKind.UNIPC), state, "the latents are");
    refused(
        request(1, 9, SchedulerKind.UNIPC), state, "the run has 1 steps and cannot go on after 2");
    assertThat(second.generate(request(2, 5, SchedulerKind.UNIPC), new Recorder()).frameCount())
        .isEqualTo(5);
  }

  @Test
  void aStateIsOfOneShape() {
    assertThatThrownBy(
            () ->
                new DenoiseState(
                    1, new long[] {1, 2}, new float[2], Map.of("from", new float[3]), Set.of()))
        .hasMessage("latents and history have 2 values each");
  }

  private static void refused(GenerationRequest request, DenoiseState state, String message) {
    assertThatThrownBy(
            () -> second.generate(request, new RunOptions(Map.of(), state, 0), new Recorder()))
        .isInstanceOfSatisfying(
            GenerationException.class,
            e -> assertThat(e.failureClass()).isEqualTo(FailureClass.INTERNAL))
        .hasMessageContaining(message);
  }

  private static GenerationRequest request(int steps, int frames, SchedulerKind scheduler) {
    return new GenerationRequest(
        "a red ball bouncing on the beach", "blurry", 96, 64, frames, steps, 3, 2, 3, 7, scheduler);
  }

  private static final class Recorder implements GenerationListener {
    final List<DenoiseState> states = new ArrayList<>();
    final List<Expert> steps = new ArrayList<>();
    final List<float[]> latents = new ArrayList<>();
    final ByteArrayOutputStream frames = new ByteArrayOutputStream();

    @Override
    public boolean cancelled() {
      return false;
    }

    @Override
    public void checkpoint(DenoiseState state) {
      states.add(state);
    }

    @Override
    public void step(int step, int total, Expert expert) {
      steps.add(expert);
    }

    @Override
    public void latents(int step, float[] values) {
      latents.add(values.clone());
    }

    @Override
    public void frames(FrameChunk chunk) {
      frames.writeBytes(chunk.rgb());
    }
  }
}
