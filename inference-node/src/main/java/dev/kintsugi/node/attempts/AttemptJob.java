package dev.kintsugi.node.attempts;

import dev.kintsugi.media.VideoSpec;
import dev.kintsugi.node.engine.GenerationRequest;
import dev.kintsugi.protocol.node.AttemptOptions;
import dev.kintsugi.protocol.node.AttemptRequest;
import dev.kintsugi.protocol.node.Render;

/**
 * What one attempt has to do.
 *
 * @param request as it was asked, every default filled in; two equal requests are the same attempt
 * @param generation what the engine is told
 * @param video what the encoder is told
 */
public record AttemptJob(AttemptRequest request, GenerationRequest generation, VideoSpec video) {

  /**
   * Most bytes the attempt can occupy on disk: raw frames, a video that is no larger, and two
   * checkpoints of at most half as much each.
   */
  public long maxBytes() {
    return 3L * video.frameBytes() * video.frames();
  }

  /** {@code MODEL/WIDTHxHEIGHTxFRAMES} of what is generated: what step times are kept by. */
  public String shape() {
    return request.model()
        + "/"
        + video.width()
        + "x"
        + video.height()
        + "x"
        + generation.numFrames();
  }

  /** Whether one frame is generated, and the camera moves over it. */
  boolean still() {
    AttemptOptions run = request.run();
    return run != null && run.render() == Render.STILL_MOTION;
  }
}
