package dev.kintsugi.node.engine;

import ai.djl.ndarray.types.Shape;
import dev.kintsugi.node.model.ModelManifest.ExpertFile;
import dev.kintsugi.node.model.ModelManifest.Vae;

/**
 * Latents of one clip.
 *
 * @param channels of a latent
 * @param frames latent frames
 * @param rows latent rows
 * @param columns latent columns
 */
record LatentShape(int channels, int frames, int rows, int columns) {

  /**
   * The latents of a request.
   *
   * @throws IllegalArgumentException naming the value that does not fit the model
   */
  static LatentShape of(GenerationRequest request, Vae vae, ExpertFile expert) {
    int stride = vae.temporalStride();
    if (request.numFrames() < 1 || request.numFrames() % stride != 1 % stride) {
      throw new IllegalArgumentException(
          "num_frames must be " + stride + "k+1, not " + request.numFrames());
    }
    int frames = (request.numFrames() - 1) / stride + 1;
    int rows = side("height", request.height(), vae, expert.patch().get(1), expert);
    int columns = side("width", request.width(), vae, expert.patch().get(2), expert);
    if (frames / expert.patch().get(0) > expert.maxPositions()) {
      throw new IllegalArgumentException("num_frames is too large: " + request.numFrames());
    }
    return new LatentShape(vae.latentChannels(), frames, rows, columns);
  }

  private static int side(String name, int pixels, Vae vae, int patch, ExpertFile expert) {
    int grain = vae.spatialStride() * patch;
    if (pixels < grain || pixels % grain != 0) {
      throw new IllegalArgumentException(
          name + " must be a multiple of " + grain + ", not " + pixels);
    }
    if (pixels / grain > expert.maxPositions()) {
      throw new IllegalArgumentException(
          name + " must be at most " + grain * expert.maxPositions() + ", not " + pixels);
    }
    return pixels / vae.spatialStride();
  }

  Shape batch(int size) {
    return new Shape(size, channels, frames, rows, columns);
  }

  Shape oneFrame() {
    return new Shape(1, channels, 1, rows, columns);
  }

  int plane() {
    return rows * columns;
  }

  int size() {
    return Math.toIntExact((long) channels * frames * rows * columns);
  }
}
