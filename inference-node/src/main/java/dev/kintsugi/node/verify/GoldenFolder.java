package dev.kintsugi.node.verify;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.node.tensors.SafetensorsException;
import dev.kintsugi.node.tensors.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A folder of reference runs: {@code golden.json} says what was asked, {@code NAME.safetensors}
 * holds what each run computed.
 *
 * @param directory where it lies
 * @param asked golden.json
 */
public record GoldenFolder(Path directory, Asked asked) {

  /** What all runs have in common, and the runs by name. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Asked(
      @JsonProperty("width") int width,
      @JsonProperty("height") int height,
      @JsonProperty("num_frames") int numFrames,
      @JsonProperty("steps") int steps,
      @JsonProperty("guidance_scale") double guidanceScale,
      @JsonProperty("max_sequence_length") int maxSequenceLength,
      @JsonProperty("runs") LinkedHashMap<String, Run> runs) {}

  /**
   * One run.
   *
   * @param prompt as it was typed
   * @param negativePrompt as it was typed
   * @param scheduler {@code unipc} or {@code euler}
   * @param model name of the model that made it
   * @param tokens tokens of the prompt
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Run(
      @JsonProperty("prompt") String prompt,
      @JsonProperty("negative_prompt") String negativePrompt,
      @JsonProperty("scheduler") String scheduler,
      @JsonProperty("model") String model,
      @JsonProperty("tokens") int tokens) {}

  /** Reads {@code golden.json}. */
  public static GoldenFolder read(Path directory) throws GoldenException {
    Path file = directory.resolve("golden.json");
    if (!Files.isRegularFile(file)) {
      throw new GoldenException(file + " is missing");
    }
    try {
      Asked asked = new ObjectMapper().readValue(file.toFile(), Asked.class);
      for (Map.Entry<String, Run> run : asked.runs().entrySet()) {
        String scheduler = run.getValue().scheduler();
        if (!"unipc".equals(scheduler) && !"euler".equals(scheduler)) {
          throw new GoldenException(
              file
                  + ": run "
                  + run.getKey()
                  + ": scheduler must be unipc or euler, not "
                  + scheduler);
        }
      }
      return new GoldenFolder(directory, asked);
    } catch (JsonProcessingException e) {
      throw new GoldenException(file + " is not a golden.json: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new GoldenException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  SafetensorsFile tensors(String run) throws SafetensorsException {
    return SafetensorsFile.read(directory.resolve(run + ".safetensors"));
  }
}
