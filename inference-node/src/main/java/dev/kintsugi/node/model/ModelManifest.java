package dev.kintsugi.node.model;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code manifest.json} of a model directory, written by the exporter. Paths in it are relative to
 * the directory, with forward slashes.
 *
 * @param formatVersion 1
 * @param name what requests call the model
 * @param version version of the weights
 * @param licence of the weights
 * @param origin where the weights come from
 * @param dtype of the weights: {@code float32} or {@code bfloat16}
 * @param boundaryRatio where in the schedule the low-noise expert takes over, as a part of all
 *     training timesteps; null for a model with one transformer
 * @param scheduler the noise schedule the model was trained on
 * @param text tokenizer and text encoder; null in a file whose {@code base} has them
 * @param vae the video decoder; null in a file whose {@code base} has it
 * @param base the model that a lite model shares tokenizer, text encoder and decoder with
 * @param experts the transformers, high-noise first
 * @param defaults what a request that leaves a value out gets
 * @param limits what a request may ask for
 * @param quality thresholds of the quality gate by name
 * @param selfTest the reference run to repeat before the node is ready
 * @param files every file but the manifest itself
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ModelManifest(
    @JsonProperty("format_version") int formatVersion,
    @JsonProperty("name") String name,
    @JsonProperty("version") String version,
    @JsonProperty("licence") String licence,
    @JsonProperty("origin") String origin,
    @JsonProperty("dtype") String dtype,
    @JsonProperty("boundary_ratio") @Nullable Double boundaryRatio,
    @JsonProperty("scheduler") Scheduler scheduler,
    @JsonProperty("text") @Nullable Text text,
    @JsonProperty("vae") @Nullable Vae vae,
    @JsonProperty("base") @Nullable Base base,
    @JsonProperty("experts") List<ExpertFile> experts,
    @JsonProperty("defaults") Defaults defaults,
    @JsonProperty("limits") Limits limits,
    @JsonProperty("quality") Map<String, Double> quality,
    @JsonProperty("self_test") SelfTest selfTest,
    @JsonProperty("files") List<FileEntry> files) {

  /** The noise schedule: solver, training timesteps and shift. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Scheduler(
      @JsonProperty("kind") String kind,
      @JsonProperty("num_train_timesteps") int numTrainTimesteps,
      @JsonProperty("flow_shift") double flowShift) {}

  /** The text side; {@code width} is the number of values per token. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Text(
      @JsonProperty("tokenizer") String tokenizer,
      @JsonProperty("encoder") String encoder,
      @JsonProperty("max_tokens") int maxTokens,
      @JsonProperty("width") int width) {}

  /** The video decoder; a latent stands for 1 + k * temporalStride frames of stride² pixels. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Vae(
      @JsonProperty("decoder") String decoder,
      @JsonProperty("temporal_stride") int temporalStride,
      @JsonProperty("spatial_stride") int spatialStride,
      @JsonProperty("latent_channels") int latentChannels,
      @JsonProperty("latents_mean") List<Double> latentsMean,
      @JsonProperty("latents_std") List<Double> latentsStd) {}

  /** The base of a lite model, pinned by {@link ManifestText#digest} of its manifest. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Base(
      @JsonProperty("directory") String directory,
      @JsonProperty("manifest_sha256") String manifestSha256) {}

  /** A transformer; {@code patch} is frames, rows, columns of latents per token. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record ExpertFile(
      @JsonProperty("name") String name,
      @JsonProperty("transformer") String transformer,
      @JsonProperty("patch") List<Integer> patch,
      @JsonProperty("max_positions") int maxPositions) {}

  /** Values for what a request leaves out. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Defaults(
      @JsonProperty("width") int width,
      @JsonProperty("height") int height,
      @JsonProperty("num_frames") int numFrames,
      @JsonProperty("fps") int fps,
      @JsonProperty("num_inference_steps") int numInferenceSteps,
      @JsonProperty("guidance_scale") double guidanceScale,
      @JsonProperty("guidance_scale_2") double guidanceScale2) {}

  /** The most a request may ask for. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Limits(
      @JsonProperty("max_width") int maxWidth,
      @JsonProperty("max_height") int maxHeight,
      @JsonProperty("max_frames") int maxFrames,
      @JsonProperty("max_steps") int maxSteps) {}

  /** A golden folder inside the model directory, and how near a repetition must come. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record SelfTest(
      @JsonProperty("golden") String golden, @JsonProperty("tolerance") Tolerance tolerance) {}

  /** Largest allowed difference: of a latent, and of a colour value in steps of 1/255. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Tolerance(
      @JsonProperty("latents") double latents, @JsonProperty("frames") int frames) {}

  /** One file with its length in bytes and the lower-case hex of its SHA-256. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record FileEntry(
      @JsonProperty("path") String path,
      @JsonProperty("size") long size,
      @JsonProperty("sha256") String sha256) {}
}
