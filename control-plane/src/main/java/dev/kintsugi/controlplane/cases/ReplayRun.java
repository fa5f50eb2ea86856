package dev.kintsugi.controlplane.cases;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.kintsugi.controlplane.queue.JobParameters;
import dev.kintsugi.protocol.node.Render;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the failed attempt was run, where the job's parameters do not say.
 *
 * @param lite the smaller model beside the main one made it
 * @param still one frame was generated and the camera moved over it
 * @param avoidExpert the expert whose steps went to the other one
 */
public record ReplayRun(
    @JsonProperty("lite") boolean lite,
    @JsonProperty("still") boolean still,
    @JsonProperty("avoid_expert") @Nullable String avoidExpert) {

  static final ReplayRun AS_ASKED = new ReplayRun(false, false, null);

  /**
   * @param details of the case, see {@link NewCase#details}
   */
  static ReplayRun of(Map<String, String> details) {
    return new ReplayRun(
        Boolean.parseBoolean(details.get("lite")),
        Render.STILL_MOTION.wireName().equals(details.get("render")),
        details.get("avoid_expert"));
  }

  /** What the attempt ran with: the details where they say so, else what was asked. */
  static JobParameters parameters(JobParameters asked, Map<String, String> details) {
    String[] size =
        details.getOrDefault("size", asked.width() + "x" + asked.height()).split("x", 2);
    return new JobParameters(
        asked.prompt(),
        asked.negativePrompt(),
        Integer.parseInt(size[0]),
        Integer.parseInt(size[1]),
        number(details, "num_frames", asked.numFrames()),
        asked.fps(),
        number(details, "num_inference_steps", asked.steps()),
        asked.guidanceScale(),
        asked.guidanceScale2(),
        asked.flowShift(),
        number(details, "seed", asked.seed()),
        asked.seconds());
  }

  private static int number(Map<String, String> details, String name, int otherwise) {
    String value = details.get(name);
    return value == null ? otherwise : Integer.parseInt(value);
  }
}
