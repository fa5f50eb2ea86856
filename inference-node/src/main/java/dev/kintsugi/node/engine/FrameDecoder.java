package dev.kintsugi.node.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.kintsugi.node.model.ModelManifest.Vae;
import dev.kintsugi.protocol.node.FailureClass;

/**
 * Latents to frames, one latent frame at a time: memory does not grow with the clip, and frames
 * leave as soon as they exist. Between two calls the decoder keeps, for each of its convolutions
 * over time, the last two frames it saw.
 */
final class FrameDecoder {
  private final TorchModule module;
  private final Vae vae;

  FrameDecoder(TorchModule module, Vae vae) {
    this.module = module;
    this.vae = vae;
  }

  /** Decodes a clip to the listener; returns the number of frames. */
  int run(NDManager parent, LatentShape shape, float[] latents, GenerationListener listener)
      throws GenerationException {
    int frames = 0;
    NDManager before = parent.newSubManager();
    NDList state = new NDList();
    try {
      for (int i = 0; i < shape.frames(); i++) {
        Cancellation.check(listener);
        NDManager manager = parent.newSubManager();
        NDList out;
        try {
          out = decode(manager, shape, frame(shape, latents, i), state);
        } finally {
          before.close();
          before = manager;
        }
        FrameChunk chunk = chunk(out.head(), frames);
        state = new NDList(out.subList(1, out.size()));
        state.forEach(s -> s.setName("state[]"));
        listener.frames(listener.faults().decoded(chunk));
        frames += chunk.frameCount();
      }
      return frames;
    } finally {
      before.close();
    }
  }

  private NDList decode(NDManager manager, LatentShape shape, float[] frame, NDList state) {
    NDList inputs = new NDList(manager.create(frame, shape.oneFrame()));
    inputs.addAll(state);
    return module.call(manager, state.isEmpty() ? "decode_first" : "decode_next", inputs);
  }

  /** Latent frame {@code i}, brought back to the decoder's scale. */
  private float[] frame(LatentShape shape, float[] latents, int i) {
    int plane = shape.plane();
    float[] frame = new float[shape.channels() * plane];
    for (int c = 0; c < shape.channels(); c++) {
      float std = vae.latentsStd().get(c).floatValue();
      float mean = vae.latentsMean().get(c).floatValue();
      int from = (c * shape.frames() + i) * plane;
      for (int k = 0; k < plane; k++) {
        frame[c * plane + k] = latents[from + k] * std + mean;
      }
    }
    return frame;
  }

  /**
   * [frames, 3, height, width] in -1..1 to bytes; each array on the way lives until the chunk ends.
   */
  private static FrameChunk chunk(NDArray frames, int first) throws GenerationException {
    if (!Float.isFinite(frames.sum().getFloat())) {
      throw new GenerationException(
          FailureClass.NAN_LATENTS,
          "a colour value is not a finite number in the frames from " + first);
    }
    NDArray bytes = frames.transpose(0, 2, 3, 1).mul(0.5f).add(0.5f).clip(0, 1).mul(255).round();
    return new FrameChunk(
        first,
        (int) frames.getShape().get(0),
        (int) frames.getShape().get(3),
        (int) frames.getShape().get(2),
        bytes.toType(DataType.UINT8, false).toByteArray());
  }
}
