package dev.kintsugi.core.screening;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.admission.Asked;
import dev.kintsugi.core.admission.Checked;
import dev.kintsugi.core.admission.FieldRules;
import dev.kintsugi.core.admission.ModelBounds;
import dev.kintsugi.core.admission.ModelRules;
import dev.kintsugi.core.admission.Resolved;
import dev.kintsugi.core.admission.Size;
import java.util.HashMap;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SafeModeTest {

  @Test
  void fewerFramesAndMoreStepsWhereTheCustomerAskedForNeither() {
    Resolved safe = safe(Map.of(), model(17, 8, 40));
    assertThat(safe.numFrames()).isEqualTo(9);
    assertThat(safe.steps()).isEqualTo(10);
    assertThat(safe.seconds()).isEqualTo("0.5");
    assertThat(safe.seed()).isEqualTo(7);
  }

  @Test
  void whatTheCustomerAskedForStays() {
    Resolved frames = safe(Map.of("num_frames", 17), model(17, 8, 40));
    assertThat(frames.numFrames()).isEqualTo(17);
    assertThat(frames.steps()).isEqualTo(10);
    Resolved seconds = safe(Map.of("seconds", 1), model(33, 8, 40));
    assertThat(seconds.numFrames()).isEqualTo(17);
    assertThat(seconds.seconds()).isEqualTo("1");
    Resolved steps = safe(Map.of("num_inference_steps", 5), model(17, 8, 40));
    assertThat(steps.numFrames()).isEqualTo(9);
    assertThat(steps.steps()).isEqualTo(5);
    Map<String, Object> all = Map.of("num_frames", 17, "num_inference_steps", 5);
    assertThat(safe(all, model(17, 8, 40))).isEqualTo(resolved(all, model(17, 8, 40)));
  }

  @Property
  void itStaysWithinTheModel(
      @ForAll @IntRange(max = 60) int latent,
      @ForAll @IntRange(min = 1, max = 100) int steps,
      @ForAll @IntRange(max = 100) int spare) {
    ModelBounds model = model(4 * latent + 1, steps, steps + spare);
    Resolved usual = resolved(Map.of(), model);
    Resolved safe = safe(Map.of(), model);
    assertThat(safe.numFrames() % 4).isEqualTo(1);
    assertThat(safe.numFrames()).isBetween(1, usual.numFrames());
    assertThat(safe.steps()).isBetween(usual.steps(), model.maxSteps());
  }

  private static Resolved safe(Map<String, Object> fields, ModelBounds model) {
    return SafeMode.of(asked(fields), resolved(fields, model), model);
  }

  private static Resolved resolved(Map<String, Object> fields, ModelBounds model) {
    return valid(ModelRules.resolve(asked(fields), model, 7));
  }

  private static Asked asked(Map<String, Object> fields) {
    Map<String, Object> all = new HashMap<>(fields);
    all.put("prompt", "a cat");
    return valid(FieldRules.read(all));
  }

  private static ModelBounds model(int frames, int steps, int maxSteps) {
    Size size = new Size(64, 64);
    return new ModelBounds("wan", size, 300, maxSteps, size, frames, steps, 5, 16);
  }

  private static <T> T valid(Checked<T> checked) {
    return ((Checked.Valid<T>) checked).value();
  }
}
