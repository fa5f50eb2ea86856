package dev.kintsugi.core.recovery;

import dev.kintsugi.core.admission.Size;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A node of the service as recovery sees it.
 *
 * @param usable reachable, warm and not draining
 * @param main the main model can be run: not every expert of it is quarantined
 * @param digest of the main model's weights
 * @param stepSeconds measured seconds per denoise step by {@code WIDTHxHEIGHTxFRAMES}
 * @param lite the smaller model it can also run; null when it has none
 * @param sickExperts experts whose results were abnormal lately, quarantined or not
 */
public record NodeFacts(
    String id,
    boolean usable,
    boolean main,
    String digest,
    Map<String, Double> stepSeconds,
    @Nullable Lite lite,
    Set<String> sickExperts) {

  public NodeFacts {
    stepSeconds = Map.copyOf(stepSeconds);
    sickExperts = Set.copyOf(sickExperts);
  }

  /**
   * What the smaller model can be asked for, and how fast it is.
   *
   * @param maximum largest width and height
   */
  public record Lite(Size maximum, int maxFrames, int maxSteps, Map<String, Double> stepSeconds) {

    public Lite {
      stepSeconds = Map.copyOf(stepSeconds);
    }
  }
}
