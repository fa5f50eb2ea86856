package dev.kintsugi.node.checkpoints;

import dev.kintsugi.core.node.CheckpointMatch.Run;
import dev.kintsugi.node.engine.DenoiseState;
import dev.kintsugi.node.engine.Expert;
import dev.kintsugi.node.engine.GenerationRequest;
import dev.kintsugi.node.tensors.SafetensorsException;
import dev.kintsugi.node.tensors.SafetensorsFile;
import dev.kintsugi.node.tensors.SafetensorsWriter;
import dev.kintsugi.protocol.digest.Sha256;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A checkpoint as a safetensors file: latents and the solver's history as tensors, the run they
 * belong to as texts. Prompts are kept as digests only: a checkpoint passes through more hands than
 * a prompt should.
 *
 * @param run what was being computed
 * @param state how far it had come
 */
public record CheckpointFile(Run run, DenoiseState state) {
  private static final String FORMAT = "kintsugi-checkpoint";
  private static final String VERSION = "1";
  private static final String LATENTS = "latents";
  private static final String HISTORY = "history.";

  /** The run that a request makes with a model. */
  public static Run run(String model, String weights, GenerationRequest request) {
    return new Run(
        model,
        weights,
        request.scheduler().name().toLowerCase(Locale.ROOT),
        request.numInferenceSteps(),
        request.flowShift(),
        request.guidanceScale(),
        request.guidanceScale2(),
        request.width(),
        request.height(),
        request.numFrames(),
        request.seed(),
        Sha256.hex(request.prompt()),
        Sha256.hex(request.negativePrompt()));
  }

  void write(OutputStream out) throws IOException {
    Map<String, float[]> tensors = new LinkedHashMap<>();
    tensors.put(LATENTS, state.latents());
    new TreeMap<>(state.history()).forEach((name, values) -> tensors.put(HISTORY + name, values));
    SafetensorsWriter.write(out, texts(), state.shape(), tensors);
  }

  private Map<String, String> texts() {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("format", FORMAT);
    texts.put("format_version", VERSION);
    texts.put("model", run.model());
    texts.put("weights_sha256", run.weights());
    texts.put("scheduler", run.scheduler());
    texts.put("steps", Integer.toString(run.steps()));
    texts.put("flow_shift", Double.toString(run.flowShift()));
    texts.put("guidance_scale", Double.toString(run.guidanceScale()));
    texts.put("guidance_scale_2", Double.toString(run.guidanceScale2()));
    texts.put("width", Integer.toString(run.width()));
    texts.put("height", Integer.toString(run.height()));
    texts.put("frames", Integer.toString(run.frames()));
    texts.put("seed", Long.toString(run.seed()));
    texts.put("prompt_sha256", run.promptSha256());
    texts.put("negative_prompt_sha256", run.negativePromptSha256());
    texts.put("step", Integer.toString(state.step()));
    texts.put(
        "substituted",
        state.substituted().stream()
            .sorted()
            .map(Expert::wireName)
            .collect(Collectors.joining(",")));
    return texts;
  }

  /** Reads a checkpoint; whatever is wrong with it is said by name. */
  public static CheckpointFile read(Path path) throws CheckpointException {
    try {
      SafetensorsFile file = SafetensorsFile.read(path);
      Texts texts = new Texts(file.metadata());
      if (!texts.text("format").equals(FORMAT) || !texts.text("format_version").equals(VERSION)) {
        throw new CheckpointException(
            "the file is a "
                + texts.text("format")
                + " "
                + texts.text("format_version")
                + ", not a "
                + FORMAT
                + " "
                + VERSION);
      }
      Run run = texts.run();
      int step = texts.integer("step");
      if (step < 1 || step > run.steps()) {
        throw new CheckpointException(
            "the checkpoint is damaged: step " + step + " of " + run.steps());
      }
      return new CheckpointFile(run, state(file, texts, step));
    } catch (SafetensorsException e) {
      throw new CheckpointException("the checkpoint is damaged: " + e.getMessage(), e);
    }
  }

  private static DenoiseState state(SafetensorsFile file, Texts texts, int step)
      throws SafetensorsException, CheckpointException {
    long[] shape = file.shape(LATENTS);
    float[] latents = finite(LATENTS, file.floats(LATENTS, shape));
    Map<String, float[]> history = new TreeMap<>();
    for (String name : file.names()) {
      if (name.startsWith(HISTORY)) {
        history.put(name.substring(HISTORY.length()), finite(name, file.floats(name, shape)));
      }
    }
    return new DenoiseState(step, shape, latents, history, texts.experts("substituted"));
  }

  private static float[] finite(String name, float[] values) throws CheckpointException {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new CheckpointException(
            "the checkpoint is damaged: " + name + " holds a value that is not finite");
      }
    }
    return values;
  }

  /** The texts of a file, none of them trusted. */
  private record Texts(Map<String, String> values) {

    Run run() throws CheckpointException {
      return new Run(
          text("model"),
          text("weights_sha256"),
          text("scheduler"),
          integer("steps"),
          decimal("flow_shift"),
          decimal("guidance_scale"),
          decimal("guidance_scale_2"),
          integer("width"),
          integer("height"),
          integer("frames"),
          integer("seed"),
          text("prompt_sha256"),
          text("negative_prompt_sha256"));
    }

    String text(String name) throws CheckpointException {
      String value = values.get(name);
      if (value == null) {
        throw new CheckpointException("the checkpoint is damaged: it does not say its " + name);
      }
      return value;
    }

    int integer(String name) throws CheckpointException {
      try {
        return Integer.parseInt(text(name));
      } catch (NumberFormatException e) {
        throw noNumber(name, e);
      }
    }

    double decimal(String name) throws CheckpointException {
      try {
        return Double.parseDouble(text(name));
      } catch (NumberFormatException e) {
        throw noNumber(name, e);
      }
    }

    Set<Expert> experts(String name) throws CheckpointException {
      try {
        return Arrays.stream(text(name).split(","))
            .filter(e -> !e.isEmpty())
            .map(Expert::named)
            .collect(Collectors.toUnmodifiableSet());
      } catch (IllegalArgumentException e) {
        throw new CheckpointException(
            "the checkpoint is damaged: its " + name + " is no expert", e);
      }
    }

    private CheckpointException noNumber(String name, NumberFormatException e) {
      return new CheckpointException(
          "the checkpoint is damaged: its " + name + " is " + values.get(name), e);
    }
  }
}
