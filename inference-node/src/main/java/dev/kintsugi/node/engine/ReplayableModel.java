package dev.kintsugi.node.engine;

import java.nio.file.Path;

/** A model whose inner values can be compared with those of a reference run. */
public interface ReplayableModel extends VideoModel {

  /**
   * What the text encoder made of a prompt.
   *
   * @param ids token ids, without padding
   * @param width values per token
   * @param embeddings token, then value
   */
  record EncodedText(long[] ids, int width, float[] embeddings) {

    /** One embedding for the whole text: the mean over its tokens. */
    public float[] pooled() {
      float[] mean = new float[width];
      for (int i = 0; i < embeddings.length; i++) {
        mean[i % width] += embeddings[i] / ids.length;
      }
      return mean;
    }
  }

  /** The folder of its stored reference runs. */
  Path selfTest();

  /** Cleans, tokenises and encodes a prompt as {@link #generate} does. */
  EncodedText encode(String prompt) throws GenerationException;

  /**
   * Generates from given noise instead of the seed's.
   *
   * @param noise channel, frame, row, column, as many values as the request needs
   */
  Clip replay(GenerationRequest request, float[] noise, GenerationListener listener)
      throws GenerationException;
}
